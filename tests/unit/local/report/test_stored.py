"""What earlier runs left is not part of this one's account."""

from __future__ import annotations

from typing import Any

from local.report.stored import ANSWERS, Stored, unpack_all
from tests.fakes.records import decided_message
from tocsin.domain.packing.messages import pack_message


def make_documents(*ids: str, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (any field)
    return [{"deviceId": "a", "siteId": "north", "id": id_, **fields} for id_ in ids]


def test_what_was_there_before_is_left_out() -> None:
    earlier = Stored(
        readings=make_documents("1-0"),
        answers=make_documents("1-0"),
        alerts=make_documents("1-raised"),
        plans=make_documents("plan-1"),
        incidents=make_documents("1-a"),
        dead_letters=frozenset({"old.json"}),
    )
    now = Stored(
        readings=make_documents("1-0", "9-0"),
        answers=make_documents("1-0", "9-0"),
        alerts=make_documents("1-raised", "9-raised"),
        plans=make_documents("plan-1", "plan-2"),
        incidents=make_documents("1-a", "9-b"),
        dead_letters=frozenset({"old.json", "new.json"}),
    )
    assert now.without(earlier) == Stored(
        readings=make_documents("9-0"),
        answers=make_documents("9-0"),
        alerts=make_documents("9-raised"),
        plans=make_documents("plan-2"),
        incidents=make_documents("9-b"),
        dead_letters=frozenset({"new.json"}),
    )
    assert now.without(Stored()) == now


def test_the_same_id_of_another_device_is_another_document() -> None:
    earlier = Stored(readings=make_documents("1-0"))
    other = {"deviceId": "b", "id": "1-0"}
    assert Stored(readings=[other]).without(earlier).readings == [other]


def test_answers_are_in_order_of_time_without_those_that_are_missing() -> None:
    late, early = (
        make_documents("2-1", t=[3, 4], response_ms=[30.0, None]),
        make_documents("1-0", t=[1, 2], response_ms=[10.0, 20.0]),
    )
    assert Stored(answers=[*late, *early]).list_answers() == {
        "a": [(1, 10.0), (2, 20.0), (3, 30.0)]
    }


def test_packed_messages_are_read_and_such_as_are_not() -> None:
    message = decided_message([1, 2], channels={ANSWERS: [10.0, None]}).to_document()
    earlier = {"deviceId": "a", "id": "1-0", "t": [1_000]}
    readings, answers = unpack_all([pack_message(message), earlier])
    first = {"deviceId": "rig-1", "id": "1-0", "t": [1, 2]}
    assert readings == [first, earlier]
    assert answers == [{**first, ANSWERS: [10.0, None]}]
