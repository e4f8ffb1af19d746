"""What is known of a device between two of its messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tocsin.domain.decisions import Standing
from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.readings import DecidedMessage
from tocsin.domain.telemetry import Message
from tocsin.domain.windows import History
from tocsin.domain.work import measure_work


@dataclass(frozen=True, slots=True)
class DeviceState:
    """The newest reading's time (ms) and message number, the readings before, and what the next
    decision starts from.

    ``etag``: the database's mark of the record that this follows from; None before there is one.
    ``recorded``: that record, where it is known what it says.
    """

    profile: str
    last_t: int
    last_seq: int
    history: History
    standing: Standing
    etag: str | None = None
    recorded: DeviceRecord | None = field(default=None, compare=False)

    @classmethod
    def from_record(
        cls, record: DeviceRecord | None, message: Message, history: History
    ) -> DeviceState:
        """The state as the database knows it; of a device never seen when *record* is None.

        A device that changed its profile starts anew, but not before its newest reading.
        """
        if record is None:
            return cls(message.profile.name, 0, -1, history, Standing())
        if record.profile != message.profile.name:
            name = message.profile.name
            return cls(name, record.last_t, -1, history, Standing(), record.etag, record)
        return cls(
            record.profile,
            record.last_t,
            record.last_seq,
            history,
            record.standing,
            record.etag,
            record,
        )

    def continues_with(self, message: Message) -> bool:
        """Whether *message* is the very next one, so that this state is complete."""
        return (
            message.seq == self.last_seq + 1
            and message.first_t > self.last_t
            and message.profile.name == self.profile
        )

    def after(self, message: Message) -> DeviceState:
        """The state once *message*'s readings are known; the rest is decided when they scored."""
        history = self.history.extend(message.t, message.values, keep=message.profile.window - 1)
        return replace(self, last_t=message.last_t, last_seq=message.seq, history=history)

    def after_late(self, message: Message) -> DeviceState:
        """The state once a late *message*'s readings are known: they fill in the history."""
        known = message.t <= self.last_t
        history = self.history.merge(
            message.t[known], message.values[known], keep=message.profile.window - 1
        )
        return replace(self, history=history)

    def with_standing(self, standing: Standing) -> DeviceState:
        """The state once its readings have decided."""
        return replace(self, standing=standing)

    def with_etag(self, etag: str | None, recorded: DeviceRecord | None = None) -> DeviceState:
        """The state once its record is *recorded*, and stored under *etag*."""
        return replace(self, etag=etag, recorded=recorded)


def record_device(decided: DecidedMessage, state: DeviceState) -> DeviceRecord:
    """What is kept of a device after its newest message, once that has decided."""
    scored = decided.scored
    message = scored.message
    return DeviceRecord(
        device_id=message.device_id,
        site_id=message.site_id,
        profile=message.profile.name,
        last_t=state.last_t,
        last_seq=state.last_seq,
        latest=scored.latest_values(),
        score=scored.shown[-1],
        threshold=decided.threshold_at(-1),
        anomalous=decided.anomalous[-1],
        sensors=scored.sensors_at(-1),
        standing=state.standing,
        model_version=scored.model_version,
        enqueued_at=message.enqueued_at,
        etag=state.etag,
        work=measure_work(state.history, message.profile, len(message.times)),
    )
