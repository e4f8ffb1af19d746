"""Query text → tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.values import UNDEFINED, Value, to_number

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<parameter>@[A-Za-z_]\w*)
  | (?P<word>[^\W\d]\w*)
  | (?P<symbol><>|!=|<=|>=|\?\?|\|\||>>>|<<|>>|[-+*/%=<>(){}\[\],.:?&|^~])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)", re.DOTALL)
_PLAIN_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is number, string, parameter, word, symbol or end; ``value`` the Python value."""

    kind: str
    text: str
    value: Value
    position: int

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind == "word" else self.text


def tokens(text: str) -> list[Token]:
    """The tokens of *text* and a closing ``end``. Raises BadRequestError at a stray character."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadRequestError(
                f"Syntax error at position {position}: unexpected {text[position]!r}."
            )
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_read_token(kind, match.group(), position))
        position = match.end()
    found.append(Token("end", "", None, position))
    return found


def _read_token(kind: str, text: str, position: int) -> Token:
    value = _read_number(text) if kind == "number" else _read_text(kind, text)
    if value is UNDEFINED:
        raise BadRequestError(
            f"Syntax error at position {position}: the number {text[:40]!r} is out of range."
        )
    return Token(kind, text, value, position)


def _read_number(text: str) -> Value:
    """A whole number of 64 bits, a double, or undefined beyond them."""
    number = to_number(float(text))
    is_short = text.isdigit() and number is not UNDEFINED and number < 2**64
    return to_number(int(text.lstrip("0") or "0")) if is_short else number


def _read_text(kind: str, text: str) -> str:
    if kind == "string":
        plain = _ESCAPE.sub(_unescape, text[1:-1])
        # Two escapes may be halves of one character; a half alone is no text.
        return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _unescape(match: re.Match[str]) -> str:
    code, character = match.groups()
    return chr(int(code, 16)) if code else _PLAIN_ESCAPES.get(character, character)
