"""What is known of a device between two of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tocsin.domain.readings import Scored
from tocsin.domain.scoring import AlertState
from tocsin.domain.telemetry import Message
from tocsin.domain.windows import History

UNASSIGNED_SITE = "unassigned"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """The newest reading's time (ms) and message number, the readings before, the alert state."""

    profile: str
    last_t: int
    last_seq: int
    history: History
    alert: AlertState

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any] | None, message: Message, history: History
    ) -> DeviceState:
        """The state as the database knows it; of a device never seen when *document* is None.

        A device that changed its profile starts anew, but not before its newest reading.
        """
        last_t = 0 if document is None else document["lastT"]
        if document is None or document["profile"] != message.profile.name:
            return cls(message.profile.name, last_t, -1, history, AlertState())
        return cls(
            profile=message.profile.name,
            last_t=last_t,
            last_seq=document["lastSeq"],
            history=history,
            alert=AlertState(
                run=document["run"],
                open_since=document["alert"]["t"] if document["alert"] else None,
            ),
        )

    def continues_with(self, message: Message) -> bool:
        """Whether *message* is the very next one, so that this state is complete."""
        return (
            message.seq == self.last_seq + 1
            and message.first_t > self.last_t
            and message.profile.name == self.profile
        )

    def after(self, message: Message) -> DeviceState:
        """The state once *message*'s readings are known; the alert is decided when they scored."""
        return replace(
            self,
            last_t=message.last_t,
            last_seq=message.seq,
            history=self.history.extended(
                message.t, message.values, keep=message.profile.window - 1
            ),
        )

    def after_late(self, message: Message) -> DeviceState:
        """The state once a late *message*'s readings are known: they fill in the history."""
        known = message.t <= self.last_t
        return replace(
            self,
            history=self.history.merged(
                message.t[known], message.values[known], keep=message.profile.window - 1
            ),
        )


def alert_id(device_id: str, raised_t: int) -> str:
    """Names an alert for ever: the device and the event time (ms) of the raising reading."""
    return f"{device_id}-{raised_t}"


def device_document(scored: Scored, state: DeviceState) -> dict[str, Any]:
    """The ``devices`` document after a device's newest message (docs/formats.md)."""
    message = scored.message
    open_since = state.alert.open_since
    return {
        "id": message.device_id,
        "deviceId": message.device_id,
        "siteId": message.site_id,
        "profile": message.profile.name,
        "lastT": state.last_t,
        "lastSeq": state.last_seq,
        "latest": scored.latest_values(),
        "score": scored.score_at(-1),
        "threshold": scored.threshold,
        "anomalous": bool(scored.anomalous[-1]),
        "alert": None
        if open_since is None
        else {"alertId": alert_id(message.device_id, open_since), "t": open_since},
        "run": state.alert.run,
        "modelVersion": scored.model_version,
        "enqueuedAt": message.enqueued_at,
    }
