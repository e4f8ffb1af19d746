"""What showing the fleet to people, and hearing them, needs from the outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tocsin.domain.alerts.alert import Alert, AlertPage, AlertPosition
from tocsin.domain.alerts.silence import QuietPage
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.devices.newest_message import NewestMessage
from tocsin.domain.incidents.late import Arrival
from tocsin.domain.models.drift import Reference
from tocsin.domain.models.drift_record import DriftRecord
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.documents import Document


class Fleet(Protocol):
    """What the API shows."""

    async def devices(self, site_id: str | None) -> list[DeviceRecord]:
        """The devices of a site, or all, by id; a damaged document is logged and left out."""
        ...

    async def list_quiet(self, *, heard_before_ms: int, after: str, most: int) -> QuietPage:
        """The first *most* devices with ids behind *after* of which nothing came since
        *heard_before_ms*, by the hub's clock; a damaged document is logged and left out."""
        ...

    async def find_heard(self, device_ids: Sequence[str], *, since_ms: int) -> list[DeviceRecord]:
        """Those of *device_ids* of which something came since then, by the hub's clock, in any
        order; a damaged document is logged and left out."""
        ...

    async def device(self, device_id: str) -> DeviceRecord | None:
        """Raises DamagedDocumentError."""
        ...

    async def sites(self) -> list[str]: ...

    async def readings(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        """Messages that overlap a time range (ms, both ends included), oldest first, with their
        channels, scores, threshold and decisions.

        Raises InvalidRequestError when they have more than *most* readings.
        """
        ...

    async def alerts(
        self, site_id: str | None, device_id: str | None, *, before: AlertPosition | None, most: int
    ) -> AlertPage:
        """The newest *most* alerts (raised and cleared) that lie behind the position *before*.

        site_id, device_id: only this site's, this device's; None for all.
        before: the ``older`` of the page before; None for the newest. Alerts that are added
            meanwhile move no page.
        """
        ...

    async def alert_changes(self, alert_ids: Sequence[str]) -> list[Alert]:
        """Both changes, raised and cleared, of the alerts with these ids, in any order."""
        ...

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        ...


class References(Protocol):
    """What the active bundle of a profile was made on."""

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        """The active bundle's version and its reference.

        Raises InvalidBundleError when none is active, or it cannot be trusted or has none.
        """
        ...


class Drifts(Protocol):
    """What a drift is measured on, and where the last one of each profile is kept."""

    async def first_messages(
        self, device_id: str, profile: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        """A device's first *most* messages that begin from *from_t* until before *to_t* (ms), with
        their channels, scores and model version."""
        ...

    async def save_drift(self, record: DriftRecord) -> None: ...

    async def drift(self, profile: str) -> DriftRecord | None:
        """What was saved last; None before the first measurement, or where it is damaged."""
        ...


class Feedback(Protocol):
    """A device's past alerts with their scores, and what operators made of them."""

    async def device(self, device_id: str) -> DeviceRecord | None:
        """Raises DamagedDocumentError."""
        ...

    async def past_alerts(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[Alert]:
        """The newest *most* alerts from *from_t* to *to_t* (ms), oldest first."""
        ...

    async def find_before(
        self, record: DeviceRecord, *, before_t: int, epoch: int = 0
    ) -> NewestMessage | None:
        """The device's newest stored message that decided among those that begin before *before_t*
        (ms) in one *epoch* of its clock: what *record* was by then. None also where that message
        is damaged."""
        ...

    async def history(
        self, device_id: str, profile: Profile, *, before_t: int, count: int, epoch: int = 0
    ) -> History:
        """The newest *count* readings of this profile with event times before *before_t* (ms), of
        one *epoch* of the device's clock."""
        ...

    async def scores(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        """The first *most* messages that overlap a time range (ms, both ends included), oldest
        first, with their scores and model version alone."""
        ...

    async def arrivals(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Arrival]:
        """The first *most* messages that begin in a time range (ms, both ends included), oldest
        first: when each came."""
        ...

    async def device_threshold(self, device_id: str) -> DeviceThreshold | None:
        """What operators set; None where they set nothing, or where it is damaged."""
        ...

    async def device_thresholds(self) -> list[DeviceThreshold]:
        """All that operators set; a damaged document is logged and left out."""
        ...

    async def save_device_threshold(self, threshold: DeviceThreshold) -> None: ...

    async def delete_device_threshold(self, device_id: str) -> None:
        """Deleting what is not there changes nothing."""
        ...

    async def save_audit(self, document: Document) -> None: ...


class LiveFeed(Protocol):
    """What goes to the browsers of a site."""

    async def send(self, site_id: str, message: Document) -> None:
        """Send to everyone who watches the site. Raises DeliveryError when it cannot."""
        ...


class Live(LiveFeed, Protocol):
    """The way to the browsers of a site, and theirs to it."""

    async def client_url(self, user_id: str, site_id: str) -> str:
        """An address, good for minutes, at which one client receives this site's messages."""
        ...
