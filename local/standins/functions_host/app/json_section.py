"""Reading an object of a configuration file key by key, with errors that name the key."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from local.standins.functions_host.app.durations import parse_time_span
from local.standins.functions_host.errors import StartError


class JsonSection:
    """One object of *file*: reads its keys and notices those that nobody read."""

    def __init__(self, file: str, values: object, path: str = "") -> None:
        if not isinstance(values, dict):
            raise StartError(f"{file}: {path or 'the whole'} must be an object")
        self._file, self._path, self._values = file, path, values
        self._read: set[str] = set()
        self._children: list[JsonSection] = []

    def get(self, name: str, default: object = None) -> object:
        self._read.add(name)
        value: object = self._values.get(name)
        return default if value is None else value

    def names(self) -> list[str]:
        return list(self._values)

    def section(self, name: str) -> JsonSection:
        child = JsonSection(self._file, self.get(name, {}), self._full(name))
        self._children.append(child)
        return child

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(name, f"must be a whole number from {low} to {high}")
        return value

    def span(self, name: str, default: timedelta) -> timedelta:
        value = self.get(name, default)
        try:
            return value if isinstance(value, timedelta) else parse_time_span(str(value))
        except ValueError as error:
            raise self.error(name, str(error)) from error

    def choice(self, name: str, default: str, allowed: Collection[str]) -> str:
        value = str(self.get(name, default))
        for choice in allowed:
            if choice.lower() == value.lower():
                return choice
        raise self.error(name, f"must be one of {', '.join(allowed)}")

    def error(self, name: str, problem: str) -> StartError:
        return StartError(f"{self._file}: {self._full(name)} {problem}")

    def unread(self) -> list[str]:
        """The full names of the keys that nobody read, in this object and those below it."""
        own = [self._full(name) for name in self._values if name not in self._read]
        return own + [name for child in self._children for name in child.unread()]

    def _full(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
