"""Whatever becomes of a document, its reader says so or gives a record: it never falls over."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.test_incident_ports import BY, make_incident, make_window
from tests.contract.test_notification_ports import BOARD, RULE, make_delivery
from tests.fakes.messages import NOW
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.incidents.actions import shelve
from tocsin.domain.incidents.documents import read_incident, write_incident
from tocsin.domain.incidents.policy import DEFAULT_POLICY
from tocsin.domain.incidents.window_documents import read_window, write_window
from tocsin.domain.notifications.documents import (
    read_board,
    read_delivery,
    write_board,
    write_delivery,
)
from tocsin.domain.notifications.rule import Switch
from tocsin.domain.notifications.rule_documents import (
    read_rule,
    read_switch,
    write_rule,
    write_switch,
)

Document = dict[str, Any]
Read = Callable[[Mapping[str, Any]], object]
Place = tuple[str | int, ...]
SHELVED = shelve(make_incident(), BY, until=NOW + 9, once=True, policy=DEFAULT_POLICY)
KINDS: dict[str, tuple[Document, Read]] = {
    "incident": (write_incident(SHELVED), read_incident),
    "window": (write_window(make_window()), read_window),
    "rule": (write_rule(RULE), read_rule),
    "switch": (write_switch("north", Switch(False, 5, 2, "ada", NOW)), read_switch),
    "board": (write_board("north", BOARD), read_board),
    "delivery": (write_delivery(make_delivery()), read_delivery),
}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1e300, "", "odd", [], [None], ["odd"], {}, {"odd": [[]]}]
)


def list_places(part: object, above: Place = ()) -> Iterator[Place]:
    """Where something stands in a document, from the top."""
    inner = part.items() if isinstance(part, dict) else ()
    numbered = enumerate(part) if isinstance(part, list) else ()
    for name, value in (*inner, *numbered):
        yield (*above, name)
        yield from list_places(value, (*above, name))


def put(document: Document, place: Place, value: object) -> Document:
    """A copy with *value* at *place*."""
    changed = copy.deepcopy(document)
    part: Any = changed
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    return changed


@pytest.mark.parametrize("kind", KINDS)
@given(drawn=st.data())
def test_a_reader_gives_a_record_or_names_the_damage(kind: str, drawn: st.DataObject) -> None:
    document, read = KINDS[kind]
    place = drawn.draw(st.sampled_from([*list_places(document)]))
    with suppress(DamagedDocumentError):
        read(put(document, place, drawn.draw(ODD)))


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("incident", ("severity",), "huge"),
        ("incident", ("process", "sources", 0, "alerts", 0), "odd"),
        ("window", ("recurrence", "zone"), "Nowhere/At_All"),
        ("rule", ("hours", "zone"), "Nowhere/At_All"),
        ("rule", ("hours", "spans", 0, "from"), "odd"),
        ("rule", ("steps", 0, "targets", 0, "channel"), "pigeon"),
        ("board", ("tickets", 0), None),
        ("delivery", ("kind",), "odd"),
    ],
)
def test_what_nobody_could_go_on_with_is_damage(kind: str, place: Place, value: object) -> None:
    document, read = KINDS[kind]
    with pytest.raises(DamagedDocumentError):
        read(put(document, place, value))
