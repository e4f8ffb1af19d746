"""A model bundle's description: what the exported program expects and how its score is judged."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from reprlib import repr as brief
from typing import Any

from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile

FORMAT = 2
LONGEST_COOLDOWN_S = 86_400
LARGEST_DESCRIPTION = 4 * 1024 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")
# As a part of an address, anything else could lead out of the profile's folder.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[A-Za-z0-9_-]{1,100}){0,3}")


@dataclass(frozen=True, slots=True)
class BundleSpec:
    """The checked content of ``bundle.json`` (docs/formats.md) that scoring needs.

    ``threshold`` is the calibration's own, in use where ``tail`` is None. ``usual_score``: the
    quantile of held-out normal scores that a device's own are compared with. ``usual_values``: by
    channel what nine of ten training readings exceed, and what they do not exceed.
    """

    profile: str
    version: str
    channels: tuple[str, ...]
    window: int
    threshold: float
    tail: Tail | None
    usual_score: float
    hysteresis: Hysteresis
    cooldown_s: float
    program_file: str
    program_sha256: str
    usual_values: Mapping[str, tuple[float, float]] = field(default_factory=dict, hash=False)


def is_version(text: str) -> bool:
    """Whether *text* can be a version, which is also the name of its folder."""
    return _NAME.fullmatch(text) is not None


def parse_bundle(content: bytes, profile: Profile) -> BundleSpec:
    """Check a ``bundle.json`` against the profile it is to score.

    Raises InvalidBundleError naming the profile and the mismatch.
    """
    if len(content) > LARGEST_DESCRIPTION:
        raise InvalidBundleError(
            f"the bundle of profile {profile.name!r} is described in {len(content)} bytes; at most "
            f"{LARGEST_DESCRIPTION}"
        )
    try:
        document = json.loads(content)
        _check_format(document, profile)
        spec = _parse_spec(document)
    except (ValueError, OverflowError, RecursionError) as error:
        raise InvalidBundleError(
            f"the bundle of profile {profile.name!r} is malformed: {error}"
        ) from error
    _check(spec, profile)
    return spec


def check_sha256(content: bytes, expected: str, what: str) -> None:
    """Raise InvalidBundleError unless *content* has the SHA-256 *expected* (hex)."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise InvalidBundleError(
            f"{what} has SHA-256 {found[:12]}…, but {expected[:12]}… was promised; "
            "publish the bundle again"
        )


def _parse_spec(document: object) -> BundleSpec:
    hysteresis = _require(document, "hysteresis", dict)
    program = _require(document, "program", dict)
    return BundleSpec(
        profile=_require(document, "profile", str),
        version=_require(document, "version", str),
        channels=tuple(_require(document, "channels", list)),
        window=_require(document, "window", int),
        threshold=_require_number(document, "threshold"),
        tail=_parse_tail(document),
        usual_score=_require_number(_require(document, "calibration", dict), "usual_score"),
        hysteresis=Hysteresis(
            raise_after=_require(hysteresis, "raise_after", int),
            clear_after=_require(hysteresis, "clear_after", int),
        ),
        cooldown_s=_require_number(document, "cooldown_s"),
        program_file=_require(program, "file", str),
        program_sha256=_require(program, "sha256", str),
        usual_values=_parse_usual(document),
    )


def _parse_tail(document: object) -> Tail | None:
    if _require(document, "tail", dict, type(None)) is None:
        return None
    tail = _require(document, "tail", dict)
    names = ("level", "peaks_per_day", "shape", "scale")
    return Tail(**{name: _require_number(tail, name) for name in names})


def _parse_usual(document: object) -> dict[str, tuple[float, float]]:
    """The outer deciles of the reference; empty in a bundle from before it had one."""
    if not isinstance(document, dict) or document.get("reference") is None:
        return {}
    found: dict[str, tuple[float, float]] = {}
    for name, part in _require(_require(document, "reference", dict), "channels", dict).items():
        edges = [float(edge) for edge in _require(part, "edges", list)]
        if not all(map(isfinite, edges)):
            raise ValueError(f"the reference of {brief(name)} holds what is no number")
        if edges:
            found[name] = edges[0], edges[-1]
    return found


def _require_number(document: object, name: str) -> float:
    value = float(_require(document, name, int, float))
    if not isfinite(value):
        raise ValueError(f"{name} is {value}, not a number")
    return value


def _require(document: object, name: str, *types: type) -> Any:  # noqa: ANN401 (one of *types*)
    value = document.get(name) if isinstance(document, dict) else None
    if type(value) not in types:
        wanted = " or ".join(kind.__name__ for kind in types)
        raise ValueError(f"{name} is {brief(value)}, not {wanted}")
    return value


def _check_format(document: object, profile: Profile) -> None:
    """First of all: what another format lacks would be reported as a missing field."""
    found = _require(document, "format", int)
    if found != FORMAT:
        raise InvalidBundleError(
            f"the bundle of profile {profile.name!r}: format is {found}, this system reads "
            f"{FORMAT}; train it again"
        )


def _check(spec: BundleSpec, profile: Profile) -> None:
    found_and_wanted = {
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
    for name, sound in _check_soundness(spec).items():
        if not sound:
            raise InvalidBundleError(
                f"bundle {spec.version!r} of profile {profile.name!r}: {name} is out of its "
                "range; train it again"
            )


def _check_soundness(spec: BundleSpec) -> dict[str, bool]:
    tail = spec.tail
    least = min(spec.hysteresis.raise_after, spec.hysteresis.clear_after)
    return {
        "version": is_version(spec.version),
        "program (file, sha256)": _NAME.fullmatch(spec.program_file) is not None
        and SHA256.fullmatch(spec.program_sha256) is not None,
        "threshold": spec.threshold > 0,
        "hysteresis (raise_after, clear_after)": least >= 1,
        "cooldown_s": 0 <= spec.cooldown_s <= LONGEST_COOLDOWN_S,
        "usual_score": spec.usual_score > 0,
        "tail": tail is None
        or (min(tail.level, tail.peaks_per_day, tail.scale) > 0 and abs(tail.shape) < 1),
    }
