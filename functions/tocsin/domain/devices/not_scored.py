"""Why the newest reading of a device has no score: known, or said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.behaviour.rhythm import SLOWEST, Rhythm
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.models.bundle import BundleSpec
from tocsin.domain.profile import Profile
from tocsin.domain.states.rule import State
from tocsin.domain.stored import take_field, take_part


@dataclass(frozen=True, slots=True)
class NotScored:
    """``reason``: a code of docs/formats.md. ``text``: the same for people."""

    reason: str
    text: str

    def to_document(self) -> dict[str, str]:
        return {"reason": self.reason, "text": self.text}


def read_not_scored(document: Mapping[str, Any]) -> NotScored | None:
    """That of a ``devices`` document. Raises DamagedDocumentError."""
    part = take_part(document, "notScored")
    if part is None:
        return None
    return NotScored(take_field(part, "reason", str), take_field(part, "text", str))


_RESTING = {
    "off": "it is off",
    "idle": "it idles, and what is usual then is not known yet",
    "starting": "it has just started: a window still holds other readings, or no start is known",
}


def explain(
    spec: BundleSpec | None,
    score: float | None,
    rhythm: Rhythm,
    message: Message,
    resting: State | None = None,
) -> NotScored | None:
    """Why the newest reading of *message* has no *score*; None where it has one. *resting*: the
    operating state for which it is left out."""
    if score is not None:
        return None
    profile = message.profile
    if resting is not None:
        reason = resting if resting in _RESTING else "starting"
        return NotScored(reason, _RESTING[reason])
    if spec is None:
        return NotScored("no-model", f"no model is active for profile {profile.name}")
    step_ms = rhythm.period or max(_find_step(message), rhythm.other if rhythm.told > 1 else 0)
    if rhythm.judge(profile) == "unfit" or step_ms > profile.longest_silence_ms:
        return NotScored("other-period", say_period(step_ms / 1_000, profile))
    if rhythm.bursts > 1:
        return NotScored(
            "bursts",
            f"its readings come in bursts of fewer than {profile.window}, and so many in a row, "
            f"without a silence of {profile.longest_silence_ms / 1_000:g} s, make a window of "
            f"profile {profile.name}",
        )
    return NotScored(
        "warming-up",
        f"a window of profile {profile.name} takes {profile.window} readings in a row; "
        f"there are {rhythm.stretch}",
    )


def explain_late(
    spec: BundleSpec | None,
    score: float | None,
    message: Message,
    resting: State | None = None,
) -> NotScored | None:
    """Why the newest reading of a *message* that came late has no *score*; None where it has one.
    Its score is by what was known when it came. What is judged once its gap is filled are alerts
    (lateness)."""
    if score is not None:
        return None
    if resting is not None or spec is None:
        return explain(spec, score, Rhythm(), message, resting)
    profile, step_ms = message.profile, _find_step(message)
    if step_ms > SLOWEST * profile.period_ms:
        return NotScored("other-period", say_period(step_ms / 1_000, profile))
    return NotScored(
        "late",
        f"it came after newer readings, when fewer than the {profile.window} readings in a row up "
        "to it were there that a window takes; once no more comes it is judged for alerts",
    )


def say_period(period_s: float, profile: Profile) -> str:
    """That a device which sends a reading every *period_s* cannot be scored."""
    return (
        f"a reading comes every {period_s:.3g} s, but the model of profile {profile.name} knows "
        f"devices that send one every {profile.period_s:g} s; train a profile of that period"
    )


def _find_step(message: Message) -> int:
    """The time (ms) between the last two readings of *message*, 0 where it has only one."""
    return message.times[-1] - message.times[-2] if len(message.times) > 1 else 0
