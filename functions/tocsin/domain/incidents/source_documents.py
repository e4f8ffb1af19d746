"""A device of an incident as a part of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.incidents.sources import Episode, Source, TopChannel
from tocsin.domain.limits.bounds import Breach
from tocsin.domain.stored import (
    NUMBER,
    OPTIONAL_NUMBER,
    OPTIONAL_WHOLE,
    take_field,
    take_list,
    take_mapping,
    take_parts,
)


def write_source(source: Source) -> dict[str, Any]:
    return {
        "deviceId": source.device_id,
        "profile": source.profile,
        "active": source.is_active,
        "count": source.count,
        "forgottenT": source.forgotten_t,
        "causes": sorted(source.causes),
        "ratio": source.ratio,
        "top": [write_top(channel) for channel in source.top],
        "sensors": dict(source.sensors),
        "cameLater": source.came_later,
        "late": source.late,
        "limits": [breach.to_document() for breach in source.limits],
        "alerts": [
            {"alertId": each.alert_id, "raisedT": each.raised_t, "clearedT": each.cleared_t}
            for each in source.episodes
        ],
    }


def read_source(document: Mapping[str, Any]) -> Source:
    """Raises DamagedDocumentError."""
    return Source(
        device_id=take_field(document, "deviceId", str),
        profile=take_field(document, "profile", str),
        episodes=tuple(map(_read_episode, take_parts(document, "alerts"))),
        count=take_field(document, "count", int),
        forgotten_t=take_field(document, "forgottenT", int),
        causes=frozenset(take_list(document, "causes", str)),
        ratio=take_field(document, "ratio", *OPTIONAL_NUMBER),
        top=tuple(map(_read_top, take_parts(document, "top"))),
        sensors=tuple(sorted(take_mapping(document, "sensors", str).items())),
        came_later=take_field(document, "cameLater", *OPTIONAL_WHOLE) or 0,
        # Documents from before there were limits have none.
        limits=tuple(map(Breach.from_document, take_parts({"limits": [], **document}, "limits"))),
        late=take_field(document, "late", *OPTIONAL_WHOLE) or 0,
    )


def write_top(channel: TopChannel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "share": channel.share,
        "value": channel.value,
        "low": channel.low,
        "high": channel.high,
    }


def _read_episode(part: Mapping[str, Any]) -> Episode:
    return Episode(
        take_field(part, "alertId", str),
        take_field(part, "raisedT", *OPTIONAL_WHOLE),
        take_field(part, "clearedT", *OPTIONAL_WHOLE),
    )


def _read_top(part: Mapping[str, Any]) -> TopChannel:
    return TopChannel(
        name=take_field(part, "name", str),
        share=take_field(part, "share", *NUMBER),
        value=take_field(part, "value", *OPTIONAL_NUMBER),
        low=take_field(part, "low", *OPTIONAL_NUMBER),
        high=take_field(part, "high", *OPTIONAL_NUMBER),
    )
