"""What people want to know of a model bundle: how good it was, and what it was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

MOST_KINDS = 50


@dataclass(frozen=True, slots=True)
class KindFound:
    """How many faults of a kind there were in the evaluation, and how many of them were found.

    median_delay_s: from the beginning of a fault to its alert; None where none was found.
    """

    total: int
    found: int
    median_delay_s: float | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """The evaluation that the training made of it; None for what it does not say.

    precision, recall: of faults, from 0 to 1. false_alerts_per_device_day: over ``device_days`` of
    normal running. kinds: by kind of fault.
    """

    faults: int | None
    found: int | None
    precision: float | None
    recall: float | None
    median_delay_s: float | None
    false_alerts_per_device_day: float | None
    device_days: float | None
    kinds: Mapping[str, KindFound]


@dataclass(frozen=True, slots=True)
class Card:
    """What a bundle.json says besides what scoring needs.

    rows, devices: how many readings of how many devices it was trained on. command: what made it.
    target_per_day: the alert target that its threshold was found for.
    """

    version: str
    rows: int | None
    devices: int | None
    command: str | None
    data_sha256: str | None
    target_per_day: float | None
    metrics: Metrics | None


def parse_card(content: bytes) -> Card:
    """Read a bundle.json that was checked before; what is missing or no figure is None.

    It is for people alone: a bundle that scores is not refused because its story has a gap.
    """
    document = json.loads(content)
    training, calibration = _part(document, "training"), _part(document, "calibration")
    return Card(
        version=str(document["version"]),
        rows=_count(training, "rows"),
        devices=_count(training, "devices"),
        command=_text(training, "command"),
        data_sha256=_text(training, "data_sha256"),
        target_per_day=_number(calibration, "target_per_day"),
        metrics=_parse_metrics(_part(document, "metrics")),
    )


def _parse_metrics(metrics: Mapping[str, Any]) -> Metrics | None:
    if not metrics:
        return None
    events = _part(metrics, "events")
    by_kind = list(_part(events, "by_kind").items())[:MOST_KINDS]
    return Metrics(
        faults=_count(events, "total"),
        found=_count(events, "found"),
        precision=_number(events, "precision"),
        recall=_number(events, "recall"),
        median_delay_s=_number(events, "median_delay_s"),
        false_alerts_per_device_day=_number(metrics, "false_alerts_per_device_day"),
        device_days=_number(metrics, "device_days"),
        kinds={
            kind: KindFound(total, found, _number(part, "median_delay_s"))
            for kind, part in by_kind
            if isinstance(part, dict)
            and (total := _count(part, "total")) is not None
            and (found := _count(part, "found")) is not None
        },
    )


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def _number(document: Mapping[str, Any], name: str) -> float | None:
    value = document.get(name)
    # A truth value is a kind of int in Python, and no figure.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None


def _count(document: Mapping[str, Any], name: str) -> int | None:
    value = document.get(name)
    return value if type(value) is int else None


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value[:500] if isinstance(value, str) else None
