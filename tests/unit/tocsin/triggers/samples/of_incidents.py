"""Incidents, and when nobody is to be told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.alerts import raise_alert
from tests.fakes.messages import NOW
from tests.unit.tocsin.triggers.samples.sample import NORTH, Sample
from tocsin.domain.incidents.incident import name_incident

INCIDENT = name_incident(raise_alert("cell-1", NOW))
COMMENTS = (
    ({"coment": "x"}, "'coment' is unknown; use "),
    ({"comment": 3}, "comment must be text, not 3"),
    ({"comment": "x" * 2_001}, "comment"),
)
COMMENTS_AT_TIME = tuple(({"until": NOW + 9, **body}, said) for body, said in COMMENTS)
COMMENTS_AT_VERDICT = tuple(({"verdict": "normal", **body}, said) for body, said in COMMENTS)
WINDOW: Mapping[str, Any] = {
    "startsAt": NOW,
    "scope": {"kind": "building", "name": "hall-a"},
    "recurrence": {"rule": "FREQ=DAILY", "zone": "Europe/Berlin", "lastingMin": 60},
}
AGAIN: Mapping[str, Any] = WINDOW["recurrence"]
WINDOWS: Sequence[tuple[Mapping[str, Any], str]] = (
    ({}, "give the key 'startsAt'"),
    ({"startsAt": NOW}, "maintenance needs endsAt, or a recurrence"),
    ({"startsAt": NOW, "endsAt": NOW}, "endsAt must be after startsAt"),
    ({"startsAt": NOW, "endsAt": NOW + 10**10}, "maintenance lasts at most 31 days"),
    ({"startsAt": NOW, "endsAt": NOW + 9, "kind": "holiday"}, "kind must be maintenance or out of"),
    ({**WINDOW, "announce": "loud"}, "announce must be true or false"),
    ({**WINDOW, "scope": {"kind": "device"}}, "scope.name says which"),
    ({**WINDOW, "scope": {"kind": "site", "name": "x"}}, "scope.name says which"),
    ({**WINDOW, "recurrence": {**AGAIN, "zone": "Mars/Base"}}, "there is no time zone 'Mars/Base'"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "nightly"}}, "must say FREQ=DAILY"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "FREQ=MINUTELY"}}, "must say FREQ=DAILY"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "FREQ=DAILY;BYDAY=XX"}}, "is no RRULE"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "FREQ=DAILY;BYHOUR=1"}}, "not from BYHOUR"),
    ({**WINDOW, "recurrence": {**AGAIN, "lastingMin": 1441}}, "recurrence.lastingMin must lie"),
)
SAMPLES = {
    "incidents": Sample(
        params={**NORTH, "state": "all", "max": "20"},
        bad_params=(
            ("state", "Open"),
            ("state", ""),
            ("severity", "urgent"),
            ("max", "0"),
            ("max", "201"),
        ),
    ),
    "incident": Sample(route={"id": INCIDENT}, params=NORTH),
    "acknowledge_incident": Sample(
        route={"id": INCIDENT}, params=NORTH, body={"comment": "mine"}, bad_bodies=COMMENTS
    ),
    "shelve_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"until": NOW + 600_000, "once": True},
        bad_bodies=(
            *COMMENTS_AT_TIME,
            ({}, "give the key 'until'"),
            ({"until": "soon"}, "until must be a whole number, not 'soon'"),
            ({"until": -1}, "until must lie between 0 and "),
            ({"until": NOW - 1}, "a shelf ends within 720 minutes from now"),
            ({"until": NOW + 10**9}, "a shelf ends within 720 minutes from now"),
            ({"until": NOW, "once": 1}, "once must be true or false, not 1"),
        ),
    ),
    "unshelve_incident": Sample(route={"id": INCIDENT}, params=NORTH, body={}, bad_bodies=COMMENTS),
    "close_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"force": True},
        bad_bodies=(*COMMENTS, ({"force": "yes"}, "force must be true or false, not 'yes'")),
    ),
    "comment_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"comment": "seen it"},
        bad_bodies=(*COMMENTS, ({}, "give the key 'comment'"), ({"comment": " "}, "say something")),
    ),
    "judge_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"verdict": "normal", "preview": True},
        bad_bodies=(
            *COMMENTS_AT_VERDICT,
            ({}, "give the key 'verdict'"),
            ({"verdict": "odd"}, "verdict must be normal or anomaly or new normal"),
            ({"verdict": "normal", "devices": []}, "devices must have 1 to 20 entries"),
            ({"verdict": "normal", "devices": ["no-1"]}, "the incident has no device 'no-1'"),
            ({"verdict": "normal", "preview": 1}, "preview must be true or false, not 1"),
        ),
    ),
    "alarm_performance": Sample(
        params={**NORTH, "days": "30"}, bad_params=(("days", "0"), ("days", "91"), ("days", "x"))
    ),
    "maintenance": Sample(params=NORTH),
    "set_window": Sample(route={"id": "night"}, params=NORTH, body=WINDOW, bad_bodies=WINDOWS),
    "remove_window": Sample(route={"id": "standing"}, params=NORTH),
    "preview_window": Sample(
        params={**NORTH, "days": "30"},
        body=WINDOW,
        bad_params=(("days", "0"), ("days", "91"), ("days", "all")),
        bad_bodies=WINDOWS,
    ),
}
