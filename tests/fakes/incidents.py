"""Incidents in memory: the ports Incidents and Places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from tests.fakes.fenced import FencedDocuments
from tocsin.domain.devices.places import Place
from tocsin.domain.incidents.documents import INCIDENT, read_incident, write_incident
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import IncidentPage, IncidentQuery, LiveSite, page_of
from tocsin.domain.incidents.window_documents import WINDOW, read_window, write_window
from tocsin.domain.incidents.windows import Window
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document


class FakeIncidents(FencedDocuments):
    """The port Incidents."""

    def __init__(self) -> None:
        super().__init__()
        # What each load asks for, so that a month of incidents is not read each time.
        self._loaded: dict[str, set[str]] = {}
        self._alerts: dict[str, set[str]] = {}
        self._live: dict[str, set[str]] = {}

    async def load_site(self, site_id: str) -> LiveSite:
        self.reach()
        names = sorted(self._loaded.get(site_id, ()))
        found = [json.loads(self.kept[site_id, name]) for name in names]
        return LiveSite(
            site_id,
            tuple(read_incident(document) for document in found if document["type"] == INCIDENT),
            tuple(read_window(document) for document in found if document["type"] == WINDOW),
            self.find_mark(site_id),
        )

    async def save_incidents(self, site: LiveSite, incidents: Sequence[Incident]) -> LiveSite:
        mark = await self.save(
            site.site_id, site.mark, [write_incident(incident) for incident in incidents]
        )
        return replace(site, mark=mark)

    async def save_window(self, site: LiveSite, window: Window) -> None:
        await self.save(site.site_id, site.mark, [write_window(window)])

    async def delete_window(self, site: LiveSite, window_id: str) -> None:
        if any(window.window_id == window_id for window in site.windows):
            await self.save(site.site_id, site.mark, [])
            self.kept.pop((site.site_id, window_id), None)
            self._loaded[site.site_id].discard(window_id)

    async def find_settled(self, site_id: str, alert_ids: Sequence[str]) -> frozenset[str]:
        self.reach()
        return frozenset(alert_ids) & self._alerts.get(site_id, set())

    async def find_incident(self, site_id: str, incident_id: str) -> Incident | None:
        self.reach()
        text = self.kept.get((site_id, incident_id))
        document = None if text is None else json.loads(text)
        is_incident = document is not None and document["type"] == INCIDENT
        return read_incident(document) if is_incident and document is not None else None

    async def list_incidents(self, query: IncidentQuery) -> IncidentPage:
        self.reach()
        found = [incident for incident in self.all(query.site_id) if _matches(incident, query)]
        return page_of(found[::-1][: query.most + 1], query.most)

    async def list_live_sites(self) -> list[str]:
        self.reach()
        return list_sites([site for site, live in self._live.items() if live])

    async def list_announcing_sites(self) -> list[str]:
        self.reach()
        windows = [(site, json.loads(text)) for (site, _), text in self.kept.items()]
        return list_sites(
            site for site, part in windows if part["type"] == WINDOW and part["announce"]
        )

    def all(self, site_id: str = "north") -> list[Incident]:
        """Every incident of a site, by id."""
        found = self.list_documents(site_id)
        return [read_incident(document) for document in found if document["type"] == INCIDENT]

    def keep(self, site_id: str, document: Document) -> None:
        super().keep(site_id, document)
        name = document["id"]
        for names, belongs in (
            (self._loaded, document["type"] == WINDOW or document["live"]),
            (self._live, document.get("live", False)),
        ):
            found = names.setdefault(site_id, set())
            (found.add if belongs else found.discard)(name)
        self._alerts.setdefault(site_id, set()).update(document.get("alertIds", ()))


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
