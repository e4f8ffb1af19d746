"""Which servers may call: whoever has the access key, or identities with a role."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from aiohttp import web

from local.identities import access
from local.identities.tokens import UnknownCallerError, read_bearer
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.access.tokens import check_service_token
from local.standins.webpubsub.errors import ForbiddenError, UnauthorizedError

AUDIENCE: Final = "https://webpubsub.azure.com"
RESOURCE: Final = "Microsoft.SignalRService/webPubSub/wps-tocsin"
_ALL: Final = "Microsoft.SignalRService/WebPubSub/"
# The first that the path holds says what the call is about.
_SUBJECTS: Final = (
    ("/permissions/", "clientConnection"),
    ("/users/", "user"),
    ("/groups/", "group"),
    ("/connections/", "clientConnection"),
)


class Callers(Protocol):
    """Who may call the REST side."""

    def check(self, request: web.Request) -> None:
        """Raises UnauthorizedError, ForbiddenError."""


class KeyCallers:
    """Those who sign with *key*, for one of the addresses in *origins*."""

    def __init__(self, key: str, origins: Origins) -> None:
        self._key = key
        self._origins = origins

    def check(self, request: web.Request) -> None:
        # Microsoft's text says the audience has no query; its SDKs sign the whole URL.
        audiences = self._origins.urls(request, request.raw_path)
        audiences += self._origins.urls(request, request.rel_url.raw_path)
        authorization = request.headers.get("Authorization", "")
        check_service_token(authorization, key=self._key, audiences=audiences)


class IdentityCallers:
    """Identities with a role, by the files in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._access = access.Access(folder, AUDIENCE)

    def check(self, request: web.Request) -> None:
        try:
            token = read_bearer(request.headers.get("Authorization"))
            self._access.check(token, _ALL + name_action(request.method, request.path), RESOURCE)
        except UnknownCallerError as error:
            raise UnauthorizedError(str(error)) from error
        except access.ForbiddenError as error:
            raise ForbiddenError(str(error)) from error


def name_action(method: str, path: str) -> str:
    """What a role has to allow for this call, below ``Microsoft.SignalRService/WebPubSub/``."""
    if path.endswith("/:generateToken"):
        return "auth/clientToken/action"
    subject = next((name for part, name in _SUBJECTS if part in path), "hub")
    if path.endswith("/:send"):
        return f"{subject}/send/action"
    return f"{subject}/{'read' if method in {'GET', 'HEAD'} else 'write'}"
