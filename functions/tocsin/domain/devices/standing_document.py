"""What the next decision on a device starts from, as fields of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.calling.scoring import AlertState
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.judging.adaptation import Usual
from tocsin.domain.judging.aftermath import NONE, Aftermath
from tocsin.domain.judging.basis import Basis
from tocsin.domain.judging.beside import NOTHING, Beside
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.judging.outage import NONE_OUT, Outage
from tocsin.domain.limits.bounds import ENDINGS, LimitState, LimitStates
from tocsin.domain.limits.own_range import read_own_range
from tocsin.domain.states.operating import UNTOLD, Operating
from tocsin.domain.stored import (
    NUMBER,
    OPTIONAL_TEXT,
    OPTIONAL_WHOLE,
    take_field,
    take_mapping,
    take_part,
)


def alert_id(device_id: str, raised_t: int, subject: str | None = None) -> str:
    """Names an alert for ever: the device and the event time (ms) of the raising reading, and what
    it is about where others may be open beside it."""
    return f"{device_id}-{raised_t}" if subject is None else f"{device_id}-{raised_t}-{subject}"


def write_standing(standing: Standing, device_id: str) -> dict[str, Any]:
    """What the next decision on the device starts from, as fields of a document."""
    alert, usual = standing.alert, standing.usual
    aftermath, outage = standing.aftermath, standing.outage
    since, beside = alert.open_since, standing.beside
    return {
        "alert": None
        if since is None
        else {
            "alertId": alert_id(device_id, since),
            "t": since,
            "siteId": standing.raised_at,
        },
        "beside": None if beside == NOTHING else beside.to_document(),
        "limits": {name: state.to_document() for name, state in standing.limits.items()} or None,
        "run": alert.run,
        "clearedAt": alert.cleared_at,
        "usual": {
            "ticks": usual.ticks,
            "readings": usual.readings,
            "profile": standing.basis.profile,
            "modelVersion": standing.basis.version,
            "baseline": standing.basis.baseline,
        },
        "aftermath": {"peak": aftermath.peak, "t": aftermath.t} if aftermath.peak else None,
        "outage": {"sensors": outage.sensors, "since": outage.since} if outage.sensors else None,
        "operating": standing.operating.to_document(),
        "ownRange": None if standing.own is None else standing.own.to_document(),
    }


def write_briefly(standing: Standing, device_id: str) -> dict[str, Any]:
    """The same without what is null, as a stored message has it: there each byte is paid for again
    with each message, and most of it is null."""
    return _leave_out_nulls(write_standing(standing, device_id))


def _leave_out_nulls(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _leave_out_nulls(value) if type(value) is dict else value
        for name, value in part.items()
        if value is not None
    }


def read_standing(document: Mapping[str, Any]) -> Standing:
    """What ``write_standing`` or ``write_briefly`` wrote. Raises DamagedDocumentError."""
    alert, usual = take_part(document, "alert"), take_part(document, "usual")
    aftermath, outage = take_part(document, "aftermath"), take_part(document, "outage")
    beside, operating = take_part(document, "beside"), take_part(document, "operating")
    own = take_part(document, "ownRange")
    return Standing(
        AlertState(
            run=take_field(document, "run", int),
            open_since=None if alert is None else take_field(alert, "t", int),
            cleared_at=take_field(document, "clearedAt", *OPTIONAL_WHOLE),
        ),
        Usual()
        if usual is None
        else Usual(take_field(usual, "ticks", int), take_field(usual, "readings", int)),
        NONE
        if aftermath is None
        else Aftermath(take_field(aftermath, "peak", *NUMBER), take_field(aftermath, "t", int)),
        NONE_OUT
        if outage is None
        else Outage(take_field(outage, "sensors", int), take_field(outage, "since", int)),
        _read_basis(document, usual),
        None if alert is None else take_field(alert, "siteId", *OPTIONAL_TEXT),
        NOTHING if beside is None else Beside.from_document(beside),
        _read_limits(document),
        UNTOLD if operating is None else Operating.from_document(operating),
        None if own is None else read_own_range(own),
    )


def _read_limits(document: Mapping[str, Any]) -> LimitStates:
    """Documents from before there were limits have none."""
    owner = {name: document.get(name) for name in ("id", "deviceId")}
    found = take_mapping(document, "limits", dict)
    for name in found:
        if not name.endswith(ENDINGS):
            raise DamagedDocumentError(
                f"device {document.get('deviceId')!r} is damaged: {name!r:.80} is no limit"
            )
    return {name: LimitState.from_document({**owner, **part}) for name, part in found.items()}


def _read_basis(document: Mapping[str, Any], usual: Mapping[str, Any] | None) -> Basis:
    """Documents from before it was kept tell the profile and the model of their newest score, where
    they are no part of another."""
    if usual is None or "modelVersion" not in usual:
        return Basis(
            take_field(document, "profile", *OPTIONAL_TEXT),
            take_field(document, "modelVersion", *OPTIONAL_TEXT),
        )
    return Basis(
        take_field(usual, "profile", *OPTIONAL_TEXT),
        take_field(usual, "modelVersion", *OPTIONAL_TEXT),
        take_field(usual, "baseline", int),
    )
