"""All devices' outboxes and connections: messages go in, their fates go to the run log."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from itertools import count

from device_sim.errors import SimulatorError
from device_sim.hub.link import Link, LinkError
from device_sim.hub.message import Outgoing
from device_sim.hub.outbox import Outbox
from device_sim.hub.sender import connect_patiently, deliver
from device_sim.racing import before
from device_sim.session.log import RunLog

CONNECT_WITHIN_S = 60.0
CONNECT_AT_ONCE = 10


class NotConnectedError(SimulatorError):
    """A device could not connect at the start."""


class Dispatch:
    """Delivers the messages of many devices over their links."""

    def __init__(
        self,
        links: Mapping[str, Link],
        *,
        store: int,
        log: RunLog,
        connect_at_once: int = CONNECT_AT_ONCE,
    ) -> None:
        """*store*: how many messages of a device may wait. *connect_at_once*: how many devices
        knock at the hub at the same time; a hub that is flooded answers none of them in time."""
        self._links = links
        self._log = log
        self._outboxes = {device: Outbox(store) for device in links}
        self._deliveries: list[asyncio.Task[None]] = []
        self._failing: set[str] = set()
        self._connect_at_once = connect_at_once
        log.tally.devices = len(links)

    @property
    def waiting(self) -> int:
        return sum(len(outbox) for outbox in self._outboxes.values())

    async def connect(self, on_connected: Callable[[int], None] = lambda _: None) -> None:
        """Connect every device. Raises NotConnectedError naming the first that cannot.

        *on_connected* is told how many are connected, each time that grows.
        """
        gate = asyncio.Semaphore(self._connect_at_once)
        counter = count(1)

        async def connect_device(device: str, link: Link) -> None:
            async with gate:
                try:
                    await connect_patiently(link, within_s=CONNECT_WITHIN_S)
                except LinkError as error:
                    raise NotConnectedError(f"device {device} cannot connect: {error}") from error
                on_connected(next(counter))

        try:
            async with asyncio.TaskGroup() as group:
                for device, link in self._links.items():
                    group.create_task(connect_device(device, link))
        except* NotConnectedError as errors:
            raise errors.exceptions[0] from None

    def start(self) -> None:
        """Begin to empty the outboxes."""
        for device, link in self._links.items():
            self._deliveries.append(
                asyncio.create_task(
                    deliver(
                        link,
                        self._outboxes[device],
                        on_acknowledged=self._note_delivery,
                        on_failed_attempt=self._note_failure,
                    )
                )
            )

    def offer(self, message: Outgoing) -> None:
        """Queue a message; what overflows is counted as such."""
        self._log.count_message(message)
        lost = self._outboxes[message.device].keep(message)
        if lost is not None:
            self._log.record_fate(lost, "overflowed")

    async def offer_when_free(self, message: Outgoing, stop: asyncio.Event) -> None:
        """Queue a message once there is room; unsent if *stop* comes first."""
        if await before(stop, self._outboxes[message.device].wait_for_space()):
            self.offer(message)
        else:
            self._log.count_message(message)
            self._log.record_fate(message, "unsent")

    async def wait_until_empty(self) -> None:
        """Wait until nothing waits any more."""
        for outbox in self._outboxes.values():
            await outbox.wait_until_empty()

    async def close(self) -> None:
        """Stop delivering, count what is left as unsent, disconnect."""
        for delivery in self._deliveries:
            delivery.cancel()
        ended = await asyncio.gather(*self._deliveries, return_exceptions=True)
        for outbox in self._outboxes.values():
            for message in outbox.give_up():
                self._log.record_fate(message, "unsent")
        await asyncio.gather(*(link.close() for link in self._links.values()))
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome

    def _note_delivery(self, message: Outgoing, acked_at: int) -> None:
        self._log.record_fate(message, "sent", acked_at)
        if message.device in self._failing:
            self._failing.discard(message.device)
            if not self._failing:
                sys.stderr.write("every device delivers again\n")

    def _note_failure(self, message: Outgoing, error: LinkError) -> None:
        self._log.tally.failed_attempts += 1
        if not self._failing:
            sys.stderr.write(f"{message.device} cannot deliver ({error}); messages wait\n")
        self._failing.add(message.device)
