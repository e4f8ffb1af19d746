"""One item of a request: a span or a point of a metric, in the words of Application Insights, as a
record of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from local.standins.insights.errors import ItemError

# What has a span in it: work that was handed to somebody, and what that did by itself.
KINDS: Final = {"RequestData": "request", "RemoteDependencyData": "dependency"}
POINT: Final = "MetricData"
_DURATION = re.compile(r"(\d+)\.(\d\d):(\d\d):(\d\d)\.(\d{3})")


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """A span as it is kept. began: ISO 8601 in UTC. parent_id: empty where the trace begins."""

    trace_id: str
    span_id: str
    parent_id: str
    kind: str
    name: str
    began: str
    duration_ms: int
    success: bool
    attributes: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """What was measured with one name and one set of attributes since the point before.

    at: ISO 8601 in UTC. total: the sum of *count* measurements. least, most: None of a counter,
    whose total alone says something.
    """

    name: str
    at: str
    total: float
    count: int
    least: float | None
    most: float | None
    attributes: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        return asdict(self)


def read_item(item: object, instrumentation_key: str) -> StoredSpan | StoredPoint:
    """The span or the point in *item*, for the component with this key.

    Raises ItemError where it is for another one, is neither, or lacks what these have.
    """
    if not isinstance(item, dict):
        raise ItemError(400, "an item must be an object")
    if item.get("iKey") != instrumentation_key:
        raise ItemError(400, "iKey is not that of this component")
    base_type = _find_type(item)
    try:
        return _read_point(item) if base_type == POINT else _read_span(item, KINDS[base_type])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ItemError(400, f"{base_type} that cannot be read: {error!r}") from error


def _read_span(item: Mapping[str, Any], kind: str) -> StoredSpan:
    tags, content = item.get("tags", {}), item["data"]["baseData"]
    return StoredSpan(
        trace_id=str(tags["ai.operation.id"]),
        span_id=str(content["id"]),
        parent_id=str(tags.get("ai.operation.parentId", "")),
        kind=kind,
        name=str(content["name"]),
        began=str(item["time"]),
        duration_ms=_read_duration(str(content["duration"])),
        success=content.get("success") is not False,
        attributes=_properties(content),
    )


def _read_point(item: Mapping[str, Any]) -> StoredPoint:
    content = item["data"]["baseData"]
    (metric,) = content["metrics"]  # the service takes one an item
    least, most = metric.get("min"), metric.get("max")
    return StoredPoint(
        name=str(metric["name"]),
        at=str(item["time"]),
        total=float(metric["value"]),
        count=int(metric.get("count", 1)),
        least=None if least is None else float(least),
        most=None if most is None else float(most),
        attributes=_properties(content),
    )


def _find_type(item: Mapping[str, Any]) -> str:
    data = item.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("baseData"), dict):
        raise ItemError(400, "an item must have data.baseData")
    base_type = data.get("baseType")
    if base_type != POINT and base_type not in KINDS:
        raise ItemError(501, f"{base_type!r} is not supported here; see local/COVERAGE.md")
    return str(base_type)


def _properties(content: Mapping[str, Any]) -> dict[str, str]:
    found = content.get("properties") or {}
    return {str(name): str(value) for name, value in found.items()}


def _read_duration(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"duration {text!r}")
    days, hours, minutes, seconds, milliseconds = (int(part) for part in found.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds
