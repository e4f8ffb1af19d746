"""All incidents of a site that can still change, as they were read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.domain.incidents.handling import State
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.severity import Severity
from tocsin.domain.incidents.windows import Window


@dataclass(frozen=True, slots=True)
class LiveSite:
    """``mark``: of the state that was read; whoever saves hands it back, so that two who decide at
    the same time never both succeed. None before anything was saved."""

    site_id: str
    incidents: tuple[Incident, ...] = ()
    windows: tuple[Window, ...] = ()
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents to list, the newest first; None for any.

    states: what people did. device_id: only those with this device. before: the id of the last on
        the page before. most: how many on this page.
    """

    site_id: str
    states: frozenset[State] | None = None
    severity: Severity | None = None
    device_id: str | None = None
    before: str | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """``older``: where the next page begins; None at the end."""

    incidents: tuple[Incident, ...]
    older: str | None


def page_of(found: Sequence[Incident], most: int) -> IncidentPage:
    """The first *most* of *found*, which holds one more where there are others behind them."""
    shown = tuple(found[:most])
    return IncidentPage(shown, shown[-1].incident_id if len(found) > most else None)
