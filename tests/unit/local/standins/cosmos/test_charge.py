from __future__ import annotations

import json
from typing import Any

import pytest

from local.prepare import INDEXED, make_index, make_narrow_index
from local.standins.cosmos.charge import write_charge

DOCUMENT = json.dumps(
    {"id": "1", "deviceId": "d", "t": [1, 2, 3], "channels": {"a": [1, 2, 3], "b": [4, 5, 6]}}
)


def charge(policy: dict[str, Any]) -> float:
    return write_charge(DOCUMENT, {"indexingPolicy": policy})


@pytest.mark.parametrize(
    ("policy", "values"),
    [
        ({}, 11),
        (make_index(["t", "channels"]), 2),
        (make_index(["channels"]), 5),
        (make_index(['"channels"']), 5),
        ({"indexingMode": "none"}, 0),
        ({"excludedPaths": [{"path": "/*"}], "includedPaths": [{"path": "/id/?"}]}, 1),
    ],
)
def test_a_write_costs_what_its_indexed_values_cost(policy: dict[str, Any], values: int) -> None:
    assert charge(policy) == pytest.approx(5.5 + 0.13 * values, abs=0.006)


def test_no_message_column_is_paid_for_in_the_index() -> None:
    indexed = INDEXED["readings"]
    assert charge(make_narrow_index(indexed)) == pytest.approx(5.5 + 0.13 * len(indexed), abs=0.006)
