"""What scoring needs from the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.newest_message import NewestMessage
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import ChangedMeanwhileError, RefusedError
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.letters.dead_letters import Letter
from tocsin.domain.limits.book import LimitBook
from tocsin.domain.models.bundle import BundleSpec
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History

Refusal = RefusedError | None


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

    async def state(self, profile: Profile) -> ModelState:
        """What is in use and what was refused, for people. Never fails."""
        ...


class Activations(Protocol):
    """When the latest bundle that any process took was activated, kept apart from the bundles."""

    async def find_latest(self, profile: str) -> int:
        """In ms; 0 for a profile of which none was taken."""
        ...

    async def keep_latest(self, profile: str, at: int) -> None:
        """Keep *at* (ms), unless a later one is kept already."""
        ...


class DeviceThresholds(Protocol):
    """What operators set for single devices."""

    async def factors(self) -> Mapping[str, float]:
        """By device id the factor on the profile's threshold, for the few that have one."""
        ...

    async def baselines(self) -> Mapping[str, Baseline]:
        """By device id the levels that operators called normal, for the few that have some."""
        ...

    async def limits(self) -> LimitBook:
        """The plain limits of every site, beside those of the profiles."""
        ...


class Telemetry(Protocol):
    """What scoring reads and writes. Saving the same again changes nothing.

    What is refused for good is reported, in the order of what was to be saved, so that it does not
    keep the rest from being saved; whatever may pass is raised.
    """

    async def device(self, device_id: str) -> DeviceRecord | None:
        """Raises DamagedDocumentError."""
        ...

    async def find_newer(self, record: DeviceRecord) -> NewestMessage | None:
        """The device's newest stored message that decided, if that is newer than *record*.

        Its record takes the place of *record*. None also where that message is damaged.
        """
        ...

    async def history(
        self, device_id: str, profile: Profile, *, before_t: int, count: int, epoch: int = 0
    ) -> History:
        """The newest *count* readings of this profile with event times before *before_t* (ms), of
        one *epoch* of the device's clock."""
        ...

    async def stored(
        self, device_id: str, profile: Profile, *, from_t: int, to_t: int
    ) -> Sequence[History]:
        """The readings of this profile from *from_t* to *to_t* (ms, both included), of any epoch;
        the first history has each time once, the next those for which more is known, and so on. Of
        very many messages only the newest."""
        ...

    async def save_alerts(self, alerts: Sequence[Alert]) -> Sequence[Refusal]: ...

    async def save_readings(self, messages: Sequence[DecidedMessage]) -> Sequence[Refusal]:
        """Of a device's messages, no later one is stored while an earlier one may still be."""
        ...

    async def add_readings(self, messages: Sequence[DecidedMessage]) -> Sequence[Refusal]:
        """Save those that are not stored yet; what is stored stays as it is."""
        ...

    async def save_devices(
        self, devices: Sequence[DeviceRecord]
    ) -> Sequence[str | RefusedError | ChangedMeanwhileError]:
        """Save each in place of the record whose etag it carries, or as the first one.

        Returns for each its new etag, or why it was not saved: refused for good, or because what
        is stored is no longer the record that it follows from.
        """
        ...


class DeadLetters(Protocol):
    """Where what cannot be used is kept."""

    async def put(self, letter: Letter) -> None:
        """Keep *letter* in place of an older one of the same thing. Raises DeliveryError."""
        ...
