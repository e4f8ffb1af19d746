"""Keys of host.json that an app setting sets, so that one host.json fits laptop and Azure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PREFIX = "AzureFunctionsJobHost__"


def override(content: object, settings: Mapping[str, str]) -> object:
    """The parsed host.json *content* with the keys that *settings* name set to their values.

    ``AzureFunctionsJobHost__extensions__cosmosDB__connectionMode`` sets
    ``extensions.cosmosDB.connectionMode``; upper and lower case do not matter.
    """
    for name, value in settings.items():
        if name.lower().startswith(PREFIX.lower()):
            content = _put(content, name[len(PREFIX) :].split("__"), _parse(value))
    return content


def _put(content: object, path: list[str], value: object) -> object:
    if not path:
        return value
    section: dict[str, Any] = content if isinstance(content, dict) else {}
    known = {key.lower(): key for key in section}
    key = known.get(path[0].lower(), path[0])
    return {**section, key: _put(section.get(key), path[1:], value)}


def _parse(text: str) -> object:
    """Settings are texts: what reads as a number or a truth value is meant as one."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text
