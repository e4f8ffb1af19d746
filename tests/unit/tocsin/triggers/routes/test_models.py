"""How good the active bundle is, and which others there are, for whoever may look."""

from __future__ import annotations

from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import call


async def test_the_active_bundle_and_the_others_are_shown() -> None:
    status, shown = await call(Plant(), "show_model", route={"profile": "rig"})
    assert (status, shown["profile"], shown["previous"]) == (200, "rig", "fake-0")
    card = shown["card"]
    assert (card["version"], card["targetPerDay"]) == ("fake-1", 0.5)
    assert card["metrics"]["recall"] == 0.9887
    assert card["metrics"]["kinds"]["drift"] == {"total": 1, "found": 0, "medianDelayS": None}
    verdicts = {each["version"]: each["verdict"] for each in shown["published"]}
    assert list(verdicts) == ["fake-3", "fake-2", "fake-1", "fake-0"]
    assert (verdicts["fake-3"]["fit"], verdicts["fake-0"]) == (True, None)
    assert verdicts["fake-2"] == {
        "at": 1_795_784_700_000,
        "fit": False,
        "reasons": ["1 of 4 alerts are lost"],
        "active": "fake-1",
        "deviceDays": 6.5,
    }


async def test_a_profile_without_a_bundle_says_why_and_none_is_not_found() -> None:
    status, shown = await call(Plant(), "show_model", route={"profile": "probe"})
    assert (status, shown["card"], shown["refused"]) == (200, None, "it has no active bundle")
    status, problem = await call(Plant(), "show_model", route={"profile": "fan"})
    assert (status, problem["detail"]) == (404, "there is no profile 'fan'; there are probe, rig")
