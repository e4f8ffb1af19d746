"""How many false alerts are accepted of a device a day; thresholds follow from it.

One number holds for every profile until an admin sets another for some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.domain.errors import InvalidRequestError

# Rarer than once in three years nothing can be told from days of normal running.
LEAST_TARGET, MOST_TARGET = 0.001, 100.0
LONGEST_NAME = 64
MOST_PROFILES = 200


@dataclass(frozen=True, slots=True)
class AlertTargets:
    """False alerts accepted a device and day: ``usual`` where ``by_profile`` has none."""

    usual: float
    by_profile: Mapping[str, float] = field(default_factory=dict)

    def of(self, profile_name: str) -> float:
        return self.by_profile.get(profile_name, self.usual)


def is_target(value: float) -> bool:
    return LEAST_TARGET <= value <= MOST_TARGET


def parse_alert_targets(content: Mapping[str, Any], usual: float) -> AlertTargets:
    """What an admin set, ``{"profiles": {name: target}}``, over the *usual* one.

    Raises InvalidRequestError naming the profile and what is wrong with its target.
    """
    given = content.get("profiles", {})
    if not isinstance(given, dict) or set(content) - {"profiles"}:
        raise InvalidRequestError("targets have the key profiles, an object, and no other")
    if len(given) > MOST_PROFILES:
        raise InvalidRequestError(f"profiles: at most {MOST_PROFILES} have a target of their own")
    for name, target in given.items():
        if not name or len(name) > LONGEST_NAME:
            raise InvalidRequestError(f"profiles: {name!r:.80} is no name of a profile")
        # bool is a kind of int in Python, and no number that anybody means.
        if type(target) not in (int, float) or not is_target(target):
            raise InvalidRequestError(
                f"profiles.{name} must lie between {LEAST_TARGET:g} and {MOST_TARGET:g} false "
                f"alerts a device and day, not {target!r:.80}"
            )
    return AlertTargets(usual, {name: float(target) for name, target in given.items()})
