"""What a message says."""

from __future__ import annotations

from tests.contract.test_incident_ports import make_incident
from tests.fakes.messages import NOW
from tests.fakes.services import PAGE_URL
from tests.unit.tocsin.usecases.notifications.notify_plant import ADA
from tocsin.domain.incidents.actions import Act, acknowledge
from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.words import LONGEST_SUBJECT, write_note


def make_delivery(**fields: object) -> Delivery:
    made: dict[str, object] = {
        "delivery_id": "1-a", "site_id": "north", "rule_id": "shift", "kind": "opened",
        "target": ADA, "incident_ids": (), "created_at": NOW, "next_at": NOW, **fields,
    }  # fmt: skip
    return Delivery(**made)  # type: ignore[arg-type]  # as above


def test_one_incident_is_in_the_subject_with_its_cause() -> None:
    note = write_note(make_delivery(), [make_incident()], NOW + 90_000)
    assert note.subject.startswith("[north] low: rig-1: heat_c 71.9, usually 20 to 60; 75 % of")
    assert note.text.splitlines()[0].endswith("for 90 s")
    assert note.text.splitlines()[-1] == "Rule shift of site north."


def test_kinds_are_told_apart_in_the_subject() -> None:
    again = write_note(make_delivery(kind="reminder"), [make_incident()], NOW)
    assert again.subject.startswith("[north] Still open: low: rig-1")
    ended = acknowledge(make_incident(), Act("ada", NOW))
    note = write_note(make_delivery(kind="ended"), [ended], NOW)
    assert note.subject.startswith("[north] Ended: low: rig-1")
    assert "acknowledged by ada" in note.text


def test_many_are_counted_by_severity_and_each_has_its_line() -> None:
    incidents = [make_incident(f"rig-{n}", NOW + n) for n in range(12)]
    note = write_note(make_delivery(), incidents, NOW)
    assert note.subject == "[north] 12 incidents (12 low)"
    assert len(note.text.splitlines()) == 14
    few = write_note(make_delivery(), incidents[:3], NOW)
    assert few.subject.endswith(", and 2 more") or len(few.subject) == LONGEST_SUBJECT


def test_each_incident_is_linked_to_and_many_by_their_list() -> None:
    incidents = [make_incident(f"rig-{n}", NOW + n) for n in range(4)]
    note = write_note(make_delivery(), incidents[:2], NOW, PAGE_URL)
    assert note.text.splitlines()[1::2][:2] == [
        f"  {note.find_link(each)}" for each in incidents[:2]
    ]
    assert note.find_link(incidents[0]).startswith(f"{PAGE_URL}/#/incidents/")
    digest = write_note(make_delivery(), incidents, NOW, PAGE_URL).text
    assert digest.count("http") == 1
    assert f"\n\n{PAGE_URL}/#/incidents?site=north\n" in digest


def test_nothing_is_linked_to_where_nobody_said_where_the_page_is() -> None:
    for count in (1, 4):
        incidents = [make_incident(f"rig-{n}", NOW + n) for n in range(count)]
        assert "#/" not in write_note(make_delivery(), incidents, NOW).text


def test_a_subject_is_one_line_of_bounded_length() -> None:
    note = write_note(make_delivery(subject="a\r\nBcc: x@y\n" + "b" * 500, text="t"), [], NOW)
    assert len(note.subject) == LONGEST_SUBJECT
    assert note.subject.isprintable()
