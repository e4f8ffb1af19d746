"""Verdicts of comparisons: kept, read back, and never taken for what they are not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_model.release.verdict import UnfitError, check_fit, read_folder_verdict, write_verdict
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle_verdict import VERDICT_FILE, Verdict, parse_verdict

UNFIT = Verdict(
    profile="pump",
    version="1-b",
    active="1-a",
    compared_at=datetime(2026, 11, 27, 13, 5, tzinfo=UTC),
    fit=False,
    reasons=("3.20 alerts a device and day that nobody confirmed", "1 of 4 alerts are lost"),
    device_days=6.5,
    target_per_day=0.5,
)


@given(
    reasons=st.lists(st.text()),
    days=st.floats(0, 1e6),
    compared_at=st.integers(0, 4_000_000_000_000),
)
def test_a_verdict_reads_back_as_it_was_written(
    reasons: list[str], days: float, compared_at: int
) -> None:
    moment = datetime.fromtimestamp(compared_at / 1_000, tz=UTC)
    verdict = replace(
        UNFIT, fit=not reasons, reasons=tuple(reasons), device_days=days, compared_at=moment
    )
    content = json.dumps(verdict.document()).encode()
    assert parse_verdict(content, "here").document() == verdict.document()


@pytest.mark.parametrize(
    "content",
    [b"", b"{half", b"[]", b"null", b"{}", b"[" * 100_000, b"\xff"]
    + [
        json.dumps({**UNFIT.document(), **change}).encode()
        for change in (
            {"compared_at": "now"},
            {"compared_at": 1e400},
            {"compared_at": 10**30},
            {"reasons": 3},
            {"device_days": None},
        )
    ],
)
def test_what_is_no_verdict_is_named_and_not_taken_for_a_good_one(content: bytes) -> None:
    with pytest.raises(InvalidBundleError, match=r"models/pump/1-b/verdict\.json holds no verdict"):
        parse_verdict(content, "models/pump/1-b/verdict.json")


def test_only_a_plain_yes_is_fit() -> None:
    content = json.dumps({**UNFIT.document(), "fit": "no"}).encode()
    assert not parse_verdict(content, "here").fit


def test_a_refusal_names_the_verdict_the_date_and_the_figures() -> None:
    with pytest.raises(UnfitError) as refused:
        check_fit(UNFIT)
    assert str(refused.value) == (
        "pump 1-b was called not fit on 2026-11-27 13:05 UTC, held against 1-a on 6.5 device-days, "
        "0.5 false alerts allowed a device and day; 3.20 alerts a device and day that nobody "
        "confirmed; 1 of 4 alerts are lost"
    )
    check_fit(replace(UNFIT, fit=True, reasons=()))
    check_fit(None)


def test_a_folder_keeps_the_verdict_on_its_own_version_only(tmp_path: Path) -> None:
    assert read_folder_verdict(tmp_path, "1-b") is None
    write_verdict(tmp_path, UNFIT)
    assert read_folder_verdict(tmp_path, "1-b") == UNFIT
    assert read_folder_verdict(tmp_path, "1-c") is None, "trained again since"
    (tmp_path / VERDICT_FILE).write_text("{}")
    with pytest.raises(InvalidBundleError, match="compare the bundle again"):
        read_folder_verdict(tmp_path, "1-b")
