"""What can go wrong, each with the HTTP answer it becomes."""

from __future__ import annotations


class RefusedError(Exception):
    """A request this service refuses: status, a word for programs, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
