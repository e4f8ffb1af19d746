"""The HTTP API of scoring without storing, for other systems and for trying out (docs/api.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tocsin.domain.access.principal import VIEWER
from tocsin.domain.judging.detection import Detection, Record
from tocsin.triggers.api.answers import Output
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing, load_json
from tocsin.usecases.models import detect as detecting

MOST_RECORDS = 1_000
MiB = 1024 * 1024
# Said to readers and not held against what is sent: a bad record gets its error beside the rest.
_VALUE = {"anyOf": [{"type": "number"}, {"type": "null"}]}
RECORD_SCHEMA = {
    "type": "object",
    "additionalProperties": {"anyOf": [*_VALUE["anyOf"], {"type": "array", "items": _VALUE}]},
}
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
NO_RECORD = "it must be an object with a number, or a list of numbers, for each channel"


class DetectBody(Input):
    """``records``: each an object with a number for each channel, a reading, or with a list of
    numbers for each channel, a window. null is a missing value."""

    most_bytes: ClassVar[int] = 8 * MiB

    profile: str
    records: Annotated[
        list[Any],
        Meta(min_length=1, max_length=MOST_RECORDS, extra_json_schema={"items": RECORD_SCHEMA}),
    ]

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """With the records as they were sent, each of which is read for itself and only once: a
        body has up to half a million numbers."""
        found = _read_whole(raw)
        return super().parse(raw) if found is None else cls(found.profile, found.records)


class DetectionShown(Output):
    """What was found of a record, or in ``error`` why nothing was."""

    score: float | UnsetType = UNSET
    anomalous: bool | UnsetType = UNSET
    contributions: dict[str, float] | UnsetType = UNSET
    sensors: dict[str, str] | UnsetType = UNSET
    error: str | UnsetType = UNSET


class DetectedShown(Output):
    """What was found of each record, in their order, by which model and threshold."""

    profile: str
    model_version: str
    threshold: float
    results: list[DetectionShown]


class _Whole(msgspec.Struct, forbid_unknown_fields=True):
    """A body of which nothing inside the records is looked at."""

    profile: str
    records: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MOST_RECORDS)]


_WHOLE = msgspec.json.Decoder(_Whole)
_RECORD = msgspec.json.Decoder(dict[str, float | list[float | None] | None])
_KEYS = len(_Whole.__struct_fields__)


async def detect(call: Call[Nothing, DetectBody]) -> DetectedShown:
    """Score one record or many, and store nothing."""
    services, body = call.services, call.body
    found = await detecting.detect(
        body.profile,
        await asyncio.to_thread(_read_records, body.records),
        profiles=services.profiles,
        models=services.models,
        targets=await services.targets.current(),
    )
    return DetectedShown(
        profile=body.profile,
        model_version=found.model_version,
        threshold=found.threshold,
        results=[_show(result) for result in found.results],
    )


def _read_whole(raw: bytes) -> _Whole | None:
    """None where anything about it is unusual: then it is read slowly, which says what."""
    try:
        found = _WHOLE.decode(raw)
    except UNREADABLE:
        return None
    # A key that is given twice is passed over by the decoder, but its quotation marks are there.
    inside = sum(bytes(record).count(b'"') for record in found.records)
    outside = 2 * _KEYS + 2  # the keys, and the name of the profile
    return found if raw.count(b'"') == inside + outside else None


def _read_records(sent: Sequence[Any]) -> list[Record | str]:
    """Each for itself: one that is none must not take the others with it.

    Raises InvalidRequestError where one is no JSON: then the body was none.
    """
    return [
        _read_raw(bytes(record)) if isinstance(record, msgspec.Raw) else _read_record(record)
        for record in sent
    ]


def _read_raw(raw: bytes) -> Record | str:
    try:
        record = _RECORD.decode(raw)
    except UNREADABLE:
        return _read_record(load_json(raw))
    # Its values have no quotation marks, so there are as many as its keys have, if none is twice.
    return record if raw.count(b'"') == 2 * len(record) else _read_record(load_json(raw))


def _read_record(sent: Any) -> Record | str:  # noqa: ANN401 (any JSON)
    try:
        return msgspec.convert(sent, dict[str, float | list[float | None] | None])
    except msgspec.ValidationError:
        if not isinstance(sent, dict):
            return NO_RECORD
    bad = next(name for name, part in sent.items() if not _is_column(part))
    return f"{bad!r:.80} must be a number or a list of numbers, with null for what is missing"


def _is_column(part: Any) -> bool:  # noqa: ANN401 (any JSON)
    try:
        msgspec.convert(part, float | list[float | None] | None)
    except msgspec.ValidationError:
        return False
    return True


def _show(result: Detection | str) -> DetectionShown:
    if isinstance(result, str):
        return DetectionShown(error=result)
    return DetectionShown(
        score=result.score,
        anomalous=result.anomalous,
        contributions=dict(result.contributions),
        sensors=dict(result.sensors),
    )


ROUTES = (
    Route(
        "detect", "POST", "detect", VIEWER, Nothing, DetectBody, {200: DetectedShown}, detect,
        fails=frozenset({404}), scope="detect",
    ),
)  # fmt: skip
