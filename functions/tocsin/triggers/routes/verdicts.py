"""The HTTP API of what operators say of an incident (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR
from tocsin.domain.errors import OutdatedError
from tocsin.domain.incidents.actions import Act
from tocsin.domain.incidents.shown import show_whole
from tocsin.triggers.api.answers import Output, Revised
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Input
from tocsin.triggers.api.site_query import SiteQuery, naming_site
from tocsin.triggers.outputs.feedback import FeedbackShown, NewNormalShown, describe_feedback
from tocsin.triggers.outputs.incidents import IncidentShown
from tocsin.triggers.routes.incidents import Comment
from tocsin.usecases.feedback.known_device import Judging
from tocsin.usecases.incidents.act_on_incident import find_incident
from tocsin.usecases.incidents.judge_incident import (
    MOST_DEVICES,
    DeviceVerdict,
    Judgement,
    Verdict,
    apply_judgement,
    preview_judgement,
)


class VerdictBody(Input):
    """verdict: what its alerts were. devices: of which of its devices; all where it is left out.
    preview: show what would follow, and change nothing."""

    verdict: Verdict
    devices: Annotated[list[str], Meta(min_length=1, max_length=MOST_DEVICES)] | None = None
    comment: Comment = ""
    preview: bool = False


class DeviceVerdictShown(Output):
    """What becomes of a device: of its threshold or its normal, or in ``error`` why nothing."""

    device_id: str
    feedback: FeedbackShown | None
    normal: NewNormalShown | None
    error: str | None


class VerdictShown(Revised):
    """What becomes of each device, and the incident after it."""

    applied: bool
    devices: list[DeviceVerdictShown]
    incident: IncidentShown


async def judge_incident(call: Call[SiteQuery, VerdictBody]) -> VerdictShown:
    """Say whether its alerts were normal, an anomaly, or the new normal."""
    services, body, site_id = call.services, call.body, call.query.site
    targets = await services.targets.current()
    judging = Judging(services.profiles, services.models, targets, services.feedback)
    judgement = Judgement(body.verdict, body.devices)
    async with naming_site(site_id, services):
        incident = await find_incident(site_id, call.path["id"], services.incident_room)
    _check_revision(incident.timeline.last, call.revision)
    now_ms = services.now_ms()
    if body.preview:
        found = await preview_judgement(incident, judgement, judging, now_ms=now_ms)
    else:
        act = Act(call.principal.name, now_ms, body.comment.strip())
        found, incident = await apply_judgement(
            incident, judgement, judging, act, services.incident_room
        )
    applied = not body.preview
    return VerdictShown(
        revision=incident.timeline.last,
        applied=applied,
        devices=[_show_device(device, applied=applied) for device in found],
        incident=IncidentShown.read(show_whole(incident, now_ms)),
    )


def _check_revision(last: int, revision: int | None) -> None:
    """Before any device changes: what comes after it in the story is only added."""
    if revision is not None and revision != last:
        raise OutdatedError(
            f"the incident is at revision {last}, not {revision}; look at it again, then decide"
        )


def _show_device(device: DeviceVerdict, *, applied: bool) -> DeviceVerdictShown:
    name, found, normal = device.device_id, device.threshold, device.normal
    return DeviceVerdictShown(
        device_id=name,
        feedback=None if found is None else describe_feedback(name, found, applied=applied),
        normal=None
        if normal is None
        else NewNormalShown.read({"deviceId": name, "applied": applied, **normal.to_document()}),
        error=device.error or None,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "judge_incident", "POST", "incidents/{id}/feedback", OPERATOR, SiteQuery, VerdictBody,
        {200: VerdictShown}, judge_incident, fails=frozenset({404, 409}),
    ),
)  # fmt: skip
