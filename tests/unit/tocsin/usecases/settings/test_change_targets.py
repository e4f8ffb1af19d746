"""An admin changes how many false alerts are accepted: merged, checked, on the record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.messages import NOW, PROBE, PROFILES, RIG
from tests.fakes.models import THRESHOLD, FakeModel, FakeModels, spec_of
from tests.fakes.sites import FakeClock, FakeSites
from tocsin.domain.calling.thresholds import Tail, threshold_for
from tocsin.domain.errors import InvalidRequestError, OutdatedError
from tocsin.domain.settings.site_settings import NO_SITE, Entry, StoredSetting
from tocsin.usecases.settings.change_targets import Accepting, change_targets, show_targets

TAIL = Tail(level=5.0, peaks_per_day=20.0, shape=0.1, scale=2.0)
USUAL = 0.5


def accept(sites: FakeSites, *models: FakeModel) -> Accepting:
    known = models or (FakeModel(spec_of(RIG, tail=TAIL)), FakeModel(spec_of(PROBE)))
    return Accepting(sites, PROFILES, FakeModels(*known), USUAL)


async def change(sites: FakeSites, profiles: dict[str, Any], **parts: Any) -> dict[str, Any]:  # noqa: ANN401 (any part)
    return await change_targets(
        {"profiles": profiles},
        admin="Linus",
        accepting=accept(sites),
        now_ms=FakeClock(NOW),
        **parts,
    )


async def test_what_is_shown_first_is_the_usual() -> None:
    shown = await show_targets(accept(FakeSites()))
    assert (shown["revision"], shown["setBy"], shown["usual"]) == (0, None, USUAL)
    assert shown["profiles"]["rig"] == {
        "target": USUAL, "own": False, "threshold": threshold_for(TAIL, USUAL), "follows": True,
    }  # fmt: skip


async def test_a_target_moves_the_threshold_and_null_takes_it_back() -> None:
    sites = FakeSites()
    shown = await change(sites, {"rig": 0.01})
    assert (shown["revision"], shown["setBy"], shown["setAt"]) == (1, "Linus", NOW)
    rig = shown["profiles"]["rig"]
    assert (rig["target"], rig["own"], rig["threshold"]) == (0.01, True, threshold_for(TAIL, 0.01))
    assert rig["threshold"] > threshold_for(TAIL, USUAL)
    assert await show_targets(accept(sites)) == shown
    assert (await change(sites, {"rig": None}))["profiles"]["rig"]["target"] == USUAL


async def test_a_profile_whose_threshold_stays_says_so() -> None:
    sites = FakeSites()
    probe = (await change(sites, {"probe": 10}))["profiles"]["probe"]
    assert (probe["threshold"], probe["follows"]) == (THRESHOLD, False)
    unscored = (await show_targets(accept(sites, FakeModel(spec_of(PROBE)))))["profiles"]["rig"]
    assert (unscored["threshold"], unscored["follows"]) == (None, False)


async def test_every_change_is_on_the_record() -> None:
    sites = FakeSites()
    await change(sites, {"rig": 1})
    await change(sites, {"rig": 2})
    first, second = sites.audit
    assert (first["type"], first["siteId"], first["by"]) == ("alert-targets", NO_SITE, "Linus")
    assert second["before"] == first["after"]
    assert second["after"]["content"] == {"profiles": {"rig": 2.0}}


@pytest.mark.parametrize(
    ("profiles", "said"),
    [({"rig": 0}, "profiles.rig must lie between"), ({"fan": 1}, "there is no profile 'fan'")],
)
async def test_a_refused_change_changes_nothing(profiles: dict[str, Any], said: str) -> None:
    sites = FakeSites()
    with pytest.raises(InvalidRequestError, match=said):
        await change(sites, profiles)
    assert (sites.set, sites.audit) == ({}, [])


async def test_a_profile_that_has_gone_keeps_its_target_and_stops_no_change() -> None:
    sites = FakeSites()
    old = Entry({"profiles": {"fan": 3.0}}, "Ada", NOW)
    await sites.replace_setting(StoredSetting("alert-targets", NO_SITE, old, revision=1))
    await change(sites, {"rig": 1})
    assert sites.audit[-1]["after"]["content"] == {"profiles": {"fan": 3.0, "rig": 1.0}}
    await change(sites, {"fan": None})
    assert sites.audit[-1]["after"]["content"] == {"profiles": {"rig": 1.0}}


async def test_a_change_meant_for_another_state_is_refused() -> None:
    sites = FakeSites()
    await change(sites, {"rig": 1}, revision=0)
    with pytest.raises(OutdatedError, match="at revision 1 and not at 0: Linus set it last"):
        await change(sites, {"rig": 2}, revision=0)
