"""The HTTP API of what operators say of a device's alerts (docs/api.md)."""

from __future__ import annotations

from typing import Any

from msgspec import field

from tocsin.domain.access.principal import OPERATOR, VIEWER
from tocsin.domain.judging.recalibration import Label
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.outputs.feedback import (
    FeedbackShown,
    NewNormalShown,
    OwnThresholdShown,
    describe_feedback,
    describe_threshold,
)
from tocsin.usecases.feedback.call_normal import apply_normal, preview_normal
from tocsin.usecases.feedback.give_feedback import apply_feedback, preview_feedback, reset_threshold
from tocsin.usecases.feedback.known_device import Judging
from tocsin.usecases.showing.find_named import find_device


class FeedbackBody(Input):
    """labels: by alert id. preview: show what would follow, and change nothing."""

    labels: dict[str, Label] = field(default_factory=dict)
    preview: bool = False

    def __post_init__(self) -> None:
        if not self.labels and not self.preview:
            raise ValueError("labels is empty: name at least one alert by its id")


class NormalBody(Input):
    """preview: show what would follow, and change nothing."""

    preview: bool = False


async def show_feedback(call: Call[Nothing, Nothing]) -> OwnThresholdShown:
    """What operators set for a device, and what they said of its alerts."""
    device = await find_device(call.path["id"], call.services.fleet, call.rights.sees)
    found = await call.services.feedback.device_threshold(device.device_id)
    return describe_threshold(device.device_id, found)


async def give_feedback(call: Call[Nothing, FeedbackBody]) -> FeedbackShown:
    """Call alerts of a device normal, or confirm them."""
    device_id, labels, judging = await _find(call), call.body.labels, await _judge_with(call)
    now_ms = call.services.now_ms()
    if call.body.preview:
        found = await preview_feedback(device_id, labels, judging, now_ms=now_ms)
    else:
        found = await apply_feedback(
            device_id, labels, judging, operator=call.principal.name, now_ms=now_ms
        )
    return describe_feedback(device_id, found, applied=not call.body.preview)


async def call_normal(call: Call[Nothing, NormalBody]) -> NewNormalShown:
    """Call what a device does in its open alert its new normal."""
    device_id, judging = await _find(call), await _judge_with(call)
    if call.body.preview:
        found = await preview_normal(device_id, judging)
    else:
        found = await apply_normal(
            device_id, judging, operator=call.principal.name, now_ms=call.services.now_ms()
        )
    return NewNormalShown.read(
        {"deviceId": device_id, "applied": not call.body.preview, **found.to_document()}
    )


async def forget_feedback(call: Call[Nothing, Nothing]) -> OwnThresholdShown:
    """Undo all that operators set for a device; answers what that was."""
    device_id = await _find(call)
    before = await reset_threshold(
        device_id,
        call.services.feedback,
        operator=call.principal.name,
        now_ms=call.services.now_ms(),
    )
    return describe_threshold(device_id, before)


async def _find(call: Call[Nothing, Any]) -> str:
    """The device that the path names. Raises NotFoundError and ForbiddenError for whoever may not
    look or act where it is."""
    device = await find_device(call.path["id"], call.services.fleet, call.rights.sees)
    call.rights.must_act(device.site_id)
    return device.device_id


async def _judge_with(call: Call[Nothing, FeedbackBody] | Call[Nothing, NormalBody]) -> Judging:
    services = call.services
    targets = await services.targets.current()
    return Judging(services.profiles, services.models, targets, services.feedback)


NOT_FOUND = frozenset({404})
PATH = "devices/{id}/feedback"

ROUTES = (
    Route(
        "device_feedback", "GET", PATH, VIEWER, Nothing, Nothing, {200: OwnThresholdShown},
        show_feedback, fails=NOT_FOUND,
    ),
    Route(
        "give_device_feedback", "POST", PATH, OPERATOR, Nothing, FeedbackBody,
        {200: FeedbackShown}, give_feedback, fails=NOT_FOUND,
    ),
    Route(
        "forget_device_feedback", "DELETE", PATH, OPERATOR, Nothing, Nothing,
        {200: OwnThresholdShown}, forget_feedback, fails=NOT_FOUND,
    ),
    Route(
        "call_device_normal", "POST", "devices/{id}/normal", OPERATOR, Nothing, NormalBody,
        {200: NewNormalShown}, call_normal, fails=NOT_FOUND,
    ),
)  # fmt: skip
