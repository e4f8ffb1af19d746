"""Cosmos DB: the latest activation of a model bundle that anybody took, kept outside of the files.

Whoever may write the files can put back an older ``active.json``, signed in its time, but not this.
"""

from __future__ import annotations

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tocsin.adapters.cosmos.client import save_unchanged
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.errors import ChangedMeanwhileError

ACTIVATION = "activation"
MOST_TRIES = 8  # instances that take the same bundle at the same moment


class CosmosActivations:
    """The port Activations over the container ``settings``: one document a profile."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._settings = Container(client, database, "settings")

    async def find_latest(self, profile: str) -> int:
        at, _ = await self._read(profile)
        return at

    async def keep_latest(self, profile: str, at: int) -> None:
        document = {"id": _name(profile), "type": ACTIVATION, "profile": profile, "at": at}
        changed = f"others keep activations of {profile!r} all the time"
        for _ in range(MOST_TRIES):
            known, etag = await self._read(profile)
            if known >= at:
                return
            try:
                await save_unchanged(self._settings, document, etag, changed)
            except ChangedMeanwhileError:
                continue
            return
        raise ChangedMeanwhileError(changed)

    async def _read(self, profile: str) -> tuple[int, str | None]:
        name = _name(profile)
        try:
            found = await self._settings.read_item(name, partition_key=name)
        except CosmosResourceNotFoundError:
            return 0, None
        at = found.get("at")
        return at if type(at) is int else 0, str(found["_etag"])


def _name(profile: str) -> str:
    return f"{ACTIVATION}:{profile}"
