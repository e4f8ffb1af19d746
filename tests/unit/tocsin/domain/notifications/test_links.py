"""Links are addresses that the page takes."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.notifications.links import link_incident, link_incidents

PAGE_URL = "https://tocsin.example"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_links_are_spelled_as_the_page_spells_them() -> None:
    """dashboard/tests/incidents.test.ts holds the same two against the page's own reading."""
    assert link_incident(PAGE_URL, "hall & yard", "1-ä/2") == (
        "https://tocsin.example/#/incidents/1-%C3%A4%2F2?site=hall+%26+yard"
    )
    assert link_incidents(PAGE_URL, "north") == "https://tocsin.example/#/incidents?site=north"


def test_without_a_page_there_is_no_link() -> None:
    assert link_incident("", "north", "1") == link_incidents("", "north") == ""


@given(site_id=NAMES, incident_id=NAMES)
def test_any_name_is_found_again(site_id: str, incident_id: str) -> None:
    link = link_incident(PAGE_URL, site_id, incident_id)
    assert link.isprintable()
    assert " " not in link, "a mail program would end it there"
    path, _, query = link.partition("#/")[2].partition("?")
    assert unquote(path.partition("/")[2]) == incident_id
    assert parse_qs(query, keep_blank_values=True) == {"site": [site_id]}
