"""The definition of a container: what clients may ask for, and what is filled in."""

from __future__ import annotations

from typing import Any, Final

from local.standins.cosmos.catalogue.databases import resource_id
from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.query.values import Value
from local.standins.cosmos.state.partition import Partitioning

_DEFAULT_INDEXING: Final = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": '/"_etag"/?'}],
}
_LAST_WRITER_WINS: Final = {
    "mode": "LastWriterWins",
    "conflictResolutionPath": "/_ts",
    "conflictResolutionProcedure": "",
}
_LACKING: Final = (
    "computedProperties",
    "vectorEmbeddingPolicy",
    "fullTextPolicy",
    "materializedViewDefinition",
    "clientEncryptionPolicy",
)


def complete_definition(given: dict[str, Any]) -> dict[str, Any]:
    """*given* with defaults filled in. Raises BadRequestError that names what is wrong in it."""
    resource_id(given)
    _refuse_lacking(given)
    Partitioning(given.get("partitionKey"))
    _check_ttl(given.get("defaultTtl", -1))
    _check_indexing(given.get("indexingPolicy"))
    definition = {name: value for name, value in given.items() if not name.startswith("_")}
    definition.setdefault("indexingPolicy", _DEFAULT_INDEXING)
    definition.setdefault("conflictResolutionPolicy", _LAST_WRITER_WINS)
    return definition


def _refuse_lacking(given: dict[str, Any]) -> None:
    for name in _LACKING:
        if given.get(name):
            raise NotImplementedHereError(f"Containers with {name} are not supported.")
    unique = given.get("uniqueKeyPolicy") or {}
    if not isinstance(unique, dict):
        raise BadRequestError("The uniqueKeyPolicy is not an object.")
    if unique.get("uniqueKeys"):
        raise NotImplementedHereError("Containers with unique keys are not supported.")


def _check_ttl(ttl: Value) -> None:
    if type(ttl) is not int or not (ttl == -1 or 0 < ttl < 2**31):
        raise BadRequestError(f"The defaultTtl {ttl!r} is neither -1 nor a number of seconds > 0.")


def _check_indexing(policy: Value) -> None:
    if policy is None:
        return
    if not isinstance(policy, dict):
        raise BadRequestError("The indexingPolicy is not an object.")
    for name in ("includedPaths", "excludedPaths"):
        paths = policy.get(name) or []
        if not isinstance(paths, list) or not all(isinstance(path, dict) for path in paths):
            raise BadRequestError(f"The indexing policy's {name} are not a list of objects.")
