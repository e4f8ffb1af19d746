"""What both exporters of Application Insights have in common."""

from __future__ import annotations

from collections.abc import MutableMapping

ROLE = "tocsin"  # as which the app stands on the map of Application Insights
WITHIN_MS = 10_000  # for one sending
# By default the exporter tells Microsoft how it does, asks what it shall do, and says with each
# batch where it runs; none of it is about this system, and a laptop calls nobody.
QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)


def quieten(environment: MutableMapping[str, str]) -> None:
    """Before an exporter is imported. *environment*: of this process, from which it takes what it
    knows no other way."""
    for name in QUIET:
        environment.setdefault(name, "true")
