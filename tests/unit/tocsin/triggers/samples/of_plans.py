"""Plans, and the settings of a site."""

from __future__ import annotations

from tests.unit.tocsin.triggers.samples.sample import NORTH, Sample

PATCH = (({"pausd": None}, "'pausd' is unknown; use "), ({"siteId": "south"}, "'siteId'"))
SAMPLES = {
    "plans": Sample(
        params={**NORTH, "max": "5", "before": "9"},
        bad_params=(
            ("max", "0"),
            ("max", "101"),
            ("max", "1,2"),
            ("before", "soon"),
            ("before", "0"),
            ("before", "9" * 30),
        ),
    ),
    "latest_plan": Sample(params=NORTH),
    "plan": Sample(route={"version": "1"}, params=NORTH),
    "run_plan": Sample(
        params=NORTH,
        body={"preview": False},
        status=202,
        bad_bodies=(
            ({"preveiw": True}, "'preveiw' is unknown; use preview"),
            ({"preview": "yes"}, "preview must be true or false, not 'yes'"),
            ({"preview": 1}, "preview must be true or false, not 1"),
            ({"preview": None}, "preview must be true or false, not None"),
        ),
    ),
    "show_optimiser": Sample(params=NORTH),
    "change_optimiser": Sample(
        params=NORTH,
        body={"limits": {"maxMigrations": None}, "pace": {"settlePeriods": 90}, "hold": None},
        bad_bodies=(
            *PATCH,
            ({"limits": {"maxMigratoins": None}}, "'limits.maxMigratoins' is unknown; use maxMig"),
            ({"limits": 3}, "limits must be an object, not 3"),
            ({"pace": {"perTaskHuor": 1}}, "'pace.perTaskHuor' is unknown; use "),
            ({"hold": True}, "'hold' is unknown"),
            ({"weights": {"energy": "1"}}, "weights.energy must be a number, not '1'"),
            ({"weights": {"energy": True}}, "weights.energy must be a number, not True"),
            ({"paused": "true"}, "paused must be true or false, not 'true'"),
            ({"search": {"gap": 2}}, "gap"),
        ),
    ),
    "show_overrides": Sample(params=NORTH),
    "change_overrides": Sample(
        params=NORTH,
        body={"drained": {"cell-1": None}},
        bad_bodies=(
            *PATCH,
            ({"pins": {"a1": 3}}, "pins.a1 must be text, not 3"),
            ({"pins": {"a1": "cell-7"}}, "there is no device 'cell-7'"),
            ({"drained": {"cell-1": "yes"}}, "drained.cell-1 must be true or false, not 'yes'"),
            ({"forbidden": {"a1": ["cell-1"]}}, "forbidden.a1 must be an object"),
        ),
    ),
    "show_tasks": Sample(params=NORTH),
    "change_tasks": Sample(
        params=NORTH,
        body={"tasks": {"a1": {"loadPct": 20, "priority": 2}}},
        bad_bodies=(
            *PATCH,
            ({"tasks": {"a1": {"laodPct": None}}}, "'tasks.a1.laodPct' is unknown; use capability"),
            ({"tasks": {"a1": {"pinned": 1}}}, "tasks.a1.pinned must be true or false, not 1"),
            ({"tasks": []}, "tasks must be an object"),
        ),
    ),
    "show_limits": Sample(params=NORTH),
    "change_limits": Sample(
        params=NORTH,
        body={"profiles": {"rig": {"heat_c": {"alarmHigh": 80, "warningHigh": 60}}}},
        bad_bodies=(
            *PATCH,
            ({"profiles": {"rug": {}}}, "there is no profile 'rug'; there are probe, rig"),
            ({"devices": {"rig-9": {}}}, "no device 'rig-9' of site 'north' has reported yet"),
            (
                {"profiles": {"rig": {"heat": {"alarmHigh": 3}}}},
                "profile rig of 'rig' has no channel 'heat'",
            ),
            (
                {"profiles": {"rig": {"heat_c": {"alarmHigh": 300}}}},
                "would never call: the sensor shows -100 to 100",
            ),
            (
                {"profiles": {"rig": {"heat_c": {"alarm": 3}}}},
                "'profiles.rig.heat_c.alarm' is unknown",
            ),
            ({"devices": []}, "devices must be an object"),
        ),
    ),
}
