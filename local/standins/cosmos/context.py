"""What every handler is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local.standins.cosmos.errors import CONTAINER_RECREATED, BadRequestError
from local.standins.cosmos.state.indexes import Indexes
from local.standins.cosmos.state.resources import Container, Database
from local.standins.cosmos.state.store import Store
from local.standins.cosmos.wire import Call, Reply


@dataclass(frozen=True, slots=True)
class Context:
    """``scheme``: of the addresses that clients are told, http or https."""

    store: Store
    indexes: Indexes
    scheme: str = "http"

    def database(self, call: Call) -> Database:
        """The database that the call's path names."""
        return self.store.database(call.segments[1])

    def container(self, call: Call) -> Container:
        """The container that the call's path names, if it is still the one the client knows."""
        segments = call.segments
        container = self.store.container(segments[1], segments[3])
        intended = call.header("x-ms-cosmos-intended-collection-rid")
        if intended is not None and intended != container.rid:
            raise BadRequestError(
                f"The container {container.id!r} was created anew.", substatus=CONTAINER_RECREATED
            )
        return container


Handler = Callable[[Context, Call], Reply]


def container_headers(container: Container) -> dict[str, str]:
    """Headers of every answer about a container's documents."""
    return {
        "x-ms-session-token": f"0:1#{container.lsn}",
        "x-ms-alt-content-path": container.link,
        "x-ms-content-path": container.rid,
        "x-ms-documentdb-partitionkeyrangeid": "0",
        "lsn": str(container.lsn),
    }
