"""An allocation while it changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints


@dataclass(slots=True)
class Running:
    """An allocation ``[t]`` while it changes: what each device ``carried`` and costs (``paid``),
    ``[d]``, and how many limited migrations it makes."""

    site: Site
    allocation: Ints
    carried: Floats
    paid: Floats
    moves: int

    def prices(self, task: int) -> Floats:
        """What *task* would cost on each device beside what it carries, ``[d]``."""
        added = self.site.price.of(self.carried + self.site.load[task]) - self.paid
        return np.asarray(self.site.cost[task] + added)

    def load(self, device: int, percent: float) -> None:
        """Put *percent* more on *device*."""
        self.carried[device] += percent
        self.paid[device] = self.site.price.one(device, self.carried[device])


def running(site: Site, allocation: Ints) -> Running:
    """*allocation*, which may leave tasks NOWHERE, ready to be changed."""
    put = np.flatnonzero(allocation != NOWHERE)
    carried = np.bincount(allocation[put], site.load[put], len(site.devices)).astype(np.float64)
    return Running(site, allocation, carried, site.price.of(carried), site.moves(allocation))
