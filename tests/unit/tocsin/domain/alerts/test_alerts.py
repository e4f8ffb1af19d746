"""Alerts come out of their documents as they were raised, and are paged by a position."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.fakes.messages import NOW, PROFILES, RIG, reading_message
from tests.fakes.models import spec_of
from tocsin.domain.alerts.alert import Alert, AlertPosition
from tocsin.domain.alerts.alert_changes import record_alert
from tocsin.domain.devices.readings import DecidedMessage, spread_scores
from tocsin.domain.errors import DamagedDocumentError, InvalidRequestError
from tocsin.domain.judging.decisions import Rule, Standing, decide
from tocsin.domain.messages.decode import decode


def raised(score: float, *, missing: bool) -> Alert:
    """An alert of a reading with *score*, all of it of the channel heat_c."""
    sent = reading_message(7, [NOW], [[None if missing else 1.0, 2.0]])
    (scored,) = spread_scores(
        [decode(sent, PROFILES, now_ms=NOW)],
        spec_of(RIG),
        np.array([True]),
        score=np.array([score], dtype=np.float32),
        contributions=np.array([[0.0, 1.0]], dtype=np.float32),
        sensors=np.array([[int(missing), 0]], dtype=np.int8),
    )
    rule = Rule.of(spec_of(RIG), RIG, 0.5)
    decided = decide(Standing(), rule, [NOW], scored.score, sensors_out=scored.sensors_out())
    return record_alert(DecidedMessage(scored, decided), 0, "raised", NOW)


def test_a_missing_sensor_is_the_cause_and_no_healthy_channel_is_blamed() -> None:
    found = raised(0.5, missing=True)
    assert (found.cause, found.contributions) == ("sensors", {})
    assert found.sensors == {"speed_rpm": "missing"}
    assert (found.score, found.threshold) == (0.5, 10.0)


def test_a_score_above_the_threshold_is_the_cause_though_a_sensor_is_out_too() -> None:
    found = raised(11.0, missing=True)
    assert (found.cause, found.sensors) == ("score", {"speed_rpm": "missing"})
    assert found.contributions == {"speed_rpm": 0.0, "heat_c": 1.0}


def test_a_score_that_is_not_known_blames_nobody() -> None:
    assert raised(float("nan"), missing=True).cause == "sensors"


@pytest.mark.parametrize("score", [0.5, 11.0])
def test_an_alert_survives_its_document(score: float) -> None:
    found = raised(score, missing=True)
    assert Alert.from_document(found.to_document()) == found


@pytest.mark.parametrize("score", [0.5, 11.0])
def test_a_document_from_before_there_was_a_cause_tells_it(score: float) -> None:
    found = raised(score, missing=True)
    old = {**found.to_document(), "contributions": {"speed_rpm": 0.0, "heat_c": 1.0}}
    del old["cause"], old["enqueuedAt"]
    read = Alert.from_document(old)
    assert (read.cause, read.contributions) == (found.cause, found.contributions)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "broken"},
        {"t": "5"},
        {"t": True},
        {"siteId": None},
        {"sensors": {"heat_c": 1}},
        {"contributions": [1]},
        {"score": "high"},
    ],
)
def test_a_damaged_document_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(DamagedDocumentError, match=f"{NOW}-raised.*{next(iter(change))}|of type"):
        Alert.from_document({**raised(11.0, missing=False).to_document(), **change})


def test_a_position_survives_its_text_whatever_the_device_is_called() -> None:
    position = AlertPosition(NOW, "Rig-1.:+%_*!(),=@;$'", f"{NOW}-raised")
    assert AlertPosition.from_text(position.to_text()) == position


@pytest.mark.parametrize(
    "text",
    ["", "5", "5:5-raised", "5:5-raised:", "x:5-raised:a", "-5:a:b", "٣:a:b", f"{10**20}:a:b"],
)
def test_another_text_is_no_position(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="no position"):
        AlertPosition.from_text(text)
