"""What a run leaves behind: every message's fate, what ran where, the truth about the faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from device_sim.allocation import Allocation
from device_sim.hub.message import Outgoing
from device_sim.session.sink import ALLOCATIONS, FAULTS, SENT, SUMMARY, Sink
from tocsin.domain.plans.orders import Refusal

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
    """Keeps the tally and writes sent.jsonl, allocations.jsonl, faults.jsonl and summary.json.

    sent.jsonl gains a line when a message's fate is known, allocations.jsonl when a device's
    allocation comes into force or an order is refused; the other two are replaced whole.
    """

    def __init__(self, sink: Sink) -> None:
        self.tally = Tally()
        self._sink = sink
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
        self._sink.append(SENT, line)

    def record_allocation(self, device: str, at_ms: int, allocation: Allocation) -> None:
        """Record that *allocation* is in force on *device* from event time *at_ms* on."""
        tasks = list(allocation.loads_pct)
        line = {"device": device, "at": at_ms, "version": allocation.version, "tasks": tasks}
        self._sink.append(ALLOCATIONS, line)

    def record_refusal(self, device: str, at_ms: int, refusal: Refusal) -> None:
        """Record an order that *device* does not obey."""
        line = {"device": device, "at": at_ms, "refused": refusal.to_document()}
        self._sink.append(ALLOCATIONS, line)

    def write_faults(self, documents: Sequence[Mapping[str, Any]]) -> None:
        """Write the truth so far: one line a fault."""
        self.tally.faults = len(documents)
        self._sink.replace(FAULTS, documents)

    def write_summary(self, *, finished: bool, seconds: float) -> None:
        """Write the counts so far."""
        document = {**asdict(self.tally), "seconds": round(seconds, 3), "finished": finished}
        self._sink.replace(SUMMARY, [document])

    def close(self) -> None:
        self._sink.close()
