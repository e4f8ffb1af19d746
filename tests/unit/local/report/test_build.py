"""The account of a run: every reading, every alert, every latency."""

from __future__ import annotations

from typing import Any

import pytest

from local.report.build import build_report, list_failures
from local.report.detection import GRACE_MS
from local.report.observed import Observed
from local.report.recovery import Work
from local.report.run_log import SentMessage, TrueFault

START = 1_000_000


def make_message(
    device: str = "a", seq: int = 0, *, at: int = START, readings: int = 2
) -> SentMessage:
    return SentMessage(
        device_id=device,
        seq=seq,
        t=tuple(at + 1_000 * reading for reading in range(readings)),
        produced_at=at,
        sent_at=at + 5_000,
        acked_at=at + 5_010,
    )


def make_document(message: SentMessage, *, readings: int | None = None) -> dict[str, Any]:
    return {
        "deviceId": message.device_id,
        "id": f"{message.t[0]}-{message.seq}",
        "t": list(message.t[:readings]),
    }


def make_observed(**changes: Any) -> Observed:  # noqa: ANN401 (whatever a field holds)
    nothing: dict[str, Any] = {
        "stored": [],
        "alerts": [],
        "incidents": [],
        "dead_letters": 0,
        "work": Work({}, [], {}, []),
        "stored_at": {},
        "pushed_at": {},
        "alerts_pushed_at": {},
        "alerts_caught_up_at": {},
    }
    return Observed(**{**nothing, **changes})


def make_alert(device: str, t: int) -> dict[str, Any]:
    return {"deviceId": device, "id": f"{t}-raised", "t": t, "type": "raised"}


def test_a_complete_run_has_no_failures() -> None:
    message = make_message()
    alert = make_alert("a", START)
    report = build_report(
        [message],
        [TrueFault("spike", "a", START - 500, START + 500)],
        make_observed(
            stored=[make_document(message)],
            alerts=[alert, {**alert, "id": "x-cleared", "type": "cleared"}],
            incidents=[{"siteId": "north", "id": "x", "deviceIds": ["a"]}],
            stored_at={("a", f"{START}-0"): START + 5_100},
            pushed_at={("a", START + 1_000): START + 5_200},
            alerts_pushed_at={("a", alert["id"]): START + 5_300},
        ),
        duration_s=86_400,
    )
    assert list_failures(report) == []
    assert (report["readings_sent"], report["readings_stored"], report["lost"]) == (2, 2, 0)
    assert (report["alerts_raised"], report["alerts_pushed"]) == (1, 1)
    assert report["incidents_opened"] == 1
    assert report["latency_ms"] == {
        "stored": {"p50": 100, "p99": 100},
        "pushed": {"p50": 200, "p99": 300},
    }
    assert report["detection"] == {
        "precision": 1.0,
        "recall": 1.0,
        "events_detected": 1,
        "events_total": 1,
        "median_delay_s": 0.5,
        "false_alerts_per_device_day": 0.0,
    }


def test_a_missing_reading_is_lost_even_when_the_hub_never_took_it() -> None:
    message = make_message()
    unsent = SentMessage("b", 0, (START,), START, None, None)
    report = build_report(
        [message, unsent],
        [],
        make_observed(stored=[make_document(message, readings=1)]),
        duration_s=60,
    )
    assert report["lost"] == 2
    assert report["messages_sent"] == 1
    assert list_failures(report) == ["2 readings were lost"]


def test_a_reading_in_two_documents_is_a_duplicate() -> None:
    message = make_message()
    again = {**make_document(message), "id": "another"}
    report = build_report(
        [message], [], make_observed(stored=[make_document(message), again]), duration_s=60
    )
    assert report["duplicates"] == 2
    assert list_failures(report) == ["2 readings were stored twice"]


def test_an_alert_nobody_saw_and_a_dead_letter_fail_the_run() -> None:
    report = build_report(
        [], [], make_observed(alerts=[make_alert("a", START)], dead_letters=3), duration_s=60
    )
    assert list_failures(report) == [
        "3 messages became dead letters",
        "1 alerts were raised, 0 were shown",
    ]


def test_what_devices_bring_along_has_no_latency() -> None:
    backlog = SentMessage("a", 0, (START - 60_000,), START, START, START)
    live = make_message("a", 1)
    report = build_report(
        [backlog, live],
        [],
        make_observed(
            stored=[make_document(backlog), make_document(live)],
            stored_at={
                ("a", f"{backlog.t[0]}-0"): START + 9_000,
                ("a", f"{live.t[0]}-1"): START + 5_050,
            },
        ),
        duration_s=60,
    )
    assert report["latency_ms"]["stored"] == {"p50": 50, "p99": 50}


@pytest.mark.parametrize(
    ("t", "belongs"),
    [
        (START - 1, False),
        (START, True),
        (START + 999 + GRACE_MS, True),
        (START + 1_000 + GRACE_MS, False),
    ],
)
def test_an_alert_belongs_to_the_fault_it_follows_soon(t: int, belongs: bool) -> None:
    report = build_report(
        [make_message()],
        [TrueFault("drift", "a", START, START + 1_000)],
        make_observed(alerts=[make_alert("a", t)]),
        duration_s=86_400,
    )
    assert report["detection"]["events_detected"] == int(belongs)
    assert report["detection"]["precision"] == float(belongs)
    assert report["detection"]["false_alerts_per_device_day"] == float(not belongs)


def test_late_data_is_no_fault_to_be_found() -> None:
    report = build_report(
        [make_message()],
        [TrueFault("late_burst", "a", START, START + 1)],
        make_observed(),
        duration_s=60,
    )
    assert report["detection"]["events_total"] == 0
    assert report["detection"]["recall"] is None


def test_an_alert_that_a_browser_read_when_it_was_back_counts_as_shown() -> None:
    message = make_message()
    pushed, read, unseen = (make_alert(device, START) for device in ("a", "b", "c"))
    report = build_report(
        [message],
        [],
        make_observed(
            alerts=[pushed, read, unseen],
            alerts_pushed_at={("a", pushed["id"]): START + 5_300},
            alerts_caught_up_at={
                ("a", pushed["id"]): START + 6_000, ("b", read["id"]): START + 6_000
            },
        ),
        duration_s=60,
    )  # fmt: skip
    shown = (report["alerts_raised"], report["alerts_pushed"], report["alerts_caught_up"])
    assert shown == (3, 2, 1)
    assert report["latency_ms"]["pushed"] == {"p50": 300, "p99": 300}
    assert "3 alerts were raised, 2 were shown" in list_failures(report)
