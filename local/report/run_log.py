"""What the simulated fleet logged of a run: what it sent, what it ran, which faults were real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of the fleet. Times in ms; ``acked_at`` is None when the hub never took it."""

    device_id: str
    seq: int
    t: tuple[int, ...]
    produced_at: float
    sent_at: float | None
    acked_at: float | None


@dataclass(frozen=True, slots=True)
class TrueFault:
    """A fault that was simulated. Event times in ms, ``end`` excluded."""

    kind: str
    device_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """What a device runs since ``at`` (ms): the ids of its tasks."""

    device_id: str
    at: int
    version: int
    tasks: frozenset[str]


def load_sent(folder: Path) -> list[SentMessage]:
    return [
        SentMessage(
            device_id=line["device"],
            seq=line["seq"],
            t=tuple(line["t"]),
            produced_at=line["produced_at"],
            sent_at=line["sent_at"],
            acked_at=line["acked_at"],
        )
        for line in _parse_lines(folder / "sent.jsonl")
    ]


def load_faults(folder: Path) -> list[TrueFault]:
    return [
        TrueFault(line["kind"], line["device"], line["start"], line["end"])
        for line in _parse_lines(folder / "faults.jsonl")
    ]


def load_allocations(folder: Path) -> list[Allocated]:
    """What devices ran since when, without refused orders, which changed nothing."""
    return [
        Allocated(line["device"], line["at"], line["version"], frozenset(line["tasks"]))
        for line in _parse_lines(folder / "allocations.jsonl")
        if "tasks" in line
    ]


def _parse_lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            # The last line of a run that was killed may be torn.
            if line.endswith("\n"):
                yield json.loads(line)
