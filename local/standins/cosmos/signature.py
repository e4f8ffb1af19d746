"""Master-key signatures: HMAC over verb, resource type, resource link and date."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from local.standins.cosmos.errors import UnauthorizedError
from local.standins.cosmos.wire import Call

MOST_SKEW_S: Final = 15 * 60


class Signatures:
    """Checks calls against one master *key* (base64)."""

    def __init__(self, key: str) -> None:
        try:
            self._key = base64.b64decode(key, validate=True)
        except binascii.Error as error:
            raise ValueError("the account key is not base64") from error

    def check(self, call: Call, now_s: float) -> None:
        """Raises UnauthorizedError unless *call* is signed with the key and its date is near."""
        date = call.header("x-ms-date") or call.header("date") or ""
        signature = _signature_in(call.header("authorization"))
        skew_s = abs(now_s - _seconds(date))
        if skew_s > MOST_SKEW_S:
            raise UnauthorizedError(
                f"The request's date {date!r} is {skew_s / 60:.0f} minutes off this clock; "
                f"at most {MOST_SKEW_S // 60} are allowed."
            )
        dates = (call.header("x-ms-date") or "", call.header("date") or "")
        for kind, link in _resources(call.segments):
            expected = self._sign(call.method, kind, link, *dates)
            if hmac.compare_digest(expected.encode(), signature.encode()):
                return
        raise UnauthorizedError(
            "The input authorization token can't serve the request: its signature does not fit "
            "this account's key, or the signed text differs from the request."
        )

    def _sign(self, method: str, kind: str, link: str, ms_date: str, date: str) -> str:
        text = f"{method.lower()}\n{kind}\n{link}\n{ms_date.lower()}\n"
        text += "\n" if ms_date else f"{date.lower()}\n"
        return base64.b64encode(hmac.digest(self._key, text.encode(), "sha256")).decode()


def _signature_in(header: str | None) -> str:
    if not header:
        raise UnauthorizedError("Required header 'authorization' is missing.")
    fields = dict(part.partition("=")[::2] for part in unquote(header).split("&"))
    if fields.get("type") != "master" or fields.get("ver") != "1.0" or "sig" not in fields:
        raise UnauthorizedError("Only master-key tokens (type=master&ver=1.0&sig=…) are accepted.")
    return fields["sig"]


@lru_cache(maxsize=64)
def _seconds(date: str) -> float:
    try:
        parsed = parsedate_to_datetime(date)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnauthorizedError(
            f"The header x-ms-date {date!r} is missing or not a date."
        ) from error
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).timestamp()


def _resources(segments: list[str]) -> Iterable[tuple[str, str]]:
    """Resource type and link as a client may have signed them: by name, or by resource id."""
    if segments[-2:] == ["operations", "partitionkeydelete"]:
        kind, owner = "colls", segments[:-2]
    elif len(segments) % 2:
        kind, owner = segments[-1].lower(), segments[:-1]
    else:
        kind, owner = segments[-2].lower() if segments else "", segments
    yield kind, "/".join(owner)
    if owner:
        yield kind, owner[-1].lower()
