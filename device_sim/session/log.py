"""What a run leaves behind: every message's fate, what ran where, the truth about the faults."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

from device_sim.allocation import Allocation
from device_sim.errors import UsageError
from device_sim.hub.message import Outgoing
from tocsin.domain.orders import Refusal

SENT = "sent.jsonl"
ALLOCATIONS = "allocations.jsonl"

State = Literal["sent", "overflowed", "unsent"]


@dataclass(slots=True)
class Tally:
    """Counts of a run, as in summary.json."""

    devices: int = 0
    messages: int = 0
    readings: int = 0
    sent: int = 0
    readings_sent: int = 0
    overflowed: int = 0
    unsent: int = 0
    failed_attempts: int = 0
    faults: int = 0

    @property
    def undelivered(self) -> int:
        return self.overflowed + self.unsent


class RunLog:
    """Keeps the tally and, given a folder, writes sent.jsonl, allocations.jsonl, faults.jsonl and
    summary.json.

    sent.jsonl gains a line when a message's fate is known, allocations.jsonl when a device's
    allocation comes into force or an order is refused, each flushed at once; the other two are
    replaced whole, so that a reader never sees half of one.
    """

    def __init__(self, folder: Path | None) -> None:
        self.tally = Tally()
        self._folder = folder
        self._lines: dict[str, TextIO] = {}
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for name in (SENT, ALLOCATIONS):
                    self._lines[name] = (folder / name).open("w", encoding="utf-8")
            except OSError as error:
                raise UsageError(f"--log {folder}: cannot be written: {error}") from error
            self.write_faults([])

    def count_message(self, message: Outgoing) -> None:
        self.tally.messages += 1
        self.tally.readings += len(message.t)

    def record_fate(self, message: Outgoing, state: State, acked_at: int | None = None) -> None:
        """Record a message's fate."""
        if state == "sent":
            self.tally.sent += 1
            self.tally.readings_sent += len(message.t)
        elif state == "overflowed":
            self.tally.overflowed += 1
        else:
            self.tally.unsent += 1
        line = {
            "device": message.device,
            "profile": message.profile,
            "seq": message.seq,
            "message_id": message.message_id,
            "t": message.t,
            "produced_at": message.produced_at,
            "sent_at": message.sent_at,
            "acked_at": acked_at,
            "state": state,
        }
        self._append(SENT, line)

    def record_allocation(self, device: str, at_ms: int, allocation: Allocation) -> None:
        """Record that *allocation* is in force on *device* from event time *at_ms* on."""
        tasks = list(allocation.loads_pct)
        line = {"device": device, "at": at_ms, "version": allocation.version, "tasks": tasks}
        self._append(ALLOCATIONS, line)

    def record_refusal(self, device: str, at_ms: int, refusal: Refusal) -> None:
        """Record an order that *device* does not obey."""
        self._append(ALLOCATIONS, {"device": device, "at": at_ms, "refused": refusal.to_document()})

    def write_faults(self, documents: Sequence[dict[str, Any]]) -> None:
        """Write the truth so far: one line a fault."""
        self.tally.faults = len(documents)
        self._write_whole(
            "faults.jsonl", "".join(json.dumps(document) + "\n" for document in documents)
        )

    def write_summary(self, *, finished: bool, seconds: float) -> None:
        """Write the counts so far."""
        document = {**asdict(self.tally), "seconds": round(seconds, 3), "finished": finished}
        self._write_whole("summary.json", json.dumps(document, indent=2) + "\n")

    def close(self) -> None:
        for lines in self._lines.values():
            lines.close()
        self._lines.clear()

    def _append(self, name: str, line: Mapping[str, Any]) -> None:
        if name in self._lines:
            self._lines[name].write(json.dumps(line, separators=(",", ":")) + "\n")
            self._lines[name].flush()

    def _write_whole(self, name: str, text: str) -> None:
        if self._folder is None:
            return
        fresh = self._folder / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._folder / name)
