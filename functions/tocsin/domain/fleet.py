"""What is known of a device between two of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.adaptation import Usual
from tocsin.domain.aftermath import NONE, Aftermath
from tocsin.domain.decisions import Standing
from tocsin.domain.outage import NONE_OUT, Outage
from tocsin.domain.readings import DecidedMessage
from tocsin.domain.scoring import AlertState
from tocsin.domain.telemetry import Message
from tocsin.domain.windows import History

UNASSIGNED_SITE = "unassigned"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """The newest reading's time (ms) and message number, the readings before, and what the next
    decision starts from."""

    profile: str
    last_t: int
    last_seq: int
    history: History
    standing: Standing

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any] | None, message: Message, history: History
    ) -> DeviceState:
        """The state as the database knows it; of a device never seen when *document* is None.

        A device that changed its profile starts anew, but not before its newest reading.
        """
        last_t = 0 if document is None else document["lastT"]
        if document is None or document["profile"] != message.profile.name:
            return cls(message.profile.name, last_t, -1, history, Standing())
        return cls(
            profile=message.profile.name,
            last_t=last_t,
            last_seq=document["lastSeq"],
            history=history,
            standing=standing_of(document),
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
        history = self.history.extended(message.t, message.values, keep=message.profile.window - 1)
        return DeviceState(self.profile, message.last_t, message.seq, history, self.standing)

    def after_late(self, message: Message) -> DeviceState:
        """The state once a late *message*'s readings are known: they fill in the history."""
        known = message.t <= self.last_t
        history = self.history.merged(
            message.t[known], message.values[known], keep=message.profile.window - 1
        )
        return DeviceState(self.profile, self.last_t, self.last_seq, history, self.standing)

    def decided(self, standing: Standing) -> DeviceState:
        """The state once its readings have decided."""
        return DeviceState(self.profile, self.last_t, self.last_seq, self.history, standing)


def standing_of(document: Mapping[str, Any]) -> Standing:
    """As it was stored; documents from before there was a cooldown or learning lack that part."""
    usual = document.get("usual") or {"ticks": 0, "readings": 0}
    aftermath, outage = document.get("aftermath"), document.get("outage")
    return Standing(
        AlertState(
            run=document["run"],
            open_since=document["alert"]["t"] if document["alert"] else None,
            cleared_at=document.get("clearedAt"),
        ),
        Usual(usual["ticks"], usual["readings"]),
        NONE if aftermath is None else Aftermath(aftermath["peak"], aftermath["t"]),
        NONE_OUT if outage is None else Outage(outage["sensors"], outage["since"]),
    )


def alert_id(device_id: str, raised_t: int) -> str:
    """Names an alert for ever: the device and the event time (ms) of the raising reading."""
    return f"{device_id}-{raised_t}"


def device_document(decided: DecidedMessage, state: DeviceState) -> dict[str, Any]:
    """The ``devices`` document after a device's newest message (docs/formats.md)."""
    scored = decided.scored
    message = scored.message
    alert, usual = state.standing.alert, state.standing.usual
    aftermath, outage = state.standing.aftermath, state.standing.outage
    return {
        "id": message.device_id,
        "deviceId": message.device_id,
        "siteId": message.site_id,
        "profile": message.profile.name,
        "lastT": state.last_t,
        "lastSeq": state.last_seq,
        "latest": scored.latest_values(),
        "score": scored.shown[-1],
        "threshold": decided.threshold_at(-1),
        "anomalous": decided.anomalous[-1],
        "sensors": scored.sensors_at(-1),
        "alert": None
        if alert.open_since is None
        else {"alertId": alert_id(message.device_id, alert.open_since), "t": alert.open_since},
        "run": alert.run,
        "clearedAt": alert.cleared_at,
        "usual": {"ticks": usual.ticks, "readings": usual.readings},
        "aftermath": {"peak": aftermath.peak, "t": aftermath.t} if aftermath.peak else None,
        "outage": {"sensors": outage.sensors, "since": outage.since} if outage.sensors else None,
        "modelVersion": scored.model_version,
        "enqueuedAt": message.enqueued_at,
    }
