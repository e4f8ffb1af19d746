"""Addresses that the settings name: rules say the name alone, since the address is a secret."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.domain.errors import InvalidRequestError, RefusedError


def check_name(name: str, addresses: Mapping[str, str], setting: str) -> None:
    """Raise InvalidRequestError unless *setting* has an address of this name."""
    if name not in addresses:
        raise InvalidRequestError(_say_what_there_is(name, addresses, setting))


def find_address(name: str, addresses: Mapping[str, str], setting: str) -> str:
    """Raises RefusedError where *setting* has it no more."""
    if name not in addresses:
        raise RefusedError(_say_what_there_is(name, addresses, setting))
    return addresses[name]


def _say_what_there_is(name: str, addresses: Mapping[str, str], setting: str) -> str:
    there = f"there are {', '.join(sorted(addresses))}" if addresses else "there is none"
    return f"the setting {setting} has no {name!r:.80}; {there}"
