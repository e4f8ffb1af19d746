"""Records as the database would give them back, for tests that only care about some fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.fakes.messages import NOW, RIG, envelope
from tests.fakes.models import spec_of
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.devices.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.devices.readings import DecidedMessage, Scored
from tocsin.domain.judging.decisions import Decided, Standing
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.models.drift_record import DriftRecord
from tocsin.domain.profile import Profile


def device_record(device_id: str, /, **changes: Any) -> DeviceRecord:  # noqa: ANN401 (any JSON)
    """A sound device that was heard just now, saved in place of whatever is stored of it.

    *changes* are to fields of its document.
    """
    return DeviceRecord.from_document(
        {
            "id": device_id,
            "deviceId": device_id,
            "siteId": "north",
            "profile": "rig",
            "lastT": NOW,
            "lastSeq": 0,
            "latest": {},
            "score": 0.5,
            "threshold": 10.0,
            "anomalous": False,
            "sensors": {},
            "alert": None,
            "run": 0,
            "modelVersion": "fake-1",
            "enqueuedAt": NOW,
            **changes,
        },
        etag=ANY_RECORD,
    )


def decided_message(
    t: Sequence[int],
    *,
    device_id: str = "rig-1",
    profile: Profile = RIG,
    seq: int = 0,
    channels: Mapping[str, Sequence[float | None]] | None = None,
    score: Sequence[float | None] | None = None,
    model_version: str = "1-a",
    standing: Standing | None = None,
    epoch: int = 0,
) -> DecidedMessage:
    """A quiet message whose every value is its own time's last three digits; late without a
    *standing*."""
    times = list(t)
    numbers = [time % 1_000 for time in times]
    shown: list[float | None] = [0.5] * len(times) if score is None else list(score)
    message = Message(
        envelope=envelope(b"", device_id=device_id),
        profile=profile,
        seq=seq,
        times=times,
        t=np.array(times, dtype=np.int64),
        values=np.empty((len(times), len(profile.channels)), dtype=np.float32),
        channels=dict.fromkeys(profile.channel_names, numbers) if channels is None else channels,
        epoch=epoch,
    )
    scored = Scored(
        message=message,
        spec=spec_of(profile, version=model_version),
        score=[float("nan") if value is None else value for value in shown],
        shown=shown,
        contributions=np.zeros((len(profile.channels), len(times))),
        sensors=None,
    )
    quiet = Decided([1.0] * len(times), [False] * len(times), [], Standing())
    return DecidedMessage(scored, quiet, standing)


def device_threshold(device_id: str, factor: float, **changes: Any) -> DeviceThreshold:  # noqa: ANN401 (any JSON)
    """What an operator set; *changes* are to fields of its document."""
    return DeviceThreshold.from_document(
        {
            "id": f"threshold:{device_id}",
            "deviceId": device_id,
            "siteId": "north",
            "profile": "rig",
            "factor": factor,
            "threshold": 10.0 * factor,
            "modelVersion": "1-a",
            "labels": {f"{device_id}-7": "normal"},
            "setBy": "ada",
            "setAt": NOW,
            **changes,
        }
    )


def drift_record(profile: str, figure: float | None) -> DriftRecord:
    return DriftRecord(
        profile=profile,
        state="unknown" if figure is None else "watch",
        reason="too few readings" if figure is None else None,
        figure=figure,
        largest=None if figure is None else "heat_c",
        score=None,
        channels={} if figure is None else {"heat_c": figure},
        readings=1_000,
        devices=2,
        from_t=NOW - 86_400_000,
        to_t=NOW,
        model_version="1-a",
    )


def alert_record(t: int, device_id: str = "rig-1", **changes: Any) -> Alert:  # noqa: ANN401 (any JSON)
    """An alert that was raised at *t* (ms); *changes* are to fields of its document."""
    return Alert.from_document(
        {
            "id": f"{t}-raised",
            "type": "raised",
            "alertId": f"{device_id}-{t}",
            "deviceId": device_id,
            "siteId": "north",
            "profile": "rig",
            "t": t,
            "score": 11.5,
            "threshold": 10.0,
            "cause": "score",
            "contributions": {"speed_rpm": 0.25, "heat_c": 0.75},
            "sensors": {},
            "modelVersion": "1-a",
            "enqueuedAt": t + 40,
            **changes,
        }
    )
