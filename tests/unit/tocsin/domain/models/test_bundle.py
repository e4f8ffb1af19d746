from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import RIG
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle import BundleSpec, check_sha256, parse_bundle

GOOD: dict[str, Any] = {
    "format": 2,
    "profile": "rig",
    "version": "1-abc",
    "channels": ["speed_rpm", "heat_c"],
    "window": 6,
    "threshold": 4.5,
    "tail": {"level": 2.0, "peaks_per_day": 50, "shape": -0.1, "scale": 0.3},
    "hysteresis": {"raise_after": 3, "clear_after": 10},
    "cooldown_s": 60,
    "scaler": {"centre": [0, 0], "spread": [1, 1]},
    "program": {"file": "model.pt2", "sha256": "ab" * 32, "bytes": 5},
    "training": {},
    "calibration": {"usual_score": 0.8},
    "metrics": {},
}


def parse(document: object) -> BundleSpec:
    return parse_bundle(json.dumps(document).encode(), RIG)


def test_a_good_bundle_is_read() -> None:
    assert parse(GOOD) == BundleSpec(
        profile="rig",
        version="1-abc",
        channels=("speed_rpm", "heat_c"),
        window=6,
        threshold=4.5,
        tail=Tail(2.0, 50.0, -0.1, 0.3),
        usual_score=0.8,
        hysteresis=Hysteresis(3, 10),
        cooldown_s=60.0,
        program_file="model.pt2",
        program_sha256="ab" * 32,
    )


WRONG: dict[str, list[object]] = {
    "format": [1, 3, "2", 2.0, True, None],
    "profile": ["pump", 1, None],
    "version": [1, None, ["1"]],
    "channels": [["heat_c", "speed_rpm"], ["speed_rpm"], "speed_rpm", None, [1, 2]],
    "window": [7, 6.0, "6", True, None, float("inf"), 10**30],
    "threshold": [float("nan"), float("inf"), "4.5", True, None, 0, -1.0],
    "tail": [
        [],
        "none",
        {},
        {"level": 2.0, "peaks_per_day": 50, "shape": 0.1},
        {"level": 2.0, "peaks_per_day": 50, "shape": 0.1, "scale": "0.3"},
        {"level": 2.0, "peaks_per_day": 50, "shape": float("nan"), "scale": 0.3},
        {"level": 2.0, "peaks_per_day": 0, "shape": 0.1, "scale": 0.3},
        {"level": 2.0, "peaks_per_day": 50, "shape": 0.1, "scale": -0.3},
        {"level": 2.0, "peaks_per_day": 50, "shape": 1.0, "scale": 0.3},
    ],
    "cooldown_s": [-1, 86_401, "60", None, True, float("inf")],
    "calibration": [
        None,
        {},
        {"usual_score": 0},
        {"usual_score": None},
        {"usual_score": float("nan")},
    ],
    "hysteresis": [
        None,
        [],
        {"raise_after": 3},
        {"raise_after": 0, "clear_after": 1},
        {"raise_after": 3, "clear_after": -1},
        {"raise_after": 1.5, "clear_after": 1},
        {"raise_after": True, "clear_after": 1},
    ],
    "program": [None, "model.pt2", {"file": "model.pt2"}, {"sha256": "ab"}, {"file": 1}],
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_field_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidBundleError) as caught:
        parse({**GOOD, name: value})
    text = str(caught.value)
    parts = {
        "hysteresis": ["raise_after", "clear_after"],
        "program": ["file", "sha256"],
        "tail": ["level", "peaks_per_day", "shape", "scale"],
        "calibration": ["usual_score"],
    }
    assert "'rig'" in text
    assert any(word in text for word in [name, *parts.get(name, [])])


@pytest.mark.parametrize("name", [name for name in WRONG if name != "tail"])
def test_a_missing_field_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidBundleError, match=f"{name} is None"):
        parse({key: value for key, value in GOOD.items() if key != name})


def test_a_calibration_that_found_no_tail_has_none() -> None:
    assert parse({**GOOD, "tail": None}).tail is None


def test_another_format_is_named_before_what_it_lacks() -> None:
    old = {name: value for name, value in GOOD.items() if name not in {"tail", "cooldown_s"}}
    with pytest.raises(InvalidBundleError, match="format is 1, this system reads 2; train it"):
        parse({**old, "format": 1})


BEYOND_FLOAT = json.dumps({**GOOD, "threshold": 10**400}).encode()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"1", b"\xff", b"[" * 100_000, BEYOND_FLOAT])
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidBundleError, match="'rig' is malformed"):
        parse_bundle(content, RIG)


@given(st.sampled_from(sorted(GOOD)), st.recursive(st.none() | st.floats() | st.text(), st.lists))
def test_any_change_is_parsed_or_refused(name: str, value: object) -> None:
    free = {"scaler", "training", "metrics", "tail", "cooldown_s"}
    try:
        spec: BundleSpec | None = parse({**GOOD, name: value})
    except InvalidBundleError:
        spec = None
    assert (spec is None) or name in free | {"version", "threshold", "format", "profile"}


def test_a_hash_is_checked() -> None:
    check_sha256(b"abc", hashlib.sha256(b"abc").hexdigest(), "x")
    with pytest.raises(InvalidBundleError, match=r"model\.pt2 has SHA-256 .* publish"):
        check_sha256(b"abd", hashlib.sha256(b"abc").hexdigest(), "model.pt2")
