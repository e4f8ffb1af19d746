"""What a line of the log is about, for whoever looks for all lines of a device or a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.tracing.message_spans import find_scoring
from tocsin.domain.tracing.place import Place

ABOUT = "about"
LONGEST = 128  # of a name: an id that a device made up may be long


def about(
    *, device: str | None = None, site: str | None = None, trace: Place | None = None
) -> Mapping[str, Any]:
    """The ``extra`` of a line: its subjects by name, those that are known."""
    named = {"device": device, "site": site, "trace": None if trace is None else trace.trace_id}
    return {ABOUT: {name: text[:LONGEST] for name, text in named.items() if text}}


def describe(envelope: Envelope) -> Mapping[str, Any]:
    """The ``extra`` of a line about one message; its trace has this id if it is traced."""
    return about(device=envelope.device_id, site=envelope.site_id, trace=find_scoring(envelope))
