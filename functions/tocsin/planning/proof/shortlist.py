"""A part of a large site's pairs of task and device: where the climb to the bound looks.

While the duals are rough, a sample of the tasks says nearly the same as all of them. Later all
tasks count, but most of their pairs are far too dear to matter; and of the hundreds that may be
equally good for a task, any few do, as long as not all tasks are given the same ones. So the
devices are drawn among those that cost little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.blocks import cut_blocks
from tocsin.planning.arrays.load_price import LEAST_PCT, LoadPrice
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints
from tocsin.planning.proof.bound import Bound, Duals

SPREAD = 10.0  # of the smoothing: what is dearer than the least by more is not drawn first
# Of the smoothing: by so much the duals may change what a mean task costs on a device. Further off
# other devices would count: one that is on few lists would become so cheap that all tasks want it.
REACH = 3.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a site is looked at.

    most_pairs: in a sample of its tasks. least_devices, share: on a task's list, so many devices
    or that share of all, whichever is more.
    """

    most_pairs: int = 2**20
    least_devices: int = 32
    share: float = 0.1


USUAL = Extent()


@dataclass(frozen=True, slots=True)
class Shortlist:
    """``t`` tasks with ``n`` of the ``d`` devices each.

    device: ``[t, n]``. cost: ``[t, n]`` watts, infinite where a task must not be.
    load: ``[t]`` percent. price: of all ``d`` devices' load.
    low, high: ``[d]`` watts per percent, between which duals are to stay.
    weight: for how many tasks of the site each task stands.
    """

    device: Ints
    cost: Floats
    load: Floats
    price: LoadPrice
    low: Floats
    high: Floats
    weight: float = 1.0

    def sum_by_device(self, values: Floats) -> Floats:
        """What *values* ``[t, n]`` come to on each device, ``[d]``."""
        sums = np.bincount(self.device.ravel(), values.ravel(), len(self.price.widths))
        return np.asarray(self.weight * sums, dtype=np.float64)


def sample_tasks(site: Site, duals: Duals, extent: Extent = USUAL) -> Shortlist:
    """Tasks of all sizes with every device; at a small site all tasks."""
    tasks, devices = site.cost.shape
    step = -(-tasks * devices // extent.most_pairs)
    some = np.argsort(site.load, kind="stable")[step // 2 :: step]
    device = np.broadcast_to(np.arange(devices), (len(some), devices)).copy()
    return _list(site, some, device, duals, np.inf)


def shorten(site: Site, bound: Bound, smoothing: float, extent: Extent = USUAL) -> Shortlist:
    """All tasks with some of the devices that count at the duals of *bound*, smoothed over
    *smoothing* watts; all of them where they are few."""
    tasks, devices = site.cost.shape
    length = max(extent.least_devices, int(extent.share * devices))
    device = draw_devices(bound.reduced, length, SPREAD * smoothing)
    reach_w = REACH * smoothing if length < devices else np.inf
    return _list(site, np.arange(tasks), device, bound.duals, reach_w)


def draw_devices(reduced: Floats, count: int, spread_w: float) -> Ints:
    """*count* devices for each task, of those that cost least by *reduced* ``[t, d]``.

    ``[t, count]``, or ``[t, d]`` where there are no more. Which of those that differ by less than
    *spread_w* is a matter of chance, but the same for equal input.
    """
    tasks, devices = reduced.shape
    if count >= devices:
        return np.broadcast_to(np.arange(devices), (tasks, devices)).copy()
    drawn, rng = np.empty((tasks, count), dtype=np.int64), np.random.default_rng(tasks)
    for block in cut_blocks(tasks, devices):
        ranked = reduced[block] + spread_w * rng.random(reduced[block].shape, dtype=np.float32)
        drawn[block] = np.argpartition(ranked, count - 1, axis=1)[:, :count]
    return drawn


def _list(site: Site, tasks: Ints, device: Ints, duals: Duals, reach_w: float) -> Shortlist:
    """*tasks* ``[n]`` with *device* ``[n, m]`` and what they cost there, near *duals*."""
    cost = site.cost[tasks[:, None], device]
    if duals.move > 0:
        cost += duals.move * (site.counted[tasks, None] & (device != site.present[tasks, None]))
    reach = reach_w / max(float(site.load.mean()), LEAST_PCT)
    return Shortlist(
        device,
        cost,
        site.load[tasks],
        site.price,
        low=duals.load - reach,
        high=duals.load + reach,
        weight=len(site.load) / len(tasks),
    )
