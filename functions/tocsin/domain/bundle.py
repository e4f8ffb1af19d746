"""A model bundle's description: what the exported program expects and how its score is judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from reprlib import repr as brief
from typing import Any

from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile
from tocsin.domain.scoring import Hysteresis

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BundleSpec:
    """The checked content of ``bundle.json`` (docs/formats.md) that scoring needs."""

    profile: str
    version: str
    channels: tuple[str, ...]
    window: int
    threshold: float
    hysteresis: Hysteresis
    program_file: str
    program_sha256: str


def parse_bundle(content: bytes, profile: Profile) -> BundleSpec:
    """Check a ``bundle.json`` against the profile it is to score.

    Raises InvalidBundleError naming the profile and the mismatch.
    """
    try:
        document = json.loads(content)
        spec = _spec(document)
    except (ValueError, OverflowError, RecursionError) as error:
        raise InvalidBundleError(
            f"the bundle of profile {profile.name!r} is malformed: {error}"
        ) from error
    _check(spec, document, profile)
    return spec


def check_sha256(content: bytes, expected: str, what: str) -> None:
    """Raise InvalidBundleError unless *content* has the SHA-256 *expected* (hex)."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise InvalidBundleError(
            f"{what} has SHA-256 {found[:12]}…, but {expected[:12]}… was promised; "
            "publish the bundle again"
        )


def _spec(document: object) -> BundleSpec:
    hysteresis = _field(document, "hysteresis", dict)
    program = _field(document, "program", dict)
    return BundleSpec(
        profile=_field(document, "profile", str),
        version=_field(document, "version", str),
        channels=tuple(_field(document, "channels", list)),
        window=_field(document, "window", int),
        threshold=float(_field(document, "threshold", int, float)),
        hysteresis=Hysteresis(
            raise_after=_field(hysteresis, "raise_after", int),
            clear_after=_field(hysteresis, "clear_after", int),
        ),
        program_file=_field(program, "file", str),
        program_sha256=_field(program, "sha256", str),
    )


def _field(document: object, name: str, *types: type) -> Any:  # noqa: ANN401 (one of *types*)
    value = document.get(name) if isinstance(document, dict) else None
    if type(value) not in types:
        wanted = " or ".join(one.__name__ for one in types)
        raise ValueError(f"{name} is {brief(value)}, not {wanted}")
    return value


def _check(spec: BundleSpec, document: Mapping[str, Any], profile: Profile) -> None:
    found_and_wanted = {
        "format": (document.get("format"), FORMAT),
        "profile": (spec.profile, profile.name),
        "channels": (spec.channels, profile.channel_names),
        "window": (spec.window, profile.window),
    }
    for name, (found, wanted) in found_and_wanted.items():
        if found != wanted:
            raise InvalidBundleError(
                f"bundle {spec.version!r} of profile {profile.name!r}: {name} is {found!r}, "
                f"the profile wants {wanted!r}; train it again"
            )
    hysteresis = spec.hysteresis
    if not isfinite(spec.threshold) or min(hysteresis.raise_after, hysteresis.clear_after) < 1:
        raise InvalidBundleError(
            f"bundle {spec.version!r} of profile {profile.name!r}: the threshold must be a number "
            "and the hysteresis at least 1"
        )
