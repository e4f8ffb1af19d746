"""A place in a list of tokens."""

from __future__ import annotations

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.lexer import Token, tokens


class Cursor:
    """Reads tokens one after the other; keywords are compared without case."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._next]

    def peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self._next += 1
        return token

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or symbols."""
        return all(
            self.peek(ahead).kind in {"word", "symbol"} and self.peek(ahead).upper == word
            for ahead, word in enumerate(words)
        )

    def accept(self, *words: str) -> bool:
        """Take these keywords or symbols when they are next."""
        if not self.at(*words):
            return False
        self._next += len(words)
        return True

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise self.error(f"expected {word!r}")

    def identifier(self) -> str:
        if self.token.kind != "word":
            raise self.error("expected a name")
        return self.take().text

    def error(self, reason: str) -> BadRequestError:
        found = self.token.text or "the end of the query"
        return BadRequestError(
            f"Syntax error at position {self.token.position}, near {found!r}: {reason}."
        )
