"""The state of a device is written as docs/formats.md has it, and read again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.messages import NOW, RIG
from tests.fakes.models import THRESHOLD
from tests.fakes.records import device_record
from tests.unit.tocsin.domain.devices.scored_messages import decide_scores, make_message
from tocsin.domain.behaviour.device_clock import Behind, Clock, Epoch
from tocsin.domain.behaviour.habits import begin_habits
from tocsin.domain.behaviour.rhythm import Rhythm
from tocsin.domain.calling.scoring import AlertState
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.fleet import DeviceState, count_kept, record_device
from tocsin.domain.devices.not_scored import NotScored
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.judging.adaptation import Usual
from tocsin.domain.judging.aftermath import Aftermath
from tocsin.domain.judging.basis import Basis
from tocsin.domain.judging.beside import Beside
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.judging.outage import Outage
from tocsin.domain.judging.renewal import renew_standing
from tocsin.domain.limits.bounds import LimitState
from tocsin.domain.limits.own_range import ChannelRange, OwnRange
from tocsin.domain.limits.own_rest import Rest
from tocsin.domain.messages.refusal import TimeRefusal
from tocsin.domain.states.operating import Operating
from tocsin.domain.states.settling import Settling, Start
from tocsin.domain.windows.window import History

SETTLING = Settling(Start((1.5, 0.25), 7.5), (Start((), 3),), 1.25, 20)


NO_NUMBERS = "AADAfwAAwH8AAMB/AADAfwAAwH8AAMB/AADAfwAAwH8AAMB/AADAfw=="  # of one channel


def test_a_device_document_has_every_field() -> None:
    standing = Standing(
        AlertState(1, NOW - 500, NOW - 9_000),
        Usual(ticks=-12, readings=34),
        Aftermath(peak=40.5, t=NOW - 500),
        Outage(1, NOW - 800),
        Basis("rig", "fake-0", NOW - 7_000),
        "south",
        Beside(frozenset({"heat_c"}), {"speed_rpm": 1}, {"heat_c": NOW}),
        {"heat_c-low-alarm": LimitState(1.5, NOW - 3, "south")},
        Operating("starting", NOW - 6, high=NOW - 2, started=NOW - 6, settling=SETTLING),
        OwnRange(
            NOW - 60,
            3,
            {"heat_c": ChannelRange(1.5, 4.0, day_low=2.0, day_high=3.0)},
            since=NOW - 99,
            rests={"heat_c": Rest(3, 12, 40)},
        ),
    )
    state = DeviceState(
        "rig",
        NOW,
        7,
        History.empty(RIG),
        standing,
        clock=Clock((Epoch(), Epoch(NOW - 70, -30)), NOW, Behind(2, 1, NOW - 9, 3, 5), 44),
        rhythm=Rhythm(500, 17_000, 3, 5_000, 9_000, 4, 2),
        habits=begin_habits(replace(RIG, channels=RIG.channels[:1])),
    )
    assert record_device(decide_scores(1.0, 11.0), state).to_document() == {
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
        "sensors": {},
        "badValues": {},
        "alert": {"alertId": f"rig-1-{NOW - 500}", "t": NOW - 500, "siteId": "south"},
        "beside": {"known": ["heat_c"], "runs": {"speed_rpm": 1}, "raised": {"heat_c": NOW}},
        "limits": {"heat_c-low-alarm": {"run": 1.5, "raisedT": NOW - 3, "siteId": "south"}},
        "run": 1,
        "clearedAt": NOW - 9_000,
        "usual": {
            "ticks": -12,
            "readings": 34,
            "profile": "rig",
            "modelVersion": "fake-0",
            "baseline": NOW - 7_000,
        },
        "aftermath": {"peak": 40.5, "t": NOW - 500},
        "outage": {"sensors": 1, "since": NOW - 800},
        "operating": {
            "state": "starting",
            "since": NOW - 6,
            "left": None,
            "low": None,
            "high": NOW - 2,
            "started": NOW - 6,
            "blindTo": None,
            "rested": None,
            "fell": None,
            "settling": {
                "now": {"scores": [1.5, 0.25], "peak": 7.5},
                "before": [{"scores": [], "peak": 3}],
                "idle": 1.25,
                "idled": 20,
            },
        },
        "ownRange": {
            "began": NOW - 60,
            "readings": 3,
            "calledT": None,
            "since": NOW - 99,
            "rests": {"heat_c": [3, 12, 40]},
            "channels": {"heat_c": [1.5, 4.0, 2.0, 3.0]},
        },
        "modelVersion": "fake-1",
        "enqueuedAt": NOW + 40,
        "work": {
            "periodMs": 1_000,
            "messageMs": 3_000,
            "t": [],
            "cpuPct": [],
            "answerMs": [],
        },
        "clock": {
            "since": NOW - 70,
            "offsetMs": -30,
            "stepMs": 44,
            "behind": {"messages": 2, "fresh": 1, "beganAt": NOW - 9, "firstT": 3, "lastT": 5},
            "epochs": [[0, 0], [NOW - 70, -30]],
        },
        "rhythm": {
            "periodMs": 500,
            "other": 17_000,
            "told": 3,
            "gapMs": 5_000,
            "longestMs": 9_000,
            "stretch": 4,
            "bursts": 2,
        },
        "habits": {
            "channels": ["speed_rpm"],
            "table": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAIB/AACAfwAAAAAAAAAAAAAAAA==",
        },
        "notScored": None,
        "refused": None,
    }


def test_a_device_state_survives_its_document() -> None:
    standing = Standing(
        AlertState(2, NOW - 9_000, NOW - 90_000),
        Usual(ticks=99, readings=7),
        Aftermath(9.25, NOW),
        Outage(2, NOW),
        Basis("rig", "fake-0", 5),
        beside=Beside(frozenset({"heat_c"})),
        operating=Operating("starting", NOW - 6, high=NOW - 2, settling=SETTLING),
    )
    state = DeviceState(
        "rig",
        NOW,
        7,
        History.empty(RIG),
        standing,
        clock=Clock((Epoch(), Epoch(NOW - 70, -30)), NOW + 40, Behind(2, 1, NOW - 9, 3, 5), 44),
        rhythm=Rhythm(500, 17_000, 3, 5_000, 9_000, 4, 2),
        kept=count_kept(Rhythm(500), RIG),
    )
    stored = record_device(decide_scores(1.0, 2.0), state)
    read = DeviceRecord.from_document(stored.to_document())
    assert read == stored
    assert DeviceState.from_record(read, make_message(), state.history) == state
    refused = replace(stored, refused=TimeRefusal("time-in-future", "why", NOW, 3))
    unscored = replace(refused, not_scored=NotScored("bursts", "so short"))
    assert DeviceRecord.from_document(unscored.to_document()) == unscored


def test_a_changed_profile_starts_anew_where_it_decides_but_not_in_the_past() -> None:
    stored = device_record("rig-1", profile="probe", lastSeq=3, run=2, alert={"t": NOW})
    state = DeviceState.from_record(stored, make_message(), History.empty(RIG))
    assert (state.profile, state.last_t, state.last_seq) == ("rig", NOW, -1)
    assert state.standing.basis.profile == "probe"
    assert state.standing.alert.open_since == NOW
    renewed = renew_standing(state.standing, "rig", "1-a", 0)
    assert renewed == Standing(basis=Basis("rig", "1-a"))


def test_a_device_from_before_there_was_learning_starts_to_learn() -> None:
    stored = device_record("rig-1", lastSeq=3, run=2, alert={"t": NOW})
    state = DeviceState.from_record(stored, make_message(), History.empty(RIG))
    assert state.standing.alert == AlertState(run=2, open_since=NOW)
    assert (state.standing.usual, state.standing.aftermath) == (Usual(), Aftermath())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"lastT": "5"}, "lastT"),
        ({"lastT": 5.0}, "lastT"),
        ({"siteId": None}, "siteId"),
        ({"run": None}, "run"),
        ({"alert": {}}, "t is None"),
        ({"alert": 5}, "alert"),
        ({"sensors": {"heat_c": 1}}, "sensors.heat_c"),
        ({"latest": {"heat_c": "warm"}}, "latest.heat_c"),
        ({"usual": {"ticks": 1}}, "readings"),
        ({"usual": {"ticks": 1, "readings": 1, "modelVersion": "1-a"}}, "baseline"),
        ({"alert": {"t": 1, "siteId": 5}}, "siteId"),
        ({"badValues": {"heat_c": {"value": 1, "t": 1}}}, "count"),
        ({"aftermath": {"peak": None, "t": 1}}, "peak"),
        ({"outage": {"sensors": 1, "since": "x"}}, "since"),
        ({"ownRange": {"began": 1, "readings": 2, "channels": {"heat_c": [1]}}}, "heat_c"),
        ({"ownRange": {"readings": 2, "channels": {}}}, "began"),
        ({"ownRange": {"began": 1, "readings": 2, "rests": {"heat_c": [1, 2]}}}, "heat_c"),
        ({"anomalous": 1}, "anomalous"),
        ({"clock": {"epochs": [[0, 0]], "behind": {}, "stepMs": 0}}, "messages"),
        ({"clock": {"epochs": None}}, "epochs"),
        ({"rhythm": {"periodMs": None}}, "gapMs"),
        ({"habits": {"channels": ["heat_c"]}}, "table"),
        ({"habits": {"channels": ["heat_c", 5], "table": ""}}, "channels.1"),
        ({"habits": {"channels": ["heat_c"], "table": "AAAA"}}, "habits.table"),
        ({"habits": {"channels": ["heat_c"], "table": "not base64"}}, "habits.table"),
        ({"habits": {"channels": ["heat_c"], "table": NO_NUMBERS}}, "habits.table has"),
        ({"notScored": {"reason": 5}}, "reason"),
        ({"refused": {"reason": "x"}}, "text"),
    ],
)
def test_a_damaged_device_document_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(DamagedDocumentError, match=f"'rig-1' is damaged: .*{named}"):
        device_record("rig-1", **change)
