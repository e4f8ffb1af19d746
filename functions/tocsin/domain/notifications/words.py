"""What a message says to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.severity import LEVELS
from tocsin.domain.incidents.words import describe_incident, describe_time
from tocsin.domain.notifications.delivery import Delivery, Kind
from tocsin.domain.notifications.links import link_incident, link_incidents

DIGEST_FROM = 4  # from so many incidents on the subject counts them
LONGEST_SUBJECT = 150
_HEADS: Mapping[Kind, str] = {
    "opened": "",
    "reminder": "Still open: ",
    "escalated": "Nobody acknowledged: ",
    "ended": "Ended: ",
    "notice": "",
    "test": "",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One message, ready to send.

    incidents: those that it is about. page_url: where the page is; "" where nobody said so.
    """

    delivery_id: str
    site_id: str
    rule_id: str
    kind: Kind
    subject: str
    text: str
    incidents: tuple[Incident, ...] = ()
    page_url: str = ""

    def find_link(self, incident: Incident) -> str:
        """Where the page shows *incident*; empty where nobody said where the page is."""
        return link_incident(self.page_url, self.site_id, incident.incident_id)


def write_note(
    delivery: Delivery, incidents: Sequence[Incident], now_ms: int, page_url: str = ""
) -> Note:
    """incidents: those of the delivery; none for one that says its own text."""
    subject, text = delivery.subject, delivery.text
    if incidents:
        ordered = sorted(incidents, key=lambda each: -LEVELS.index(each.severity))
        head = _HEADS[delivery.kind]
        subject = f"[{delivery.site_id}] {head}{_summarise(ordered)}"
        lines = _list_lines(ordered, now_ms, page_url)
        text = "\n".join([*lines, "", f"Rule {delivery.rule_id} of site {delivery.site_id}."])
    return Note(
        delivery.delivery_id,
        delivery.site_id,
        delivery.rule_id,
        delivery.kind,
        _cut(subject),
        text,
        tuple(incidents),
        page_url,
    )


def _summarise(incidents: Sequence[Incident]) -> str:
    """The worst one in words, or how many there are of each severity."""
    if len(incidents) >= DIGEST_FROM:
        counts = [
            f"{count} {level}"
            for level in reversed(LEVELS)
            if (count := sum(each.severity == level for each in incidents))
        ]
        return f"{len(incidents)} incidents ({', '.join(counts)})"
    more = f", and {len(incidents) - 1} more" if len(incidents) > 1 else ""
    return f"{incidents[0].severity}: {describe_incident(incidents[0])}{more}"


def _list_lines(incidents: Sequence[Incident], now_ms: int, page_url: str) -> list[str]:
    """A line for each, below it where the page shows it; of many, where it shows all of them."""
    is_digest = len(incidents) >= DIGEST_FROM
    lines: list[str] = []
    for incident in incidents:
        link = link_incident(page_url, incident.site_id, incident.incident_id)
        lines.append(_describe(incident, now_ms))
        lines += [f"  {link}"] if link and not is_digest else []
    link = link_incidents(page_url, incidents[0].site_id)
    return [*lines, "", link] if link and is_digest else lines


def _describe(incident: Incident, now_ms: int) -> str:
    clear_at = incident.process.clear_at
    lasting = describe_time(incident.opened_at, now_ms if clear_at is None else clear_at)
    by = f", acknowledged by {incident.handling.by}" if _is_acknowledged(incident) else ""
    return f"- {incident.severity}: {describe_incident(incident)}; {lasting}{by}"


def _is_acknowledged(incident: Incident) -> bool:
    return incident.handling.state == "acknowledged"


def _cut(subject: str) -> str:
    """One line that a mail can have as its subject."""
    printable = "".join(letter if letter.isprintable() else " " for letter in subject)
    return (
        printable if len(printable) <= LONGEST_SUBJECT else f"{printable[: LONGEST_SUBJECT - 1]}…"
    )
