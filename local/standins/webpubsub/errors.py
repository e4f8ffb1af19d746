"""What can go wrong, each with the HTTP answer it becomes."""

from __future__ import annotations


class RefusedError(Exception):
    """A request this service refuses; *code* and the message reach the caller."""

    status = 400
    code = "BadRequest"


class UnauthorizedError(RefusedError):
    """The token is missing, forged, expired or meant for another address."""

    status = 401
    code = "Unauthorized"


class ForbiddenError(RefusedError):
    """The caller is known and lacks a role."""

    status = 403
    code = "Forbidden"


class NotFoundError(RefusedError):
    """The named connection does not exist."""

    status = 404
    code = "NotFound"


class NotSupportedError(RefusedError):
    """Azure does this; the stand-in does not."""

    status = 501
    code = "NotImplemented"


class SlowClientError(Exception):
    """A client let more wait for it than the service keeps."""


class MalformedFrameError(Exception):
    """A client's frame breaks the protocol; the message says how."""
