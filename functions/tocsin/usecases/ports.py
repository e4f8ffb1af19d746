"""What the use cases need from the outside, one Protocol a role. Adapters and fakes fulfil them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.bundle import BundleSpec
from tocsin.domain.dead_letters import DeadLetter
from tocsin.domain.drift import Reference
from tocsin.domain.profile import Profile
from tocsin.domain.windows import History

Document = Mapping[str, Any]


class Model(Protocol):
    """A loaded model bundle."""

    @property
    def spec(self) -> BundleSpec: ...

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        """Score windows ``[k, window, c]`` in raw units: scores ``[k]``, contributions ``[k, c]``
        and sensors ``[k, c]``, each 0 working, 1 missing or 2 stuck.

        Safe to call from another thread.
        """
        ...


class Models(Protocol):
    """The active model of each profile."""

    async def current(self, profile: Profile) -> Model | None:
        """The model in use, or None when none is active or none can be trusted."""
        ...


class DeviceThresholds(Protocol):
    """What operators set for single devices."""

    async def factors(self) -> Mapping[str, float]:
        """By device id the factor on the profile's threshold, for the few that have one."""
        ...


class Telemetry(Protocol):
    """What scoring reads and writes. Saving the same document again changes nothing."""

    async def device(self, device_id: str) -> Document | None: ...

    async def history(
        self, device_id: str, profile: Profile, *, before_t: int, count: int
    ) -> History:
        """The newest *count* readings of this profile with event times before *before_t* (ms)."""
        ...

    async def save_alerts(self, documents: Sequence[Document]) -> None: ...

    async def save_readings(self, documents: Sequence[Document]) -> None: ...

    async def add_readings(self, documents: Sequence[Document]) -> None:
        """Save those that are not stored yet; what is stored stays as it is."""
        ...

    async def save_devices(self, documents: Sequence[Document]) -> None: ...


class Fleet(Protocol):
    """What the API shows."""

    async def devices(self, site_id: str | None) -> list[Document]: ...

    async def device(self, device_id: str) -> Document | None: ...

    async def sites(self) -> list[str]: ...

    async def readings(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[Document]:
        """Messages that overlap a time range (ms, both ends included), oldest first.

        Raises InvalidRequestError when there are more than *most*.
        """
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
    ) -> list[Document]:
        """A device's first *most* messages that begin from *from_t* until before *to_t* (ms)."""
        ...

    async def save_drift(self, document: Document) -> None: ...

    async def drift(self, profile: str) -> Document | None:
        """The document saved last; None before the first measurement."""
        ...


class Feedback(Protocol):
    """A device's past alerts with their scores, and what operators made of them."""

    async def device(self, device_id: str) -> Document | None: ...

    async def alerts(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Document]:
        """The newest *most* documents of alerts from *from_t* to *to_t* (ms), oldest first."""
        ...

    async def scores(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Document]:
        """``t``, ``score`` and ``modelVersion`` of the first *most* messages that overlap a time
        range (ms, both ends included), oldest first."""
        ...

    async def device_threshold(self, device_id: str) -> Document | None: ...

    async def device_thresholds(self) -> list[Document]: ...

    async def save_device_threshold(self, document: Document) -> None: ...

    async def delete_device_threshold(self, device_id: str) -> None:
        """Deleting what is not there changes nothing."""
        ...

    async def save_audit(self, document: Document) -> None: ...


class DeadLetters(Protocol):
    """Where unusable messages are kept."""

    async def put(self, letter: DeadLetter) -> None: ...


class Live(Protocol):
    """The way to the browsers of a site."""

    async def send(self, site_id: str, message: Document) -> None:
        """Send to everyone who watches the site. Raises DeliveryError when it cannot."""
        ...

    async def client_url(self, user_id: str, site_id: str) -> str:
        """An address, good for minutes, at which one client receives this site's messages."""
        ...
