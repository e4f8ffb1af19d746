"""The HTTP API of scoring without storing, for other systems and for trying out (docs/api.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tocsin.domain.detection import Detection, Record
from tocsin.domain.principal import VIEWER
from tocsin.triggers.answers import Output
from tocsin.triggers.calls import Call, Route
from tocsin.triggers.inputs import Input, Nothing
from tocsin.usecases import detect as detecting

MOST_RECORDS = 1_000
MiB = 1024 * 1024
# Said to readers and not held against what is sent: a bad record gets its error beside the rest.
_VALUE = {"anyOf": [{"type": "number"}, {"type": "null"}]}
RECORD_SCHEMA = {
    "type": "object",
    "additionalProperties": {"anyOf": [*_VALUE["anyOf"], {"type": "array", "items": _VALUE}]},
}
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


async def detect(call: Call[Nothing, DetectBody]) -> DetectedShown:
    """Score one record or many, and store nothing."""
    services, body = call.services, call.body
    found = await detecting.detect(
        body.profile,
        await asyncio.to_thread(_read_records, body.records),
        profiles=services.profiles,
        models=services.models,
        target_per_day=services.target_per_day,
    )
    return DetectedShown(
        profile=body.profile,
        model_version=found.model_version,
        threshold=found.threshold,
        results=[_show(result) for result in found.results],
    )


def _read_records(sent: Sequence[Any]) -> list[Record | str]:
    """Each for itself: one that is none must not take the others with it."""
    return [_read_record(record) for record in sent]


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
