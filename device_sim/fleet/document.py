"""Reading a fleet file: each check names the place in the file and the fix."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from device_sim.errors import FleetError
from tocsin.domain.errors import InvalidSiteError
from tocsin.domain.sites import check_site_id

# Narrower than IoT Hub's own rule, so that an id is also safe in a URL, a path and a file name.
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def read_document(path: Path) -> object:
    """The YAML of a file. Raises FleetError naming the file."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FleetError(f"{path}: {error.strerror}; name a fleet file with --fleet") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise FleetError(f"{path}: not YAML: {reason}") from error


def iterate_entries(
    parent: Mapping[str, Any], at: str, name: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each mapping of the list *name*, with its place. Raises FleetError."""
    where = f"{at}.{name}" if at else name
    listed = parent.get(name)
    if not isinstance(listed, list) or not listed:
        raise FleetError(f"{where} is missing or empty; it must be a list")
    for index, entry in enumerate(listed):
        yield f"{where}[{index}]", check_mapping(entry, f"{where}[{index}]", None)


def check_mapping(value: object, at: str, known: set[str] | None) -> Mapping[str, Any]:
    """*value* if it is a mapping with none but *known* names (None: any). Raises FleetError."""
    if not isinstance(value, dict):
        raise FleetError(f"{at} must be a mapping (name: value)")
    if known is not None:
        check_names(value, at, known)
    return value


def check_names(value: Mapping[str, Any], at: str, known: set[str]) -> None:
    """Raises FleetError for a name that is not known."""
    for name in value:
        if name not in known:
            raise FleetError(f"{at}: {name!r} is unknown; use {', '.join(sorted(known))}")


def check_identifier(value: object, at: str) -> str:
    """*value* if it is an id. Raises FleetError."""
    if value is None:
        raise FleetError(f"{at} is missing; give it an id such as north or hall-a")
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise FleetError(
            f"{at}: {value!r} is no id; use letters, digits, '-', '.', '_', "
            "a letter or digit first, in quotes when it looks like a number"
        )
    return value


def check_site(value: object, at: str) -> str:
    """*value* if a site can be called that. Raises FleetError."""
    if value is None:
        raise FleetError(f"{at} is missing; give it an id such as north or Werk Süd/1")
    try:
        return check_site_id(value)
    except InvalidSiteError as error:
        raise FleetError(f"{at}: {error}") from error


def check_positive(value: object, at: str) -> float:
    """*value* if it is a finite number above 0. Raises FleetError."""
    # A boolean is an int to Python, and what compares below infinity is no NaN either.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise FleetError(f"{at}: {value!r} must be a number above 0")
    return float(value)
