"""What incidents need from the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tocsin.domain.devices.places import Place
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import IncidentPage, IncidentQuery, LiveSite
from tocsin.domain.incidents.windows import Window
from tocsin.usecases.ports.documents import Document


class Incidents(Protocol):
    """The incidents of each site. A damaged document is logged and left out.

    Every call raises DeliveryError while the database is away.
    """

    async def load_site(self, site_id: str) -> LiveSite:
        """All of the site's incidents that are live, and its windows, oldest first."""
        ...

    async def save_incidents(self, site: LiveSite, incidents: Sequence[Incident]) -> LiveSite:
        """Save all of *incidents* of the site or none; gives *site* with the mark after that.

        Raises ChangedMeanwhileError where anything of the site was saved since *site* was read, and
        RefusedError for what can never be saved.
        """
        ...

    async def save_window(self, site: LiveSite, window: Window) -> None:
        """As ``save_incidents``."""
        ...

    async def delete_window(self, site: LiveSite, window_id: str) -> None:
        """As ``save_incidents``; deleting what is not there changes nothing."""
        ...

    async def find_settled(self, site_id: str, alert_ids: Sequence[str]) -> frozenset[str]:
        """Those of *alert_ids* that are in a stored incident of the site, live or not."""
        ...

    async def find_incident(self, site_id: str, incident_id: str) -> Incident | None:
        """Raises DamagedDocumentError."""
        ...

    async def list_incidents(self, query: IncidentQuery) -> IncidentPage: ...

    async def list_live_sites(self) -> list[str]:
        """The sites with an incident that is live."""
        ...

    async def list_announcing_sites(self) -> list[str]:
        """The sites with a window of which people want to be told."""
        ...

    async def record(self, documents: Sequence[Document]) -> None:
        """Put documents into the audit; once more changes nothing."""
        ...


class Places(Protocol):
    """Where devices stand."""

    async def list_buildings(self, site_id: str) -> Mapping[str, str]:
        """By device id, of those of which it is known; never fails."""
        ...

    async def list_places(self, site_id: str) -> Mapping[str, Place]:
        """The same with their floors."""
        ...
