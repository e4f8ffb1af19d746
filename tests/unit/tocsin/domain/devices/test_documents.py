"""Readings, alerts and dead letters are written as docs/formats.md has them."""

from __future__ import annotations

import base64
import json

from tests.fakes.messages import NOW, PROFILES, RIG, document, envelope
from tests.fakes.models import THRESHOLD
from tests.unit.tocsin.domain.devices.scored_messages import decide_scores, spread
from tocsin.domain.alerts.alert_changes import record_alert
from tocsin.domain.devices.fleet import DeviceState, record_device
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.messages.decode import decode
from tocsin.domain.windows.window import History


def test_a_reading_document_has_every_field() -> None:
    assert decide_scores(9.87654, 10.5).to_document() == {
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
        "contributions": {"speed_rpm": [0.0, 0.0, 0.123], "heat_c": [0.0, 0.0, 0.877]},
        "sensors": {},
        "modelVersion": "fake-1",
        "enqueuedAt": NOW + 40,
        "late": True,  # what moves no standing came late
        "ttl": 30 * 24 * 3_600,
    }


def test_what_made_up_a_score_is_told_where_that_is_anomalous() -> None:
    assert decide_scores(1.0, 2.0).to_document()["contributions"] == {}
    every = decide_scores(10.5, 11.5).to_document()["contributions"]
    assert every == {"speed_rpm": [0.0, 0.25, 0.123], "heat_c": [0.0, 0.75, 0.877]}


def test_a_score_at_the_threshold_is_not_anomalous() -> None:
    assert decide_scores(THRESHOLD, THRESHOLD + 0.001).anomalous == [False, False, True]


def test_without_a_model_nothing_is_scored_or_anomalous() -> None:
    unscored = spread(None, [False] * 3, [], [])
    found = DecidedMessage(unscored, None).to_document()
    assert (found["score"], found["anomalous"]) == ([None] * 3, [False] * 3)
    assert (found["threshold"], found["modelVersion"]) == (None, None)


def test_documents_name_the_sensors_that_are_out_and_no_other() -> None:
    found = decide_scores(1.0, 2.0, sensors=[[0, 1], [2, 1]])
    assert found.to_document()["sensors"] == {"speed_rpm": [0, 0, 2], "heat_c": [0, 1, 1]}
    assert found.to_document()["anomalous"] == [False, True, True]
    one = decide_scores(1.0, 2.0, sensors=[[0, 0], [2, 0]])
    assert one.to_document()["sensors"] == {"speed_rpm": [0, 0, 2]}
    raised = record_alert(found, 2, "raised", NOW).to_document()
    assert raised["sensors"] == {"speed_rpm": "stuck", "heat_c": "missing"}
    assert record_alert(found, 1, "raised", NOW).to_document()["sensors"] == {"heat_c": "missing"}
    state = DeviceState("rig", NOW, 7, History.empty(RIG), Standing())
    assert record_device(one, state).sensors == {"speed_rpm": "stuck"}


def test_the_threshold_that_is_written_was_in_force_at_the_reading() -> None:
    found = decide_scores(1.0, 11.0)
    assert found.decided is not None
    found.decided.thresholds[1:] = [9.123456789, 9.5]
    assert found.to_document()["threshold"] == 9.5
    assert record_alert(found, 1, "raised", NOW).to_document()["threshold"] == 9.123457


def test_alert_documents_name_the_alert_they_belong_to() -> None:
    raised = record_alert(decide_scores(1.0, 11.0), 2, "raised", NOW).to_document()
    cleared = record_alert(decide_scores(1.0, 2.0), 1, "cleared", NOW - 60_000).to_document()
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
        "cause": "score",
        "contributions": {"speed_rpm": 0.123, "heat_c": 0.877},
        "sensors": {},
        "badValues": {},
        "subject": None,
        "limit": None,
        "state": None,
        "late": None,
        "modelVersion": "fake-1",
        "enqueuedAt": NOW + 40,
    }
    assert cleared["id"] == f"{NOW - 1_000}-cleared"
    assert cleared["cause"] is None
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
        "kind": "message",
        "deviceId": "rig-1",
        "siteId": "north",
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
