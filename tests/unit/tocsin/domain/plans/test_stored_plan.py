"""A plan comes out of the database as it went in, key by key and in the same sequence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.plans import delivery_document, open_plan, plan_document, stored_plan
from tocsin.domain.plans.site_standing import SiteStanding
from tocsin.domain.plans.stored_plan import StoredPlan

STANDING: dict[str, Any] = {
    "id": "standing",
    "type": "standing",
    "siteId": "north",
    "version": 7,
    "checkedAt": 1_795_332_074_190,
    "outcome": "unchanged",
    "devices": {
        "cell-1": {
            "speed": 0.4,
            "backgroundPct": 9.1,
            "basis": "3 x 5 readings",
            "betterSince": None,
            "oddSince": 1_795_332_074_000,
            "relapses": [1_795_332_070_000],
            "silent": False,
            "returns": [],
            "since": 1_795_332_000_000,
        }
    },
    "moves": [
        {"t": 1_795_332_073_000, "version": 7, "taskId": "a", "from": "cell-1", "to": "cell-2"}
    ],
    "brokenPromises": 1,
    "promise": {"version": 7, "madeAt": 1_795_332_073_000, "answersMs": {"cell-2": 80.5}},
    "hold": {"since": 1_795_332_074_000, "until": 1_795_332_374_000, "reason": "plan 6 did not"},
    "recalledAt": 1_795_332_072_000,
    "shed": [{"taskId": "b", "since": 1_795_332_073_000, "why": "cell-1 is full", "backAt": None}],
    "notes": ["no device was heard lately"],
}
FIGURES = ("status", "objective", "bound", "staying", "gap", "wallS", "violations")


def test_a_plan_is_stored_byte_for_byte_as_it_was_read() -> None:
    document = plan_document(7)
    assert json.dumps(StoredPlan.from_document(document).to_document()) == json.dumps(document)


def test_orders_keep_the_sequence_in_which_they_are_sent() -> None:
    assert [*stored_plan(7).orders] == ["cell-2", "cell-1"]


@pytest.mark.parametrize(
    ("state", "is_open", "is_under_way"),
    [
        ("pending", True, True),
        ("sent", True, True),
        ("late", True, True),
        ("failed", True, False),
        ("confirmed", False, False),
        ("superseded", False, False),
    ],
)
def test_a_plan_is_open_while_a_device_has_yet_to_obey(
    state: str, is_open: bool, is_under_way: bool
) -> None:
    plan = stored_plan(7, deliveries={"cell-2": delivery_document(7, state=state)})
    assert (plan.is_open, plan.is_under_way) == (is_open, is_under_way)
    assert plan.to_document()["open"] is is_open


def test_a_summary_leaves_the_details_out() -> None:
    left_out = plan_document(7).keys() - open_plan(7).to_summary().keys()
    assert left_out == {"allocation", "devices", "orders", "ttl"}


@pytest.mark.parametrize("figures", [{}, {name: plan_document(7)[name] for name in FIGURES}])
def test_how_a_site_stands_is_stored_as_it_was_read(figures: dict[str, Any]) -> None:
    document = STANDING | figures
    assert json.dumps(SiteStanding.from_document(document).to_document()) == json.dumps(document)
