"""The two kinds of error, told apart here for every adapter.

*Temporary*: the service is away, slow, overloaded, or does not know us or the place (a role that
was assigned a minute ago, a container that is still being made). Nothing that was sent is at
fault, so it is sent again: DeliveryError.

*Everything else*: this very thing is refused now and for ever (400, 413, what an SDK does not even
send, a text that is no text). Sent again it would hold up what is behind it: RefusedError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientError
from azure.core.exceptions import AzureError, HttpResponseError

from tocsin.domain.errors import DeliveryError, RefusedError, TocsinError

# Who may do what, and what is where, is never the fault of one document; 410 and 449 are a database
# that moves a partition.
TEMPORARY_STATUS = frozenset({401, 403, 404, 408, 410, 425, 429, 449})
LONGEST_TEXT = 300


@contextmanager
def tell_apart(what: str, *answers: type[Exception]) -> Iterator[None]:
    """Raise what fails inside as DeliveryError or RefusedError, saying that *what* failed.

    Our own errors pass as they are: they say already what they mean. So do *answers*, errors of an
    SDK that are no failures, since the caller asked for just that.
    """
    passing: tuple[type[Exception], ...] = (TocsinError, *answers)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        kind = _judge(is_temporary=is_temporary(error))
        raise kind(f"{what}: {describe(error)}") from error


def is_temporary(error: Exception) -> bool:
    """Whether the same call may succeed later."""
    if isinstance(error, HttpResponseError):
        # None: the answer broke off before its status was known.
        status = error.status_code
        return status is None or is_temporary_status(status)
    # An SDK's own checks are ValueErrors, some of them below AzureError too.
    return isinstance(error, AzureError | ClientError | OSError | MemoryError) and not isinstance(
        error, ValueError
    )


def judge_status(status: int) -> type[DeliveryError]:
    """What an answer with *status* is, for an SDK whose errors are of no kind known here."""
    return _judge(is_temporary=is_temporary_status(status))


def _judge(*, is_temporary: bool) -> type[DeliveryError]:
    return DeliveryError if is_temporary else RefusedError


def is_temporary_status(status: int) -> bool:
    return status >= 500 or status in TEMPORARY_STATUS


def describe(error: Exception) -> str:
    """The kind and the first line of *error*, short enough for a log and a dead letter."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:LONGEST_TEXT]
