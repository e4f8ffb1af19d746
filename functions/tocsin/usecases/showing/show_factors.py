"""By how much each device's threshold differs from that of its profile, and by whose doing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.judging.adaptation import Usual
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.judging.decisions import Rule, threshold_in_force
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Feedback
from tocsin.usecases.ports.scoring import Models

Source = Literal["operator", "learned", "provisional", "profile"]


@dataclass(frozen=True, slots=True)
class DeviceFactor:
    """What the threshold of the profile is multiplied by for a device.

    factor, threshold: None where no model scores the profile.
    source: an ``operator`` set it, the device has ``learned`` it, it is ``provisional``, learned on
        the device's first day; or it is the ``profile``'s own.
    learned_from: how many readings the device has learned from; it takes ``learns_for`` of them.
    set_by, set_at: of what an operator set; None where nobody did.
    """

    device_id: str
    site_id: str
    profile: str
    factor: float | None
    threshold: float | None
    source: Source
    learned_from: int
    learns_for: int | None
    set_by: str | None
    set_at: int | None


async def show_factors(
    devices: Iterable[DeviceRecord],
    *,
    profiles: Mapping[str, Profile],
    models: Models,
    store: Feedback,
    targets: AlertTargets,
) -> list[DeviceFactor]:
    """The factor of each of *devices*, in their order; an excursion of now is not in it.

    targets: the false alerts that thresholds are set for.
    """
    rules: dict[str, Rule] = {}
    for name, profile in profiles.items():
        model = await models.current(profile)
        if model is not None:
            rules[name] = Rule.of(model.spec, profile, targets.of(name))
    set_by_operators = {known.device_id: known for known in await store.device_thresholds()}
    return [
        _describe(device, rules.get(device.profile), set_by_operators.get(device.device_id))
        for device in devices
    ]


def _describe(
    device: DeviceRecord, rule: Rule | None, known: DeviceThreshold | None
) -> DeviceFactor:
    usual = device.standing.usual
    own = None if known is None else known.factor
    threshold = None if rule is None else threshold_in_force(usual, rule, own)
    return DeviceFactor(
        device_id=device.device_id,
        site_id=device.site_id,
        profile=device.profile,
        factor=None if rule is None or threshold is None else threshold / rule.threshold,
        threshold=threshold,
        source=_find_source(usual, rule, own),
        learned_from=usual.readings,
        learns_for=None if rule is None else rule.pace.learns_for,
        set_by=None if known is None else known.set_by,
        set_at=None if known is None else known.set_at,
    )


def _find_source(usual: Usual, rule: Rule | None, own: float | None) -> Source:
    if own is not None:
        return "operator"
    if rule is None:
        return "profile"
    if usual.readings >= rule.pace.learns_for:
        return "learned"
    return "profile" if rule.pace.factor(usual.ticks, usual.readings) == 1.0 else "provisional"
