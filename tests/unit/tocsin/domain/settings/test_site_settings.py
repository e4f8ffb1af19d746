"""A setting carries the change that led to it, and the id of that change's record."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tocsin.domain.settings.site_settings import Entry, StoredSetting, revise

PAUSE, RESUME = Entry({"paused": True}, "ada", NOW), Entry({"paused": False}, "grace", NOW)
# As it was stored before settings carried their change.
OLD: dict[str, Any] = {
    "id": "optimiser:north",
    "type": "optimiser",
    "siteId": "north",
    "content": {"paused": True},
    "setBy": "ada",
    "setAt": NOW,
}


def test_a_setting_comes_out_as_it_went_in() -> None:
    setting = revise(revise(None, "optimiser", "north", PAUSE), "optimiser", "north", RESUME)
    document = setting.to_document()
    assert StoredSetting.from_document(json.loads(json.dumps(document))) == setting
    assert (document["content"], document["before"]["content"], document["revision"]) == (
        {"paused": False},
        {"paused": True},
        2,
    )


def test_a_setting_of_an_older_version_is_read_and_revised() -> None:
    old = StoredSetting.from_document(OLD, etag="7")
    assert (old.entry, old.before, old.revision) == (PAUSE, None, 0)
    assert OLD.items() <= old.to_document().items()
    new = revise(old, "optimiser", "north", RESUME)
    assert (new.before, new.revision, new.etag) == (PAUSE, 1, "7")


ENTRIES = st.builds(
    Entry,
    st.dictionaries(st.sampled_from(["paused", "silentAfterS"]), st.booleans()),
    st.sampled_from(["ada", "grace"]),
    st.integers(NOW, NOW + 2),
)


@given(st.lists(ENTRIES, min_size=1, max_size=6))
def test_records_make_a_chain_without_gaps_whatever_the_clock_shows(entries: list[Entry]) -> None:
    stored: dict[str, Any] | None = None
    records: list[dict[str, Any]] = []
    for entry in entries:
        before = None if stored is None else StoredSetting.from_document(stored)
        setting = revise(before, "optimiser", "north", entry)
        records.append(setting.to_audit())
        stored = json.loads(json.dumps(setting.to_document()))
    assert len({record["id"] for record in records}) == len(entries)
    assert [record["before"] for record in records[1:]] == [
        record["after"] for record in records[:-1]
    ]


def test_changes_of_the_same_millisecond_have_records_of_their_own() -> None:
    first = revise(None, "optimiser", "north", PAUSE)
    second = revise(first, "optimiser", "north", RESUME)
    assert first.to_audit()["id"] == f"{NOW}-optimiser:north-1"
    assert second.to_audit() == {
        "id": f"{NOW}-optimiser:north-2",
        "type": "optimiser",
        "siteId": "north",
        "by": "grace",
        "at": NOW,
        "before": PAUSE.to_document(),
        "after": RESUME.to_document(),
    }
