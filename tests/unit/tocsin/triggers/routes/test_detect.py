"""Any JSON may come as a record: each gets its answer, and nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.keys_of_people import make_key, text_of
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import VIEWER, answer, call

STEADY = [1.0] * 6
parts = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
sent_records = st.recursive(
    parts,
    lambda inner: (
        st.lists(inner, max_size=7)
        | st.dictionaries(st.sampled_from(["speed_rpm", "heat_c", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


async def ask(plant: Plant, *records: object) -> list[dict[str, Any]]:
    body = {"profile": "rig", "records": [*records]}
    status, content = await call(plant, "detect", principal=VIEWER, body=body)
    assert status == 200, content
    results: list[dict[str, Any]] = content["results"]
    return results


async def test_records_are_scored_and_nothing_is_stored() -> None:
    plant = Plant()
    (found,) = await ask(plant, {"speed_rpm": [1, 1, 1, 1, 1, 90], "heat_c": STEADY})
    assert found.keys() == {"score", "anomalous", "contributions", "sensors"}
    assert found["anomalous"]
    assert found["contributions"]["speed_rpm"] > 0.9
    assert plant.store.snapshot() == Plant().store.snapshot()
    assert plant.live.sent == []


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"speed_rpm": "fast"}, "'speed_rpm' must be a number or a list of numbers"),
        ({"speed_rpm": True}, "'speed_rpm' must be a number"),
        ({"heat_c": 1.0, "speed_rpm": [1, "x"]}, "'speed_rpm' must be a number"),
        ({"speed_rpm": {"a": 1}}, "'speed_rpm' must be a number"),
        ([1, 2], "it must be an object"),
        (None, "it must be an object"),
        ("x", "it must be an object"),
        ({}, "it has no channel"),
        ({"speed_rpm": 10**400}, "'speed_rpm' must be a number"),
    ],
)
async def test_a_bad_record_says_what_is_wrong_and_the_rest_are_scored(
    record: object, said: str
) -> None:
    good = {"heat_c": STEADY}
    first, bad, last = await ask(Plant(), good, record, good)
    assert bad.keys() == {"error"}
    assert said in bad["error"]
    assert first == last
    assert "score" in first


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sent_records, min_size=1, max_size=4))
async def test_each_of_any_records_is_answered(records: list[object]) -> None:
    found = await ask(Plant(), *records)
    assert len(found) == len(records)
    assert all(("error" in result) != ("score" in result) for result in found)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"profile": "rig", "records": [{"heat_c": 1, "heat_c": 2}]}', "'heat_c' is given more"),
        (b'{"profile": "rig", "records": [{"heat_c": [1], "heat_c": [2]}]}', "'heat_c' is given"),
        (b'{"profile": "rig", "profile": "rig", "records": [{}]}', "'profile' is given more"),
        (b'{"records": [1], "profile": "rig", "records": [{}]}', "'records' is given more"),
        (b'{"profile": "rig", "records": [{"heat_c": NaN}]}', "NaN is no number of JSON"),
        (b'{"profile": "rig", "records": [{"heat_c": 1}', "the body is no JSON"),
        (b'{"profile": "rig", "records": [{"heat_c": 01}]}', "the body is no JSON"),
        (b'{"profile": "rig", "records": [{"\xff": 1}]}', "the body is no JSON"),
        (b'{"profile": "rig", "records": []}', "records must have 1 to 1000 entries"),
        (b'{"profile": "rig", "record": [1]}', "the key 'record' is unknown"),
        (b'{"profile": 7, "records": [1]}', "profile must be"),
        (b'[{"profile": "rig"}]', "the body must be a JSON object"),
        (b'{"profile": "rig", "records": [' + b"[" * 100_000, "the body is no JSON"),
    ],
)
async def test_a_body_that_is_wrong_is_read_to_the_fault(body: bytes, said: str) -> None:
    """However quickly the numbers of a sound one are read."""
    status, content = await call(Plant(), "detect", principal=VIEWER, body=body)
    assert status == 400
    assert said in content["detail"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (b'{"a\\"b": 1}', "there is no channel 'a\"b'"),
        (b'{"heat_c": 1e400}', "too large"),
        (b'{"heat\\u005fc": [1, 1, 1, 1, 1]}', "it has 5 readings"),
    ],
)
async def test_what_is_written_oddly_means_the_same(record: bytes, said: str) -> None:
    body = b'{"profile":"rig","records":[' + record + b"]}"
    status, content = await call(Plant(), "detect", principal=VIEWER, body=body)
    assert status == 200
    assert said in content["results"][0]["error"]


async def test_a_program_needs_a_key_for_it() -> None:
    plant = Plant()
    for number, scope, expected in ((1, "detect", 200), (2, "read", 403)):
        key = make_key(number, scope)  # type: ignore[arg-type]  # a text of the tuple
        plant.keys.add(key)
        found = await answer(
            plant.services(), "detect", method="POST", route={},
            headers={"X-Api-Key": text_of(key), "Content-Type": "application/json"},
            body=b'{"profile": "rig", "records": [{"heat_c": [1, 1, 1, 1, 1, 1]}]}',
        )  # fmt: skip
        assert found.status_code == expected
