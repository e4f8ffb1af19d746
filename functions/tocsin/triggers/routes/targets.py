"""The HTTP API of how many false alerts are accepted of a profile (docs/api.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.domain.access.principal import ADMIN, VIEWER
from tocsin.domain.charts.target_trial import describe_trial
from tocsin.domain.judging.alert_targets import LEAST_TARGET, LONGEST_NAME, MOST_TARGET
from tocsin.services import Services
from tocsin.triggers.api.answers import Output, Revised
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.setting_patches import Change
from tocsin.usecases.feedback.device_past import Archive
from tocsin.usecases.feedback.known_device import Judging
from tocsin.usecases.settings import change_targets as changing
from tocsin.usecases.settings.preview_target import preview_target

Target = Annotated[float, Meta(ge=LEAST_TARGET, le=MOST_TARGET)]


class AlertTargetsPatch(Input):
    """profiles: by profile the false alerts accepted a device and day; null takes a profile back to
    the usual."""

    profiles: Change[dict[str, Target | None]]


class TargetTrialBody(Input):
    """target: of the profile, false alerts accepted a device and day; null for the usual."""

    profile: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    target: Target | None


class AlertTargetShown(Output):
    """False alerts accepted a device and day. ``own``: set for this profile. ``threshold``: what
    follows; null where no model scores the profile. ``follows``: whether a change of the target
    changes it; a model that saw too few peaks in training keeps its own."""

    target: float
    own: bool
    threshold: float | None
    follows: bool


class AlertTargetsShown(Revised):
    """The target of each profile, and who set them when (ms). ``usual``: where none is set."""

    set_by: str | None
    set_at: int | None
    usual: float
    profiles: dict[str, AlertTargetShown]


class TriedShown(Output):
    """Of ``there`` of them, ``looked`` were looked at, taken from all over."""

    looked: int
    there: int


class TargetTrialShown(Output):
    """What another target would have called in the last ``days``, by today's factors of devices.

    ``before``, ``after``: the threshold of the profile. ``alerts``: those that scores raised; of
    those looked at ``kept`` would have been called, ``silenced`` not, and of ``unknown`` nobody can
    tell. ``hours``: those outside alerts in which a score passes the new threshold; in those looked
    at it would have called ``further`` times.
    """

    profile: str
    target: float
    days: int
    before: float
    after: float
    devices: TriedShown
    alerts: TriedShown
    kept: int
    silenced: int
    unknown: int
    hours: TriedShown
    further: int
    text: str


async def show_targets(call: Call[Nothing, Nothing]) -> AlertTargetsShown:
    """How many false alerts are accepted of each profile."""
    return AlertTargetsShown.read(await changing.show_targets(await _find_accepting(call.services)))


async def change_targets(call: Call[Nothing, AlertTargetsPatch]) -> AlertTargetsShown:
    """Change how many false alerts are accepted, by a merge patch (RFC 7396)."""
    services = call.services
    changed = await changing.change_targets(
        msgspec.to_builtins(call.body),
        admin=call.principal.name,
        accepting=await _find_accepting(services),
        now_ms=services.now_ms,
        revision=call.revision,
    )
    return AlertTargetsShown.read(changed)


async def preview(call: Call[Nothing, TargetTrialBody]) -> TargetTrialShown:
    """What another target would have called of the last 30 days."""
    services, name = call.services, call.body.profile
    targets = await services.targets.current()
    target = targets.usual if call.body.target is None else call.body.target
    judging = Judging(services.profiles, services.models, targets, services.feedback)
    devices = await services.fleet.devices(None)
    trial = await preview_target(
        name,
        target,
        [device for device in devices if device.site_id in call.rights.sees],
        Archive(judging, services.fleet, services.rollups, services.now_ms()),
    )
    return TargetTrialShown.read(
        {"profile": name, "target": target, "text": describe_trial(trial), **asdict(trial)}
    )


async def _find_accepting(services: Services) -> changing.Accepting:
    usual = (await services.targets.current()).usual
    return changing.Accepting(services.site_settings, services.profiles, services.models, usual)


ROUTES = (
    Route(
        "show_alert_targets", "GET", "alert-targets", VIEWER, Nothing, Nothing,
        {200: AlertTargetsShown}, show_targets,
    ),
    Route(
        "change_alert_targets", "PATCH", "alert-targets", ADMIN, Nothing, AlertTargetsPatch,
        {200: AlertTargetsShown}, change_targets, fails=frozenset({409}),
    ),
    Route(
        "preview_alert_target", "POST", "alert-targets/preview", ADMIN, Nothing, TargetTrialBody,
        {200: TargetTrialShown}, preview,
    ),
)  # fmt: skip
