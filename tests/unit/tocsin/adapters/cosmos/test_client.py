"""A damaged document is named in the log and hides no other."""

from __future__ import annotations

import pytest

from tests.fakes.records import device_record
from tocsin.adapters.cosmos.client import read_sound
from tocsin.domain.devices.device_record import DeviceRecord


def test_a_damaged_document_is_logged_by_name_and_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sound = device_record("rig-1")
    damaged = {**device_record("rig-2").to_document(), "lastT": "yesterday"}
    documents = [sound.to_document(), damaged]
    found = [read_sound(DeviceRecord.from_document, document) for document in documents]
    assert found == [sound, None]
    assert "'rig-2' is damaged: lastT is 'yesterday', not int" in caplog.text
