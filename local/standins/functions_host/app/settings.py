"""App settings: the environment over ``local.settings.json``, and ``%NAME%`` in bindings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from local.standins.functions_host.errors import MissingSettingError, StartError

FILE_NAME = "local.settings.json"
_REFERENCE = re.compile(r"%([^%\s]+)%")


def read_file_settings(app: Path) -> dict[str, str]:
    """The ``Values`` of the app's local.settings.json; empty without the file.

    Raises StartError when the file is not JSON, is encrypted or holds a value that is no text.
    """
    path = app / FILE_NAME
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise StartError(f"{FILE_NAME} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise StartError(f'{FILE_NAME} must hold an object with "Values"')
    if content.get("IsEncrypted") is True:
        raise StartError(f"{FILE_NAME} is encrypted: run `func settings decrypt` on it first")
    values = content.get("Values", {})
    if not isinstance(values, dict):
        raise StartError(f'"Values" in {FILE_NAME} must be an object of names and texts')
    return {name: _text(name, value) for name, value in values.items()}


def merge_settings(environment: Mapping[str, str], from_file: Mapping[str, str]) -> dict[str, str]:
    """All settings: the environment wins over the file, as in Core Tools."""
    return {**from_file, **environment}


def resolve(text: str, settings: Mapping[str, str], *, wanted_by: str) -> str:
    """*text* with each ``%NAME%`` replaced by that setting.

    Raises MissingSettingError, naming *wanted_by*, when a setting has no value.
    """

    def value(match: re.Match[str]) -> str:
        found = settings.get(match[1])
        if found is None:
            raise MissingSettingError(match[1], wanted_by)
        return found

    return _REFERENCE.sub(value, text)


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise StartError(f"the value of {name!r} in {FILE_NAME} must be a text, a number or a boolean")
