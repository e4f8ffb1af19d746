"""One item of a request: a span, in the words of Application Insights, as a record of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from local.standins.insights.errors import ItemError

# What has a span in it: work that was handed to somebody, and what that did by itself.
KINDS: Final = {"RequestData": "request", "RemoteDependencyData": "dependency"}
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


def read_item(item: object, instrumentation_key: str) -> StoredSpan:
    """The span in *item*, for the component with this key.

    Raises ItemError where it is for another one, is no span, or lacks what a span has.
    """
    if not isinstance(item, dict):
        raise ItemError(400, "an item must be an object")
    if item.get("iKey") != instrumentation_key:
        raise ItemError(400, "iKey is not that of this component")
    kind, tags, content = _find_kind(item), item.get("tags", {}), item["data"]["baseData"]
    try:
        return StoredSpan(
            trace_id=str(tags["ai.operation.id"]),
            span_id=str(content["id"]),
            parent_id=str(tags.get("ai.operation.parentId", "")),
            kind=kind,
            name=str(content["name"]),
            began=str(item["time"]),
            duration_ms=_read_duration(str(content["duration"])),
            success=content.get("success") is not False,
            attributes={str(name): str(value) for name, value in _properties(content).items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ItemError(400, f"a span that cannot be read: {error!r}") from error


def _find_kind(item: Mapping[str, Any]) -> str:
    data = item.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("baseData"), dict):
        raise ItemError(400, "an item must have data.baseData")
    base_type = data.get("baseType")
    if base_type not in KINDS:
        raise ItemError(501, f"{base_type!r} is not supported here; see local/COVERAGE.md")
    return KINDS[base_type]


def _properties(content: Mapping[str, Any]) -> Mapping[str, Any]:
    found = content.get("properties") or {}
    return found if isinstance(found, dict) else {}


def _read_duration(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"duration {text!r}")
    days, hours, minutes, seconds, milliseconds = (int(part) for part in found.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds
