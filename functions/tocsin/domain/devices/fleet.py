"""What is known of a device between two of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from tocsin.domain.behaviour.device_clock import Clock
from tocsin.domain.behaviour.habits import Habits
from tocsin.domain.behaviour.rhythm import Rhythm, Verdict, begin_rhythm
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.not_scored import explain
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.devices.work import measure_work
from tocsin.domain.hot_records import dataclass
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.messages.bad_values import LastBad, count_bad
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History


@dataclass(frozen=True, slots=True)
class DeviceState:
    """The newest reading's time (ms) and message number, the readings before, and what the next
    decision starts from.

    ``kept``: how many readings ``history`` goes back at most. ``record``: the device as its newest
    message left it, None before there was one. ``recorded``: what is stored of it, where it is
    known what that says, and ``etag``: the database's mark of that. ``bad_values``: by channel the
    newest cell that held no value. ``habits``: of its sensors.
    """

    profile: str
    last_t: int
    last_seq: int
    history: History
    standing: Standing
    etag: str | None = None
    clock: Clock = field(default_factory=Clock)
    rhythm: Rhythm = field(default_factory=Rhythm)
    kept: int = 0
    record: DeviceRecord | None = field(default=None, compare=False)
    recorded: DeviceRecord | None = field(default=None, compare=False)
    bad_values: Mapping[str, LastBad] = field(default_factory=dict)
    habits: Habits | None = field(default=None, compare=False)

    @classmethod
    def from_record(
        cls, record: DeviceRecord | None, message: Message, history: History
    ) -> DeviceState:
        """The state as the database knows it; of a device never seen when *record* is None.

        A device that changed its profile starts anew, but not before its newest reading. Its
        standing is renewed where its next message decides.
        """
        name, profile = message.profile.name, message.profile
        rhythm = begin_rhythm(profile)
        if record is None:
            kept = count_kept(rhythm, profile)
            return cls(name, 0, -1, history, Standing(), None, Clock(), rhythm, kept)
        is_other = record.profile != name
        rhythm = rhythm if is_other else record.rhythm
        return cls(
            name,
            record.last_t,
            -1 if is_other else record.last_seq,
            history,
            record.standing,
            record.etag,
            record.clock,
            rhythm,
            count_kept(rhythm, profile),
            record,
            record,
            {} if is_other else record.bad_values,
            None if is_other else record.habits,
        )

    def follows(self, message: Message) -> bool:
        """Whether nothing of the device was sent between this state and *message*."""
        return message.seq == self.last_seq + 1 and message.profile.name == self.profile

    def continues_with(self, message: Message) -> bool:
        """Whether *message* is the very next one and newer, so that this state is complete."""
        return (
            message.seq == self.last_seq + 1
            and message.first_t > self.last_t
            and message.profile.name == self.profile
            and message.placing is None
            and self.clock.is_plain
            and message.enqueued_at >= self.clock.epoch.since
            and self.has_history(message.profile)
        )

    def take(self, message: Message) -> Message:
        """*message* in the epoch that lasts."""
        since = self.clock.epoch.since
        return replace(message, epoch=since) if since else message

    def turn_to(self, profile: Profile) -> DeviceState:
        """The state before a message of *profile*: where that is another, windows and the rhythm
        start anew."""
        if profile.name == self.profile:
            return self
        rhythm = begin_rhythm(profile)
        return replace(
            self,
            profile=profile.name,
            last_seq=-1,
            history=History.empty(profile),
            rhythm=rhythm,
            kept=count_kept(rhythm, profile),
            bad_values={},
            habits=None,
        )

    def judge(self, message: Message) -> Verdict:
        """What windows can be had of *message*."""
        return (
            self.rhythm.judge(message.profile) if message.profile.name == self.profile else "even"
        )

    def count_kept(self, profile: Profile) -> int:
        """How many readings back a window may begin."""
        return (
            count_kept(self.rhythm, profile) if profile.name == self.profile else profile.window - 1
        )

    def has_history(self, profile: Profile) -> bool:
        """Whether the history goes back as far as the device's rhythm asks for."""
        return self.kept >= count_kept(self.rhythm, profile)

    def after(self, message: Message) -> DeviceState:
        """The state once *message*'s readings are known; the rest is decided when they scored."""
        clock = self.clock
        rhythm = self.rhythm.after(
            message.times,
            message.t,
            self.last_t,
            message.enqueued_at - clock.heard_at if clock.heard_at else 0,
            message.profile,
        )
        return DeviceState(
            self.profile,
            message.last_t,
            message.seq,
            self.history.extend(message.t, message.values, keep=self.kept),
            self.standing,
            self.etag,
            clock.hear(message.enqueued_at),
            rhythm,
            self.kept,
            self.record,
            self.recorded,
            count_bad(self.bad_values, message.bad, message.times),
            self.habits,
        )

    def after_late(self, message: Message) -> DeviceState:
        """The state once a late *message*'s readings are known: they fill in the history."""
        known = message.t <= self.last_t
        history = self.history.merge(message.t[known], message.values[known], keep=self.kept)
        return replace(self, history=history)

    def begin_epoch(self, clock: Clock, message: Message) -> DeviceState:
        """The state before *message*, with which a new epoch of the clock begins: windows start
        anew."""
        history = History.empty(message.profile)
        return replace(self, last_t=message.first_t - 1, history=history, clock=clock)

    def with_history(self, history: History, profile: Profile) -> DeviceState:
        """The state with a *history* that goes back as far as its rhythm asks for."""
        return replace(self, history=history, kept=count_kept(self.rhythm, profile))

    def with_habits(self, habits: Habits | None) -> DeviceState:
        """The state once its sensors are known so well."""
        return self._go_on(self.standing, self.record, habits)

    def with_standing(self, standing: Standing) -> DeviceState:
        """The state once its readings have decided."""
        return self._go_on(standing, self.record, self.habits)

    def with_record(self, record: DeviceRecord) -> DeviceState:
        """The state once its newest message has made *record* of it."""
        return self._go_on(self.standing, record, self.habits)

    def with_etag(self, etag: str | None, recorded: DeviceRecord | None = None) -> DeviceState:
        """The state once its record is *recorded*, and stored under *etag*."""
        return replace(self, etag=etag, record=recorded, recorded=recorded)

    def _go_on(
        self, standing: Standing, record: DeviceRecord | None, habits: Habits | None
    ) -> DeviceState:
        """By hand: each message comes here three times, and ``replace`` takes ten times as long."""
        return DeviceState(
            self.profile,
            self.last_t,
            self.last_seq,
            self.history,
            standing,
            self.etag,
            self.clock,
            self.rhythm,
            self.kept,
            record,
            self.recorded,
            self.bad_values,
            habits,
        )


