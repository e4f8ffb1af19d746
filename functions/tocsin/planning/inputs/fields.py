"""Reading a JSON object strictly: what is unknown or out of range is named, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from tocsin.domain.errors import InvalidProblemError

# Of tasks, devices and sites: safe in a twin, in a document's id and in an address.
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


MOST_LETTERS = 128
MOST = 1e12  # of anything here: beyond it sums lose their digits


class Fields:
    """One object; every method raises InvalidProblemError naming the place and the fix."""

    def __init__(self, value: object, where: str, known: Collection[str]) -> None:
        """*known*: the names it may have."""
        self._where = where
        self._parts = check_mapping(value, where)
        for name in self._parts:
            if name not in known:
                raise InvalidProblemError(
                    f"{where}: {name!r} is unknown; use {', '.join(sorted(known))}"
                )

    def take_number(
        self, name: str, default: float | None = None, *, low: float = 0.0, high: float = MOST
    ) -> float:
        """A finite number within its range; *default*, if there is one, where it is left out."""
        value = self._parts.get(name, default)
        if value is None:
            raise InvalidProblemError(f"{self._where}: {name} is missing; give it a number")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidProblemError(f"{self._where}: {name} must be a number, not {value!r}")
        # Compared first: a whole number may be too large for a float.
        if not low <= value <= high:
            raise InvalidProblemError(
                f"{self._where}: {name} is {value!r:.40}, but must be at least {low:g} and at most "
                f"{high:g}"
            )
        return float(value)

    def take_number_or_none(
        self, name: str, *, low: float = 0.0, high: float = MOST
    ) -> float | None:
        if self._parts.get(name) is None:
            return None
        return self.take_number(name, low=low, high=high)

    def take_whole_or_none(self, name: str) -> int | None:
        value = self.take_number_or_none(name)
        if value is not None and value != int(value):
            raise InvalidProblemError(f"{self._where}: {name} must be a whole number, not {value}")
        return None if value is None else int(value)

    def take_flag(self, name: str) -> bool:
        """true or false; false where it is left out."""
        value = self._parts.get(name, False)
        if not isinstance(value, bool):
            raise InvalidProblemError(f"{self._where}: {name} must be true or false, not {value!r}")
        return value

    def take_identifier_or_none(self, name: str) -> str | None:
        value = self._parts.get(name)
        return None if value is None else check_identifier(value, f"{self._where}: {name}")

    def take_mapping(self, name: str) -> Mapping[str, Any]:
        """An object; empty where it is left out."""
        return check_mapping(self._parts.get(name, {}), f"{self._where}: {name}")


def check_mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidProblemError(f"{where} must be an object, not {value!r}")
    return value


def check_name(value: object, where: str) -> str:
    """The name of what others name, such as a device in the hub's registry."""
    if not isinstance(value, str) or not 0 < len(value) <= MOST_LETTERS:
        raise InvalidProblemError(
            f"{where}: {value!r:.40} is no name of 1 to {MOST_LETTERS} letters"
        )
    return value


def check_identifier(value: object, where: str) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise InvalidProblemError(
            f"{where}: {value!r} is no id; use up to 128 letters, digits, '.', '_', ':' and '-', "
            "a letter or digit first"
        )
    return value
