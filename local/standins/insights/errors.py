"""What can go wrong, each with the HTTP answer it becomes."""

from __future__ import annotations


class RefusedError(Exception):
    """A request this service refuses; the message reaches the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ItemError(Exception):
    """One item of a request that is not taken; the others are."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
