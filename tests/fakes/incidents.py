"""Incidents in memory: the ports Incidents and Places."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.fakes.store import CrashError
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, RefusedError
from tocsin.domain.incidents.documents import INCIDENT, read_incident, write_incident
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import IncidentPage, IncidentQuery, LiveSite, page_of
from tocsin.domain.incidents.window_documents import WINDOW, read_window, write_window
from tocsin.domain.incidents.windows import Window
from tocsin.domain.places import Place
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document


class FakeIncidents:
    """The port Incidents. ``kept``: documents as JSON by site and id; ``audit``: records by id.

    ``away`` makes every call fail; ``crash_after``: so many writes succeed, then the process
    "ends". ``meanwhile``: done just before the next write, as another process would.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        # What each load asks for, so that a month of incidents is not read each time.
        self._loaded: dict[str, set[str]] = {}
        self._alerts: dict[str, set[str]] = {}
        self._live: dict[str, set[str]] = {}
        self.marks: dict[str, int] = {}
        self.audit: dict[str, dict[str, Any]] = {}
        self.away = False
        self.crash_after: int | None = None
        self.meanwhile: list[Callable[[], Awaitable[object]]] = []
        self.writes = 0

    async def load_site(self, site_id: str) -> LiveSite:
        self._reach()
        names = sorted(self._loaded.get(site_id, ()))
        found = [json.loads(self.kept[site_id, name]) for name in names]
        mark = self.marks.get(site_id)
        return LiveSite(
            site_id,
            tuple(read_incident(document) for document in found if document["type"] == INCIDENT),
            tuple(read_window(document) for document in found if document["type"] == WINDOW),
            None if mark is None else str(mark),
        )

    async def save_incidents(self, site: LiveSite, incidents: Sequence[Incident]) -> LiveSite:
        mark = await self._save(site, [write_incident(incident) for incident in incidents])
        return replace(site, mark=mark)

    async def save_window(self, site: LiveSite, window: Window) -> None:
        await self._save(site, [write_window(window)])

    async def delete_window(self, site: LiveSite, window_id: str) -> None:
        if any(window.window_id == window_id for window in site.windows):
            await self._save(site, [])
            self.kept.pop((site.site_id, window_id), None)
            self._loaded[site.site_id].discard(window_id)

    async def find_settled(self, site_id: str, alert_ids: Sequence[str]) -> frozenset[str]:
        self._reach()
        return frozenset(alert_ids) & self._alerts.get(site_id, set())

    async def find_incident(self, site_id: str, incident_id: str) -> Incident | None:
        self._reach()
        text = self.kept.get((site_id, incident_id))
        document = None if text is None else json.loads(text)
        is_incident = document is not None and document["type"] == INCIDENT
        return read_incident(document) if is_incident and document is not None else None

    async def list_incidents(self, query: IncidentQuery) -> IncidentPage:
        self._reach()
        found = [incident for incident in self.all(query.site_id) if _matches(incident, query)]
        return page_of(found[::-1][: query.most + 1], query.most)

    async def list_live_sites(self) -> list[str]:
        self._reach()
        return list_sites([site for site, live in self._live.items() if live])

    async def list_announcing_sites(self) -> list[str]:
        self._reach()
        windows = [(site, json.loads(text)) for (site, _), text in self.kept.items()]
        return list_sites(
            site for site, part in windows if part["type"] == WINDOW and part["announce"]
        )

    async def record(self, documents: Sequence[Document]) -> None:
        self._reach()
        for document in documents:
            self._write()
            self.audit[document["id"]] = json.loads(json.dumps(document, allow_nan=False))

    def all(self, site_id: str = "north") -> list[Incident]:
        """Every incident of a site, by id."""
        found = self._documents(site_id)
        return [read_incident(document) for document in found if document["type"] == INCIDENT]

    def _documents(self, site_id: str) -> list[dict[str, Any]]:
        kept = sorted(self.kept.items())
        return [json.loads(text) for (site, _), text in kept if site == site_id]

    async def _save(self, site: LiveSite, documents: Sequence[Document]) -> str:
        self._reach()
        waiting, self.meanwhile = self.meanwhile, []
        for act in waiting:
            await act()
        mark = self.marks.get(site.site_id)
        if site.mark != (None if mark is None else str(mark)):
            raise ChangedMeanwhileError("the incidents changed meanwhile")
        if any("/" in document["id"] for document in documents):
            raise RefusedError("no document can have such an id")
        self._write()
        self.marks[site.site_id] = (mark or 0) + 1
        for document in documents:
            self._keep(site.site_id, document)
        return str(self.marks[site.site_id])

    def _keep(self, site_id: str, document: Document) -> None:
        name = document["id"]
        self.kept[site_id, name] = json.dumps(document, allow_nan=False)
        for names, belongs in (
            (self._loaded, document["type"] == WINDOW or document["live"]),
            (self._live, document.get("live", False)),
        ):
            found = names.setdefault(site_id, set())
            (found.add if belongs else found.discard)(name)
        self._alerts.setdefault(site_id, set()).update(document.get("alertIds", ()))

    def _write(self) -> None:
        if self.crash_after is not None:
            if self.crash_after == 0:
                raise CrashError
            self.crash_after -= 1
        self.writes += 1

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")


class FakePlaces:
    """The port Places. ``buildings``, ``floors``: by device id."""

    def __init__(self) -> None:
        self.buildings: dict[str, str] = {}
        self.floors: dict[str, str] = {}

    async def list_buildings(self, site_id: str) -> dict[str, str]:
        return self.buildings

    async def list_places(self, site_id: str) -> dict[str, Place]:
        found = self.buildings.items()
        return {name: Place(building, self.floors.get(name, "")) for name, building in found}


def _matches(incident: Incident, query: IncidentQuery) -> bool:
    return (
        (query.states is None or incident.handling.state in query.states)
        and query.severity in {None, incident.severity}
        and (query.device_id is None or query.device_id in incident.process.device_ids)
        and (query.before is None or incident.incident_id < query.before)
    )
