"""An allocation while it changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints


@dataclass(slots=True)
class Draft:
    """An allocation, and what would be dear to count anew after each change of one task.

    allocation: ``[t]``, NOWHERE for a task that has no place yet.
    carried: ``[d]`` percent on each device. paid: ``[d]`` watts that this costs.
    moves: how many limited migrations the allocation makes.
    """

    site: Site
    allocation: Ints
    carried: Floats
    paid: Floats
    moves: int

    @classmethod
    def of(cls, site: Site, allocation: Ints) -> Draft:
        """*allocation* ``[t]``, ready to be changed; it may leave tasks NOWHERE."""
        put = np.flatnonzero(allocation != NOWHERE)
        carried = np.bincount(allocation[put], site.load[put], len(site.devices)).astype(np.float64)
        paid = site.price.charge(carried)
        return cls(site, allocation, carried, paid, site.count_moves(allocation))

    def price_task(self, task: int) -> Floats:
        """Watts that *task* would cost on each device beside what it carries, ``[d]``."""
        added = self.site.price.charge(self.carried + self.site.load[task]) - self.paid
        return np.asarray(self.site.cost[task] + added)

    def add_load(self, device: int, percent: float) -> None:
        """Put *percent* more on *device*."""
        self.carried[device] += percent
        self.paid[device] = self.site.price.charge_device(device, self.carried[device])

    def place_cheapest(self, task: int) -> None:
        """Put *task*, which is NOWHERE, where it costs least."""
        device = int(self.price_task(task).argmin())
        self.allocation[task] = device
        self.add_load(device, self.site.load[task])
