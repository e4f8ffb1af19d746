"""Posting to addresses that an admin has set, for people and systems of others."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from tocsin.adapters.failures import is_temporary_status
from tocsin.domain.errors import DeliveryError, RefusedError, ThrottledError

LIMITS = ClientTimeout(total=10, connect=5)
MOST_READ = 200  # of what is answered, for the reason


async def post(url: str, body: bytes, headers: Mapping[str, str], what: str) -> None:
    """Post *body*, following nobody elsewhere; *what* it is for, in words that show no address.

    Raises ThrottledError, RefusedError for an answer that would come again, and DeliveryError.
    """
    try:
        async with (
            ClientSession(timeout=LIMITS) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            await _judge(answer, what)
    except (ClientError, OSError) as error:
        # Without the text of the error, which may have the address.
        raise DeliveryError(f"{what} cannot be reached: {type(error).__name__}") from error


async def _judge(answer: ClientResponse, what: str) -> None:
    if 200 <= answer.status < 300:
        return
    text = (await answer.content.read(MOST_READ)).decode(errors="replace")
    said = f"{what} answered {answer.status} {text!r}"
    if answer.status == 429:
        raise ThrottledError(said, _read_wait(answer.headers.get("Retry-After", "")))
    # What is not found or not allowed is a setting at fault, which may be mended.
    raise (DeliveryError if is_temporary_status(answer.status) else RefusedError)(said)


def _read_wait(text: str) -> float:
    """Seconds; a date, which is allowed too, counts as not said."""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0.0
