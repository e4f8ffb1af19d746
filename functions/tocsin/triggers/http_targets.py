"""The HTTP API of how many false alerts are accepted of a profile (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.bootstrap import Services
from tocsin.domain.alert_targets import LEAST_TARGET, MOST_TARGET
from tocsin.domain.principal import ADMIN, VIEWER
from tocsin.triggers.answers import Output, Revised
from tocsin.triggers.calls import Call, Route
from tocsin.triggers.inputs import Input, Nothing
from tocsin.triggers.setting_patches import Change
from tocsin.usecases import change_targets as changing

Target = Annotated[float, Meta(ge=LEAST_TARGET, le=MOST_TARGET)]


class AlertTargetsPatch(Input):
    """profiles: by profile the false alerts accepted a device and day; null takes a profile back to
    the usual."""

    profiles: Change[dict[str, Target | None]]


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
)  # fmt: skip
