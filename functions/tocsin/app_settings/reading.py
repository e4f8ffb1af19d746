"""Reading settings one by one, noting all that is wrong before anything is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tocsin.app_settings.declared import BY_NAME, Setting
from tocsin.domain.errors import TocsinError
from tocsin.domain.judging.alert_targets import LEAST_TARGET, MOST_TARGET, is_target
from tocsin.domain.models.signing import parse_public_keys

Value = TypeVar("Value")


class InvalidSettingError(TocsinError):
    """Settings are missing or malformed; ``names`` are theirs."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.names = tuple(problems)


@dataclass(frozen=True, slots=True)
class Connection:
    """How a service is reached: by a connection string, or by address and managed identity.

    Named and spelled as Functions does for its own bindings: ``NAME`` holds a connection string,
    or ``NAME__<suffix>`` an address, with ``NAME__clientId`` for a user-assigned identity.
    """

    name: str
    connection_string: str | None
    endpoint: str | None
    client_id: str | None


class SettingsReader:
    """Reads *environment*; ``problems`` holds what was wrong, by the setting's name."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: dict[str, str] = {}

    def read_text(self, name: str) -> str:
        """The setting, else its default."""
        return self._environment.get(name, BY_NAME[name].default or "")

    def read(self, name: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        """The setting as *parse* understands it; *otherwise* where it raises ValueError."""
        try:
            return parse(self.read_text(name))
        except ValueError as error:
            self.problems[name] = f"{name} {error}"
            return otherwise

    def read_connection(self, name: str) -> Connection:
        setting = BY_NAME[name]
        connection_string = self._environment.get(name) or None
        endpoint = self._find_endpoint(setting)
        if connection_string is None and endpoint is None:
            self.problems[name] = _say_what_to_set(
                name, [address.suffix for address in setting.addresses]
            )
        client_id = self._environment.get(f"{name}__clientId")
        return Connection(name, connection_string, endpoint, client_id)

    def check_bound(self, setting: Setting) -> None:
        """Note it where a binding would not find *setting*."""
        spellings = f"{setting.name}__"
        if self._environment.get(setting.name):
            return
        if not setting.host_addresses:
            self.problems[setting.name] = f"set {setting.name}"
        elif not any(name.startswith(spellings) for name in self._environment):
            self.problems[setting.name] = _say_what_to_set(setting.name, setting.host_addresses)

    def _find_endpoint(self, setting: Setting) -> str | None:
        for address in setting.addresses:
            text = self._environment.get(f"{setting.name}__{address.suffix}")
            if text:
                return address.template.format(text)
        return None


def parse_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise ValueError(f"must be a number of seconds, not {text!r}") from error
    if not 0 < seconds < 86_400:
        raise ValueError(f"must lie between 0 and 86400 seconds, not {text!r}")
    return seconds


def parse_interval(text: str) -> float:
    """Seconds, or 0 for never."""
    try:
        seconds = float(text)
    except ValueError as error:
        raise ValueError(f"must be a number of seconds, not {text!r}") from error
    if seconds != 0 and not 1 <= seconds <= 3_600:
        raise ValueError(f"must be 0 or lie between 1 and 3600 seconds, not {text!r}")
    return seconds


def parse_hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError as error:
        raise ValueError(f"must be a number of hours, not {text!r}") from error
    # What is quiet for longer than a month is forgotten.
    if not 0 < hours <= 744:
        raise ValueError(f"must lie between 0 and 744 hours, not {text!r}")
    return hours


def parse_rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError as error:
        raise ValueError(f"must be a number a day, not {text!r}") from error
    if not is_target(rate):
        raise ValueError(
            f"must lie between {LEAST_TARGET:g} and {MOST_TARGET:g} a day, not {text!r}"
        )
    return rate


def parse_share(text: str) -> float:
    try:
        share = float(text)
    except ValueError as error:
        raise ValueError(f"must be a number from 0 to 1, not {text!r}") from error
    if not 0 <= share <= 1:
        raise ValueError(f"must lie between 0 and 1, not {text!r}")
    return share


def parse_flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"must be true or false, not {text!r}")
    return text.lower() == "true"


def parse_keys(text: str) -> tuple[bytes, ...]:
    try:
        return parse_public_keys(text)
    except ValueError as error:
        raise ValueError(
            f"must hold public keys as python -m ml_model keygen prints them: {error}"
        ) from error


def _say_what_to_set(name: str, suffixes: Sequence[str]) -> str:
    spellings = " or ".join(f"{name}__{suffix}" for suffix in suffixes)
    return (
        f"set {name} to a connection string, or {spellings} to an address for a managed "
        "identity (docs/settings.md)"
    )
