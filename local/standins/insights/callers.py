"""Who may send: whoever names the component's key, or identities with a role."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from aiohttp import web

from local.identities import access
from local.identities.tokens import UnknownCallerError, read_bearer
from local.standins.insights.errors import RefusedError

AUDIENCE: Final = "https://monitor.azure.com"
RESOURCE: Final = "Microsoft.Insights/components/appi-tocsin"
ACTION: Final = "Microsoft.Insights/telemetry/write"


class Callers(Protocol):
    """Who may send."""

    def check(self, request: web.Request) -> None:
        """Raises RefusedError."""


class AnyCaller:
    """The key is in each item; it is an address, and no secret."""

    def check(self, request: web.Request) -> None:
        """Nothing is to be checked of a request as a whole."""


class IdentityCallers:
    """Identities with a role, by the files in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._access = access.Access(folder, AUDIENCE)

    def check(self, request: web.Request) -> None:
        try:
            token = read_bearer(request.headers.get("Authorization"))
            self._access.check(token, ACTION, RESOURCE)
        except UnknownCallerError as error:
            raise RefusedError(401, str(error)) from error
        except access.ForbiddenError as error:
            raise RefusedError(403, str(error)) from error
