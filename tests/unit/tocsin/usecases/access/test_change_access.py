"""An admin changes who may see and act where: merged, checked, on the record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.messages import NOW
from tests.fakes.sites import FakeClock, FakeSites
from tocsin.domain.errors import InvalidRequestError, OutdatedError
from tocsin.domain.settings.site_settings import NO_SITE, Entry, StoredSetting
from tocsin.usecases.access.change_access import change_access, show_access

ADA = {"name": "Ada", "sites": {"north": "act"}}


async def change(sites: FakeSites, patch: dict[str, Any], **parts: Any) -> dict[str, Any]:  # noqa: ANN401 (any part)
    return await change_access(patch, admin="Linus", settings=sites, now_ms=FakeClock(NOW), **parts)


async def test_what_is_shown_first_is_the_default() -> None:
    assert await show_access(FakeSites()) == {
        "revision": 0, "setBy": None, "setAt": None, "others": {"*": "act"}, "people": {},
    }  # fmt: skip


async def test_a_patch_is_merged_into_what_is_shown() -> None:
    sites = FakeSites()
    await change(sites, {"people": {"ada-1": ADA}})
    shown = await change(
        sites, {"others": {"*": None, "south": "see"}, "people": {"ada-1": {"sites": {"x": "see"}}}}
    )
    assert shown["others"] == {"south": "see"}
    assert shown["people"] == {"ada-1": {"name": "Ada", "sites": {"north": "act", "x": "see"}}}
    assert (shown["revision"], shown["setBy"], shown["setAt"]) == (2, "Linus", NOW)
    assert await show_access(sites) == shown
    assert (await change(sites, {"people": {"ada-1": None}}))["people"] == {}


async def test_every_change_is_on_the_record() -> None:
    sites = FakeSites()
    await change(sites, {"people": {"ada-1": ADA}})
    await change(sites, {"others": {"*": "see"}})
    first, second = sites.audit
    assert (first["type"], first["siteId"], first["by"]) == ("access", NO_SITE, "Linus")
    assert first["before"] is None
    assert second["before"] == first["after"]
    assert second["after"]["content"] == {"others": {"*": "see"}, "people": {"ada-1": ADA}}


async def test_a_refused_patch_changes_nothing() -> None:
    sites = FakeSites()
    with pytest.raises(InvalidRequestError):
        await change(sites, {"people": {"": ADA}})
    assert (sites.set, sites.audit) == ({}, [])


async def test_a_change_meant_for_another_state_is_refused() -> None:
    sites = FakeSites()
    await change(sites, {"others": {"*": "see"}}, revision=0)
    with pytest.raises(OutdatedError, match="at revision 1 and not at 0: Linus set it last"):
        await change(sites, {"others": {"*": "act"}}, revision=0)
    assert (await change(sites, {"others": {"*": "act"}}, revision=1))["revision"] == 2


async def test_who_was_faster_is_not_overwritten_unseen() -> None:
    sites = FakeSites()
    other = Entry({"others": {"south": "see"}, "people": {}}, "Margaret", NOW)
    sites.meanwhile.append(StoredSetting("access", NO_SITE, other, revision=1))
    with pytest.raises(OutdatedError, match="Margaret set it last"):
        await change(sites, {"others": {"*": "act"}}, revision=0)
    assert (await change(sites, {"others": {"x": "see"}}))["others"] == {"south": "see", "x": "see"}
