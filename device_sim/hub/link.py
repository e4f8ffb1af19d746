"""What a device needs of its connection to the hub: messages out, its twin in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from device_sim.hub.message import Outgoing


class LinkError(Exception):
    """The hub did not take the message or the connection; trying again may help."""


class RefusedError(LinkError):
    """The hub refused the device's credentials."""


class Link(Protocol):
    """A device's connection."""

    async def connect(self) -> None:
        """Raises LinkError, or RefusedError for bad credentials."""

    async def send(self, message: Outgoing) -> None:
        """Return when the hub has acknowledged. Raises LinkError."""

    async def listen(
        self,
        on_desired: Callable[[Mapping[str, Any]], None],
        on_connection: Callable[[], None],
    ) -> None:
        """From now on call *on_desired* with each patch of the twin's desired properties, in the
        order of their arrival, and *on_connection* when the connection came or went; both on the
        caller's event loop. May be repeated. Raises LinkError."""

    async def twin(self) -> Mapping[str, Any]:
        """The twin's properties, ``desired`` and ``reported``. Connects if need be.

        Raises LinkError.
        """

    async def report(self, properties: Mapping[str, Any]) -> None:
        """Change these reported properties of the twin. Raises LinkError."""

    async def close(self) -> None:
        """Disconnect; never raises for a connection that is already gone."""
