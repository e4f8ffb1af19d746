"""Readings, device states, alerts and dead letters are written as docs/formats.md has them."""

from __future__ import annotations

import base64
import json

import numpy as np

from tests.fakes.messages import NOW, PROFILES, RIG, document, envelope, reading_message
from tests.fakes.models import THRESHOLD, spec_of
from tocsin.domain.alerts import alert_document
from tocsin.domain.dead_letters import DeadLetter
from tocsin.domain.fleet import DeviceState, device_document
from tocsin.domain.readings import Scored, reading_document
from tocsin.domain.scoring import AlertState
from tocsin.domain.telemetry import Message, decode
from tocsin.domain.windows import History


def message() -> Message:
    sent = reading_message(7, [NOW - 2_000, NOW - 1_000, NOW], [[1.0, 2.0], [None, 3.0], [4.0, 5]])
    return decode(sent, PROFILES, now_ms=NOW)


def scored(*scores: float) -> Scored:
    """Scores of the last readings; the first has no full window."""
    full = np.array([False, True, True])
    shares = np.array([[0.25, 0.75], [0.12345, 0.87655]], dtype=np.float32)
    return Scored.of(message(), spec_of(RIG), full, np.array(scores, dtype=np.float32), shares)


def test_a_reading_document_has_every_field() -> None:
    assert reading_document(scored(9.87654, 10.5)) == {
        "id": f"{NOW - 2_000}-7",
        "deviceId": "rig-1",
        "siteId": "north",
        "schema": 1,
        "profile": "rig",
        "seq": 7,
        "t": [NOW - 2_000, NOW - 1_000, NOW],
        "firstT": NOW - 2_000,
        "lastT": NOW,
        "channels": {"speed_rpm": [1.0, None, 4.0], "heat_c": [2.0, 3.0, 5]},
        "score": [None, 9.8765, 10.5],
        "threshold": THRESHOLD,
        "anomalous": [False, False, True],
        "contributions": {"speed_rpm": [0.0, 0.25, 0.123], "heat_c": [0.0, 0.75, 0.877]},
        "modelVersion": "fake-1",
        "enqueuedAt": NOW + 40,
        "ttl": 30 * 24 * 3_600,
    }


def test_a_score_at_the_threshold_is_not_anomalous() -> None:
    assert scored(THRESHOLD, THRESHOLD + 0.001).anomalous.tolist() == [False, False, True]


def test_without_a_model_nothing_is_scored_or_anomalous() -> None:
    none = np.empty(0, dtype=np.float32)
    unscored = Scored.of(message(), None, np.zeros(3, dtype=np.bool_), none, none.reshape(0, 2))
    found = reading_document(unscored)
    assert (found["score"], found["anomalous"]) == ([None] * 3, [False] * 3)
    assert (found["threshold"], found["modelVersion"]) == (None, None)


def test_a_device_document_has_every_field() -> None:
    state = DeviceState("rig", NOW, 7, History.empty(RIG), AlertState(run=1, open_since=NOW - 500))
    assert device_document(scored(1.0, 11.0), state) == {
        "id": "rig-1",
        "deviceId": "rig-1",
        "siteId": "north",
        "profile": "rig",
        "lastT": NOW,
        "lastSeq": 7,
        "latest": {"speed_rpm": 4.0, "heat_c": 5},
        "score": 11.0,
        "threshold": THRESHOLD,
        "anomalous": True,
        "alert": {"alertId": f"rig-1-{NOW - 500}", "t": NOW - 500},
        "run": 1,
        "modelVersion": "fake-1",
        "enqueuedAt": NOW + 40,
    }


def test_a_device_state_survives_its_document() -> None:
    alert = AlertState(run=2, open_since=NOW - 9_000)
    state = DeviceState("rig", NOW, 7, History.empty(RIG), alert)
    found = DeviceState.from_document(
        device_document(scored(1.0, 2.0), state), message(), state.history
    )
    assert found == state


def test_a_changed_profile_starts_anew_but_not_in_the_past() -> None:
    stored = {"profile": "probe", "lastT": NOW, "lastSeq": 3, "run": 2, "alert": {"t": NOW}}
    state = DeviceState.from_document(stored, message(), History.empty(RIG))
    assert (state.profile, state.last_t, state.last_seq) == ("rig", NOW, -1)
    assert state.alert == AlertState()


def test_alert_documents_name_the_alert_they_belong_to() -> None:
    raised = alert_document(scored(1.0, 11.0), 2, "raised", NOW)
    cleared = alert_document(scored(1.0, 2.0), 1, "cleared", NOW - 60_000)
    assert raised == {
        "id": f"{NOW}-raised",
        "type": "raised",
        "alertId": f"rig-1-{NOW}",
        "deviceId": "rig-1",
        "siteId": "north",
        "profile": "rig",
        "t": NOW,
        "score": 11.0,
        "threshold": THRESHOLD,
        "contributions": {"speed_rpm": 0.123, "heat_c": 0.877},
        "modelVersion": "fake-1",
        "enqueuedAt": NOW + 40,
    }
    assert cleared["id"] == f"{NOW - 1_000}-cleared"
    assert cleared["alertId"] == f"rig-1-{NOW - 60_000}"


def test_a_dead_letter_keeps_every_byte_at_a_path_of_its_own() -> None:
    body = bytes(range(256))
    sent = envelope(body, sequence_number=41, enqueued_at=1_795_332_074_190)
    letter = DeadLetter(sent, "not-json", "what was found")
    again = DeadLetter(sent, "not-json", "what was found")
    other = DeadLetter(envelope(body, sequence_number=42), "not-json", "")
    found = json.loads(json.dumps(letter.document()))
    assert base64.b64decode(found.pop("body")) == body
    assert found == {
        "deviceId": "rig-1",
        "reason": "not-json",
        "text": "what was found",
        "enqueuedAt": 1_795_332_074_190,
        "partition": "0",
        "sequenceNumber": 41,
        "properties": {"siteId": "north"},
    }
    assert letter.path == again.path == "2026/11/22/0-41-1795332074190.json"
    assert other.path != letter.path


def test_the_sample_body_is_what_its_name_says() -> None:
    assert decode(envelope(document()), PROFILES, now_ms=NOW).channels["heat_c"] == [20]
