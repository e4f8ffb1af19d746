"""What the database keeps is read back as it was, or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.records import decided_message, device_threshold, drift_record
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.models.drift_record import DriftRecord


@pytest.mark.parametrize(
    "change",
    [*({"factor": factor} for factor in ("2", 0, -1, 100, float("nan"), False, [1])),
     {"labels": {"a-7": "odd"}}, {"labels": {"a-7": 1}}, {"setAt": None}, {"deviceId": 7}],
)  # fmt: skip
def test_a_damaged_threshold_is_named(change: dict[str, Any]) -> None:
    document = {**device_threshold("a", 1.5).to_document(), **change}
    with pytest.raises(DamagedDocumentError, match="'threshold:a'"):
        DeviceThreshold.from_document(document)


def test_a_threshold_survives_its_document() -> None:
    kept = device_threshold("a", 1.5)
    assert DeviceThreshold.from_document(kept.to_document()) == kept


@pytest.mark.parametrize("change", [{"state": "fine"}, {"figure": "x"}, {"from": None}])
def test_a_damaged_drift_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(DamagedDocumentError, match="drift:rig"):
        DriftRecord.from_document({**drift_record("rig", 0.1).to_document(), **change})


@pytest.mark.parametrize("figure", [0.1, None])
def test_a_drift_survives_its_document(figure: float | None) -> None:
    kept = drift_record("rig", figure)
    assert DriftRecord.from_document(kept.to_document()) == kept


def test_a_message_is_read_back_with_what_was_decided() -> None:
    decided = decided_message([1, 2], score=[None, 3.5], standing=Standing())
    found = StoredMessage.from_document(decided.to_document())
    assert found == StoredMessage(
        t=[1, 2],
        channels={"speed_rpm": [1, 2], "heat_c": [1, 2]},
        score=[None, 3.5],
        threshold=1.0,
        model_version="1-a",
        anomalous=[False, False],
    )


@pytest.mark.parametrize(
    "change", [{"t": 5}, {"t": [1]}, {"score": None}, {"score": [1.0]}, {"channels": {"a": [1.0]}}]
)
def test_a_damaged_message_is_named(change: dict[str, Any]) -> None:
    document = decided_message([1, 2]).to_document()
    with pytest.raises(DamagedDocumentError, match="'1-0' of device 'rig-1' is damaged"):
        StoredMessage.from_document({**document, **change})


@pytest.mark.parametrize(
    "change",
    [
        *({"t": t} for t in ([1, "2"], [1, 2.5], [1, True], [1, 2**60], [])),
        *({"score": [1.0, value]} for value in ("x", True, [1], float("inf"), float("nan"))),
        {"channels": {"heat_c": [1, 10**400]}},
        {"anomalous": [True, 1]},
    ],
)
def test_a_message_that_holds_no_numbers_is_named_when_checked(change: dict[str, Any]) -> None:
    document = decided_message([1, 2]).to_document()
    StoredMessage.from_document(document).check_numbers()
    if change == {"t": []}:
        change = {"t": [], "score": [], "channels": {}, "anomalous": []}
    with pytest.raises(DamagedDocumentError, match="holds no numbers"):
        StoredMessage.from_document({**document, **change}).check_numbers()
