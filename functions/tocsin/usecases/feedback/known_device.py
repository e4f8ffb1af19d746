"""A device as operators judge it: its model, its rule, and what was set and said before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.judging.recalibration import Label
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Feedback
from tocsin.usecases.ports.scoring import Model, Models


@dataclass(frozen=True, slots=True)
class Judging:
    """What scores are judged by and where they are kept; ``targets``: the false alerts that
    thresholds are set for."""

    profiles: Mapping[str, Profile]
    models: Models
    targets: AlertTargets
    store: Feedback


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device, its profile, model and rule, and what operators set before."""

    record: DeviceRecord
    profile: Profile
    model: Model
    rule: Rule
    set_before: DeviceThreshold | None

    @property
    def model_version(self) -> str:
        return self.model.spec.version

    @property
    def labels(self) -> Mapping[str, Label]:
        """What its alerts were called before, by alert id."""
        return self.set_before.labels if self.set_before else {}

    @property
    def factor(self) -> float | None:
        """The factor that operators set before."""
        return None if self.set_before is None else self.set_before.factor


async def look_up_device(device_id: str, judging: Judging) -> KnownDevice:
    """Raises NotFoundError for a device that is not known, InvalidRequestError for one that no
    model scores."""
    record = await find_record(device_id, judging.store)
    profile = judging.profiles.get(record.profile)
    model = None if profile is None else await judging.models.current(profile)
    if profile is None or model is None:
        raise InvalidRequestError(
            f"no model is active for {record.profile!r}, the profile of device {device_id!r}"
        )
    return KnownDevice(
        record=record,
        profile=profile,
        model=model,
        rule=Rule.of(model.spec, profile, judging.targets.of(profile.name)),
        set_before=await judging.store.device_threshold(device_id),
    )


async def find_record(device_id: str, store: Feedback) -> DeviceRecord:
    """Raises NotFoundError for a device that is not known."""
    record = await store.device(device_id)
    if record is None:
        raise NotFoundError(f"no device {device_id!r} has reported yet")
    return record
