"""What can go wrong, each with the status and substatus that Cosmos DB answers."""

from __future__ import annotations

UNKNOWN = 0
PARTITION_KEY_MISMATCH = 1001
OWNER_NOT_FOUND = 1003
CONTAINER_RECREATED = 1024
NOT_OF_DATA_PLANE = 5300
NO_ROLE = 5302


class CosmosError(Exception):
    """An answer other than success: ``status`` of HTTP, ``code`` the word in the body."""

    status = 500
    code = "InternalServerError"

    def __init__(self, message: str, *, substatus: int = UNKNOWN) -> None:
        super().__init__(message)
        self.message = message
        self.substatus = substatus


class BadRequestError(CosmosError):
    status, code = 400, "BadRequest"


class UnauthorizedError(CosmosError):
    status, code = 401, "Unauthorized"


class ForbiddenError(CosmosError):
    status, code = 403, "Forbidden"


class NotFoundError(CosmosError):
    status, code = 404, "NotFound"


class MethodNotAllowedError(CosmosError):
    status, code = 405, "MethodNotAllowed"


class ConflictError(CosmosError):
    status, code = 409, "Conflict"


class GoneError(CosmosError):
    status, code = 410, "Gone"


class PreconditionFailedError(CosmosError):
    status, code = 412, "PreconditionFailed"


class TooLargeError(CosmosError):
    status, code = 413, "RequestEntityTooLarge"


class NotImplementedHereError(CosmosError):
    """Cosmos DB has the operation, this stand-in does not."""

    status, code = 501, "NotImplemented"


class UnavailableError(CosmosError):
    status, code = 503, "ServiceUnavailable"
