"""What operators do about an incident: each a pure change, on the record.

What is already so is left alone, so that a request that is sent again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tocsin.domain.errors import ConflictError, InvalidRequestError
from tocsin.domain.incidents.handling import Handling
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.policy import Policy
from tocsin.domain.incidents.suppression import Shelf


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when (ms, our clock), and what they say about it."""

    by: str
    at: int
    comment: str = ""


def acknowledge(incident: Incident, act: Act) -> Incident:
    """Somebody has it. Raises ConflictError where it is closed."""
    if incident.handling.state == "acknowledged":
        return incident
    _check_open(incident)
    return _handle(incident, Handling("acknowledged", act.by, act.at), act)


def close(incident: Incident, act: Act, *, force: bool) -> Incident:
    """It is over. Raises ConflictError where it is active and *force* was not given."""
    if incident.handling.is_closed:
        return incident
    is_active = incident.process.is_active
    if is_active and not force:
        raise ConflictError(
            "the incident is still active; wait until it clears, or close it with force"
        )
    handling = Handling("closed", act.by, act.at, forced=is_active)
    unshelved = replace(incident, suppression=replace(incident.suppression, shelf=None))
    return _handle(unshelved, handling, act)


def shelve(incident: Incident, act: Act, *, until: int, once: bool, policy: Policy) -> Incident:
    """Put it aside until a time (ms, our clock), or until it clears where that comes first.

    Raises InvalidRequestError for a time that is past or too far ahead.
    """
    _check_open(incident)
    lasting_ms = until - act.at
    if not 0 < lasting_ms <= policy.longest_shelf_ms:
        minutes = policy.longest_shelf_ms // 60_000
        raise InvalidRequestError(
            f"a shelf ends within {minutes} minutes from now, not {lasting_ms // 60_000} from now"
        )
    shelf = Shelf(act.by, act.at, until, once)
    before = incident.suppression.shelf
    if before is not None and (before.until, before.once) == (until, once):
        return incident
    after = replace(incident, suppression=replace(incident.suppression, shelf=shelf))
    return after.tell(
        "shelved", act.at, act.by, act.comment, before=_say(before), after=_say(shelf)
    )


def unshelve(incident: Incident, act: Act) -> Incident:
    """Take it back; what it is then, it says by itself when it is tended next."""
    before = incident.suppression.shelf
    if before is None:
        return incident
    after = replace(incident, suppression=replace(incident.suppression, shelf=None))
    return after.tell("unshelved", act.at, act.by, act.comment, before=_say(before))


def add_comment(incident: Incident, act: Act) -> Incident:
    return incident.tell("commented", act.at, act.by, act.comment)


def add_verdict(incident: Incident, act: Act, verdict: str) -> Incident:
    """Somebody said what its alerts were worth: so they have it, and what has cleared is over.

    verdict: what was said and what follows, in words.
    """
    told = any(
        entry.what == "judged" and entry.after == verdict for entry in incident.timeline.entries
    )
    judged = (
        incident if told else incident.tell("judged", act.at, act.by, act.comment, after=verdict)
    )
    if judged.handling.is_closed:
        return judged
    if not judged.process.is_active:
        return close(judged, replace(act, comment=""), force=False)
    return acknowledge(judged, replace(act, comment=""))


def _handle(incident: Incident, handling: Handling, act: Act) -> Incident:
    after = replace(incident, handling=handling)
    outcome = f"{handling.state}, although active" if handling.forced else handling.state
    return after.tell(
        handling.state,
        act.at,
        act.by,
        act.comment,
        before=incident.handling.state,
        after=outcome,
    )


def _check_open(incident: Incident) -> None:
    if incident.handling.is_closed:
        raise ConflictError("the incident is closed; the next alert opens another")


def _say(shelf: Shelf | None) -> str | None:
    if shelf is None:
        return None
    return f"until {shelf.until}" + (" or until it clears" if shelf.once else "")
