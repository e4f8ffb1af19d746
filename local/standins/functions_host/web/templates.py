"""Route templates of HTTP triggers, in ASP.NET's manner: ``devices/{id:int}/{*rest}``."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

_PARAMETER = re.compile(
    r"\{(?P<catch_all>\*{0,2})(?P<name>\w+)(?P<constraints>(?::[^{}=?]+)*)"
    r"(?:=(?P<default>[^{}]*))?(?P<optional>\?)?\}"
)
_CONSTRAINT = re.compile(r"(?P<name>\w+)(?:\((?P<arguments>[^()]*)\))?")
_INT32, _INT64 = 2**31, 2**63


class RouteError(ValueError):
    """A route template cannot be understood."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    checks: tuple[Callable[[str], bool], ...]
    default: str | None
    optional: bool
    catch_all: bool

    @property
    def may_be_missing(self) -> bool:
        return self.optional or self.catch_all or self.default is not None


@dataclass(frozen=True, slots=True)
class _Segment:
    """One part between slashes: a pattern, and the parameters in it."""

    pattern: re.Pattern[str]
    parameters: tuple[_Parameter, ...]
    has_literal: bool

    @property
    def rank(self) -> int:
        """Low ranks are tried first: literal, mixed, constrained, plain, catch-all."""
        if not self.parameters:
            return 0
        if self.parameters[0].catch_all:
            return 4
        if self.has_literal:
            return 1
        return 2 if self.parameters[0].checks else 3


@dataclass(frozen=True, slots=True)
class Route:
    """A parsed route template."""

    template: str
    segments: tuple[_Segment, ...]

    @property
    def rank(self) -> tuple[int, ...]:
        """Sorts routes so that the more exact one is tried first."""
        return tuple(segment.rank for segment in self.segments)

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters in *path* (no leading slash, percent-encoded), or None."""
        parts = path.strip("/").split("/") if path.strip("/") else []
        values: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if segment.parameters and segment.parameters[0].catch_all:
                return _take(segment, "/".join(parts[position:]), values)
            text = parts[position] if position < len(parts) else ""
            if _take(segment, text, values) is None:
                return None
        return values if len(parts) <= len(self.segments) else None


def parse_route(template: str) -> Route:
    """The route written as *template*. Raises RouteError naming what is wrong."""
    texts = [text for text in template.strip("/").split("/") if text]
    segments = tuple(_segment(text) for text in texts)
    names = [parameter.name.lower() for segment in segments for parameter in segment.parameters]
    if len(names) != len(set(names)):
        raise RouteError(f"route {template!r} names a parameter twice")
    for segment in segments[:-1]:
        if any(parameter.catch_all or parameter.optional for parameter in segment.parameters):
            raise RouteError(f"route {template!r}: an optional or catch-all part must come last")
    return Route(template, segments)


def _take(segment: _Segment, text: str, values: dict[str, str]) -> dict[str, str] | None:
    """Add the parameters that *segment* finds in *text* to *values*; None if it does not fit."""
    if not text:
        return _take_missing(segment, values)
    match = segment.pattern.fullmatch(text)
    if match is None:
        return None
    for number, parameter in enumerate(segment.parameters):
        value = unquote(match[f"p{number}"])
        if not all(check(value) for check in parameter.checks):
            return None
        values[parameter.name] = value
    return values


def _take_missing(segment: _Segment, values: dict[str, str]) -> dict[str, str] | None:
    if len(segment.parameters) != 1 or not segment.parameters[0].may_be_missing:
        return None
    parameter = segment.parameters[0]
    if parameter.default is not None:
        values[parameter.name] = parameter.default
    return values


def _segment(text: str) -> _Segment:
    parameters: list[_Parameter] = []
    pattern = ""
    end = 0
    for match in _PARAMETER.finditer(text):
        parameter = _parameter(match)
        anything = ".+" if parameter.catch_all else "[^/]+"
        pattern += re.escape(text[end : match.start()]) + f"(?P<p{len(parameters)}>{anything}?)"
        parameters.append(parameter)
        end = match.end()
    rest = text[end:]
    if "{" in rest or "}" in rest:
        raise RouteError(f"route part {text!r} has a brace without its fellow")
    compiled = re.compile(pattern + re.escape(rest), re.IGNORECASE)
    return _Segment(compiled, tuple(parameters), has_literal=_PARAMETER.sub("", text) != "")


def _parameter(match: re.Match[str]) -> _Parameter:
    constraints = [text for text in match["constraints"].split(":") if text]
    return _Parameter(
        name=match["name"],
        checks=tuple(_parse_constraint(text) for text in constraints),
        default=match["default"],
        optional=bool(match["optional"]),
        catch_all=bool(match["catch_all"]),
    )


def _parse_constraint(text: str) -> Callable[[str], bool]:
    match = _CONSTRAINT.fullmatch(text)
    maker = _CONSTRAINTS.get(match["name"].lower()) if match else None
    if match is None or maker is None:
        raise RouteError(
            f"route constraint {text!r} is not known: use {', '.join(sorted(_CONSTRAINTS))}"
        )
    try:
        return maker([int(part) for part in (match["arguments"] or "").split(",") if part.strip()])
    except (ValueError, IndexError) as error:
        raise RouteError(f"route constraint {text!r} wants whole numbers in brackets") from error


def _whole(bound: int) -> Callable[[list[int]], Callable[[str], bool]]:
    return lambda _: lambda text: _number(text) is not None and -bound <= int(text) < bound


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,19}", text, re.ASCII) else None


def _between(low: int | None, high: int | None) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        number = _number(text)
        return (
            number is not None
            and (low is None or number >= low)
            and (high is None or number <= high)
        )

    return check


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _length(numbers: list[int]) -> Callable[[str], bool]:
    low, high = numbers[0], numbers[-1]
    return lambda text: low <= len(text) <= high


def _at_least(numbers: list[int]) -> Callable[[str], bool]:
    low = numbers[0]
    return lambda text: len(text) >= low


def _at_most(numbers: list[int]) -> Callable[[str], bool]:
    high = numbers[0]
    return lambda text: len(text) <= high


_CONSTRAINTS: dict[str, Callable[[list[int]], Callable[[str], bool]]] = {
    "int": _whole(_INT32),
    "long": _whole(_INT64),
    "guid": lambda _: _is_guid,
    "alpha": lambda _: lambda text: re.fullmatch("[A-Za-z]+", text) is not None,
    "bool": lambda _: lambda text: text.lower() in {"true", "false"},
    "min": lambda numbers: _between(numbers[0], None),
    "max": lambda numbers: _between(None, numbers[0]),
    "range": lambda numbers: _between(numbers[0], numbers[1]),
    "length": _length,
    "minlength": _at_least,
    "maxlength": _at_most,
}
