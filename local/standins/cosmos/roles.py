"""Roles in the place of the key: what a call would do, and whether its identity may."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote

from local.identities import access
from local.identities.tokens import UnknownCallerError
from local.standins.cosmos import errors
from local.standins.cosmos.routes import (
    CONTAINER,
    CONTAINERS,
    DATABASE,
    DATABASES,
    DOCUMENT,
    DOCUMENTS,
    RANGES,
    find_kind,
    find_shape,
)
from local.standins.cosmos.wire import Call

ACCOUNT: Final = "Microsoft.DocumentDB/databaseAccounts/cosmos-tocsin"
_ALL: Final = "Microsoft.DocumentDB/databaseAccounts/"
_METADATA: Final = "readMetadata"
_ITEMS: Final = "sqlDatabases/containers/items/"
_FEED: Final = "sqlDatabases/containers/readChangeFeed"
_QUERY: Final = "sqlDatabases/containers/executeQuery"

ACTIONS: Final[dict[tuple[str, str, str], str]] = {
    ("GET", "", ""): _METADATA,
    ("POST", DATABASES, ""): "sqlDatabases/write",
    ("POST", DATABASES, "query"): _METADATA,
    ("GET", DATABASES, ""): _METADATA,
    ("GET", DATABASE, ""): _METADATA,
    ("DELETE", DATABASE, ""): "sqlDatabases/delete",
    ("POST", CONTAINERS, ""): "sqlDatabases/containers/write",
    ("POST", CONTAINERS, "query"): _METADATA,
    ("GET", CONTAINERS, ""): _METADATA,
    ("GET", CONTAINER, ""): _METADATA,
    ("PUT", CONTAINER, ""): "sqlDatabases/containers/write",
    ("DELETE", CONTAINER, ""): "sqlDatabases/containers/delete",
    ("GET", RANGES, ""): _METADATA,
    ("GET", RANGES, "changes"): _METADATA,
    ("POST", DOCUMENTS, ""): f"{_ITEMS}create",
    ("POST", DOCUMENTS, "query"): _QUERY,
    ("POST", DOCUMENTS, "plan"): _QUERY,
    ("POST", DOCUMENTS, "batch"): f"{_ITEMS}upsert",
    ("GET", DOCUMENTS, ""): _FEED,
    ("GET", DOCUMENTS, "changes"): _FEED,
    ("GET", DOCUMENT, ""): f"{_ITEMS}read",
    ("PUT", DOCUMENT, ""): f"{_ITEMS}replace",
    ("PATCH", DOCUMENT, ""): f"{_ITEMS}replace",
    ("DELETE", DOCUMENT, ""): f"{_ITEMS}delete",
}


class Roles:
    """Checks calls by the identities in *folder*; *hosts* are the names clients dial."""

    def __init__(self, folder: Path, *hosts: str) -> None:
        # The clients ask for tokens of the host that they dial, whatever its port.
        self._access = access.Access(folder, *(f"https://{host}" for host in hosts))

    def check(self, call: Call, now_s: float) -> None:
        """Raises UnauthorizedError, ForbiddenError."""
        del now_s  # a token says itself until when it is good
        action = ACTIONS.get((call.method, find_shape(call.segments), find_kind(call)), _METADATA)
        try:
            self._access.check(
                _read_token(call.header("authorization")),
                _ALL + action,
                _name_resource(call.segments),
                or_part=not call.segments,
            )
        except UnknownCallerError as error:
            raise errors.UnauthorizedError(str(error)) from error
        except access.ForbiddenError as error:
            substatus = (
                errors.NO_ROLE
                if action == _METADATA or _ITEMS in action or action in {_FEED, _QUERY}
                else errors.NOT_OF_DATA_PLANE
            )
            raise errors.ForbiddenError(str(error), substatus=substatus) from error


def _read_token(header: str | None) -> str:
    fields = dict(part.partition("=")[::2] for part in unquote(header or "").split("&"))
    if fields.get("type") != "aad" or not fields.get("sig"):
        raise UnknownCallerError("keys are off: the token must be type=aad&ver=1.0&sig=…")
    return fields["sig"]


def _name_resource(segments: list[str]) -> str:
    names = segments[:4]
    return "/".join([ACCOUNT, *names]) if len(names) > 1 else ACCOUNT