def count_kept(rhythm: Rhythm, profile: Profile) -> int:
    """How many readings back a window may begin."""
    return (profile.window - 1) * rhythm.readings_a_period(profile)


def record_device(decided: DecidedMessage, state: DeviceState) -> DeviceRecord:
    """What is kept of a device after its newest message, once that has decided."""
    scored = decided.scored
    message = scored.message
    newest = DeviceRecord(
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
        enqueued_at=max(message.enqueued_at, state.clock.heard_at),
        clock=state.clock,
        rhythm=state.rhythm,
        not_scored=explain(scored.spec, scored.shown[-1], state.rhythm, message, scored.resting),
        etag=state.etag,
        work=measure_work(state.history, message.profile, len(message.times)),
        bad_values=state.bad_values,
        habits=state.habits,
    )
    is_whole = scored.chosen is None or scored.resting is not None
    return newest if is_whole else _keep_scored(newest, decided, state)


def _keep_scored(newest: DeviceRecord, decided: DecidedMessage, state: DeviceState) -> DeviceRecord:
    """The record of a device of which not every reading is scored: the newest that is counts."""
    scored = decided.scored
    at = scored.newest_scored()
    if at is not None:
        return replace(
            newest,
            score=scored.shown[at],
            threshold=decided.threshold_at(at),
            anomalous=decided.anomalous[at],
            sensors=scored.sensors_at(at),
            not_scored=None,
        )
    before = state.record
    is_scored = state.rhythm.judge(scored.message.profile) in {"fast", "bursts"}
    if before is None or not is_scored or before.model_version != newest.model_version:
        return newest
    return replace(
        newest,
        score=before.score,
        threshold=before.threshold,
        anomalous=before.anomalous,
        sensors=before.sensors,
        not_scored=None if before.score is not None else newest.not_scored,
    )


def record_heard(record: DeviceRecord, state: DeviceState) -> DeviceRecord:
    """The record of a device that was heard, but had nothing newer to say."""
    return replace(
        record,
        last_seq=state.last_seq,
        enqueued_at=state.clock.heard_at,
        clock=state.clock,
        etag=state.etag,
    )
