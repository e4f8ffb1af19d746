"""Devices, their readings and what is judged of them."""

from __future__ import annotations

from tests.unit.tocsin.triggers.samples.sample import NORTH, Sample

SAMPLES = {
    "factors": Sample(params=NORTH),
    "places": Sample(params=NORTH),
    "detect": Sample(
        body={"profile": "rig", "records": [{"speed_rpm": 1.0}]},
        bad_bodies=(
            ({"profile": "rig", "record": []}, "'record' is unknown; use profile, records"),
            ({"records": [{}]}, "give the key 'profile'"),
            ({"profile": 1, "records": [{}]}, "profile must be text, not 1"),
            ({"profile": "wheel", "records": [{}]}, "there is no profile 'wheel'; there are probe"),
            ({"profile": "rig", "records": []}, "records must have 1 to 1000 entries, not []"),
            ({"profile": "rig", "records": {}}, "records must be a list of values, not {}"),
            ({"profile": "rig", "records": [{}] * 1_001}, "records must have 1 to 1000 entries"),
        ),
    ),
    "devices": Sample(params=NORTH),
    "device": Sample(route={"id": "cell-1"}),
    "device_readings": Sample(
        route={"id": "cell-1"},
        params={"from": "1", "to": "9", "max": "20"},
        bad_params=(
            ("from", "yesterday"),
            ("from", "null"),
            ("from", ""),
            ("from", "1" + "0" * 30),
            ("to", "1.5"),
            ("to", "9" * 5_000),
            ("to", "true"),
            ("max", "1"),
            ("max", "5001"),
            ("max", "many"),
        ),
    ),
    "device_feedback": Sample(route={"id": "cell-1"}),
    "give_device_feedback": Sample(
        route={"id": "cell-1"},
        body={"labels": {}, "preview": True},
        bad_bodies=(
            ({"labels": {"cell-1-7": "odd"}}, "labels"),
            ({"labels": []}, "labels"),
            ({"preview": "yes"}, "preview"),
            ({"label": {}}, "label"),
            ({"labels": {"cell-1-7": "normal"}}, "cell-1-7"),
        ),
    ),
    "forget_device_feedback": Sample(route={"id": "cell-1"}),
    "call_device_normal": Sample(
        route={"id": "cell-1"},
        body={"preview": True},
        status=400,
        bad_bodies=(({"preview": None}, "preview"), ({"since": 1}, "since")),
    ),
    "device_limits": Sample(route={"id": "cell-1"}),
    "preview_limits": Sample(
        route={"id": "cell-1"},
        body={"channels": {"heat_c": {"alarmHigh": 80}}, "hours": 2},
        bad_bodies=(
            ({"channels": {}}, "channels is empty"),
            ({"channels": {"smell": {"alarmHigh": 3}}}, "has no channel 'smell'"),
            ({"channels": {"heat_c": {"alarmHigh": "3"}}}, "alarmHigh"),
            ({"channels": {"heat_c": {"alarmHigh": 80}}, "hours": 73}, "hours"),
            ({"channel": {}}, "channel"),
        ),
    ),
    "alerts": Sample(
        params={**NORTH, "device": "cell-1", "state": "all", "max": "20"},
        bad_params=(
            ("state", "Open"),
            ("state", ""),
            ("max", "0"),
            ("max", "201"),
            ("max", "x"),
            ("before", "yesterday"),
            ("before", ""),
        ),
    ),
}
