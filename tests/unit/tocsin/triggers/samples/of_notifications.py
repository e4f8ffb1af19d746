"""Who is told, and what could not be: dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.messages import envelope
from tests.unit.tocsin.triggers.samples.sample import NORTH, Sample
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.letters.letter_summary import name_letter

LOST = DeadLetter(envelope(b"x"), "not-json", "no JSON")
LETTER = str(name_letter(LOST.path))


MAIL = {"channel": "email", "name": "ada@plant.example", "person": "Ada"}
STEP = {"targets": [MAIL]}
SPAN = {"days": ["mo", "holiday"], "from": "22:00", "to": "06:00"}
HOURS: Mapping[str, Any] = {"zone": "Europe/Berlin", "spans": [SPAN]}
RULE: Mapping[str, Any] = {
    "steps": [STEP, {"afterMin": 15, "targets": [{"channel": "slack", "name": "shift"}]}],
    "severities": ["high", "medium"],
    "hours": HOURS,
}
RULES: Sequence[tuple[Mapping[str, Any], str]] = (
    ({}, "give the key 'steps'"),
    ({"steps": []}, "steps must have 1 to 5 entries"),
    ({"steps": [{}]}, "steps"),
    ({"steps": [{"targets": []}]}, "a step must have 1 to 8 targets"),
    ({"steps": [{**STEP, "afterMin": 5}]}, "its afterMin must be 0"),
    ({"steps": [STEP, STEP]}, "each step must come later than the one before it"),
    ({"steps": [{"targets": [{**MAIL, "name": "ada"}]}]}, "'ada' is no email address"),
    ({"steps": [{"targets": [{**MAIL, "name": "a@b\r\nBcc: c@d"}]}]}, "is no email address"),
    ({"steps": [{"targets": [{**MAIL, "person": "A\nB"}]}]}, "person must be text"),
    ({"steps": [{"targets": [{"channel": "webhook", "name": "tickets"}]}]}, "no 'tickets'"),
    ({**RULE, "severities": []}, "severities must name one at least"),
    ({**RULE, "severities": ["urgent"]}, "severities must be a list of low or medium or high"),
    ({**RULE, "repeatMin": 0}, "repeatMin must lie between 1 and 10080"),
    ({**RULE, "groupWaitS": -1}, "groupWaitS must lie between 0 and 86400"),
    ({**RULE, "hours": {**HOURS, "zone": "Mars/Base"}}, "there is no time zone 'Mars/Base'"),
    ({**RULE, "hours": {**HOURS, "spans": []}}, "hours.spans must have an entry"),
    ({**RULE, "hours": {**HOURS, "spans": [{**SPAN, "to": "25:00"}]}}, "not '25:00'"),
    ({**RULE, "hours": {**HOURS, "spans": [{**SPAN, "to": "6"}]}}, "is written like 06:30"),
    ({**RULE, "hours": {**HOURS, "holidays": "none"}}, "the calendar has no event"),
    ({**RULE, "tellEnd": True}, "'tellEnd' is unknown; use "),
)
SAMPLES = {
    "dead_letters": Sample(
        params={"from": "1", "to": "9", "reason": "not-json", "max": "20"},
        bad_params=(
            ("from", "yesterday"),
            ("from", "-1"),
            ("from", "9" * 20),
            ("to", "soon"),
            ("to", ""),
            ("max", "0"),
            ("max", "201"),
            ("cursor", "yesterday"),
            ("cursor", "5:../x"),
        ),
    ),
    "dead_letter": Sample(route={"id": LETTER}),
    "replay_dead_letter": Sample(route={"id": LETTER}, body={}),
    "notifications": Sample(params=NORTH),
    "switch_notifications": Sample(
        params=NORTH,
        body={"on": False, "perHour": 10, "off": ["slack"]},
        bad_bodies=(
            ({}, "give the key 'on'"),
            ({"on": "no"}, "on must be true or false, not 'no'"),
            ({"on": True, "perHour": 0}, "perHour must lie between 1 and 120"),
            ({"on": True, "off": ["fax"]}, "off must be a list of email or slack or webhook"),
            ({"on": True, "perhour": 9}, "'perhour' is unknown; use off, on, perHour"),
        ),
    ),
    "notification_rules": Sample(params=NORTH),
    "set_notification_rule": Sample(
        route={"id": "shift"}, params=NORTH, body=RULE, bad_bodies=RULES
    ),
    "remove_notification_rule": Sample(route={"id": "standing"}, params=NORTH),
    "preview_notification_rule": Sample(
        params={**NORTH, "days": "30"},
        body=RULE,
        bad_params=(("days", "0"), ("days", "91"), ("days", "all")),
        bad_bodies=RULES,
    ),
    "try_notification_rule": Sample(route={"id": "standing"}, params=NORTH),
    "deliveries": Sample(
        params={
            **NORTH,
            "status": "sent",
            "channel": "email",
            "rule": "shift",
            "incident": "x",
            "max": "20",
        },
        bad_params=(
            ("status", "gone"),
            ("status", ""),
            ("channel", "fax"),
            ("max", "0"),
            ("max", "201"),
        ),
    ),
}
