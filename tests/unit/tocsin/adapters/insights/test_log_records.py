from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from tests.fakes.messages import envelope
from tocsin.adapters.insights.log_records import AboutRecord, name_subjects
from tocsin.domain.insights.log_about import LONGEST, about, describe
from tocsin.domain.tracing.message_spans import find_scoring
from tocsin.domain.tracing.place import Place

log = logging.getLogger("tocsin.test")


@pytest.fixture(autouse=True)
def factory() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    name_subjects()
    yield
    logging.setLogRecordFactory(before)


def test_a_line_ends_with_what_it_is_about(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("Dead letter from %r: %s", "rig-1", "no", extra=about(device="rig-1", site="n"))
    (record,) = caplog.records
    assert isinstance(record, AboutRecord)
    assert record.getMessage() == (
        """Dead letter from 'rig-1': no {"device": "rig-1", "site": "n"}"""
    )


def test_a_line_about_nothing_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("%d%% of %s", 5, "all")
    log.warning("plain {", extra=about(site=None))
    assert [record.getMessage() for record in caplog.records] == ["5% of all", "plain {"]


def test_a_line_about_a_message_has_the_id_of_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    message = envelope(b"{}", sequence_number=7)
    log.warning("lost", extra=describe(message))
    assert json.loads(caplog.records[0].getMessage().removeprefix("lost ")) == {
        "device": "rig-1",
        "site": "north",
        "trace": find_scoring(message).trace_id,
    }


def test_a_name_that_a_device_made_up_is_short(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("", extra=about(device='"' * 10_000, trace=Place("a" * 32, "b" * 16)))
    found = json.loads(caplog.records[0].getMessage())
    assert len(found["device"]) == LONGEST
