"""What single changes of a plan would save: a task moves, or two tasks change places.

All are priced at once, at the loads as they are. A change touches two devices only, so changes that
share no device save together what each saves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.moves.greedy import ENOUGH_W

PORTION = 2**18  # changes looked at in one go: some ten MiB for each number they need
NOBODY = -1  # in the place of the other task, where one only moves


@dataclass(frozen=True, slots=True)
class Trades:
    """``n`` changes of a plan, each of them possible by itself.

    gain: ``[n]`` watts saved. task, device: ``[n]``, what goes where.
    other: ``[n]``, the task that comes from there in its place; NOBODY if it only moves.
    moves: ``[n]``, how many more limited migrations the change makes.
    """

    gain: Floats
    task: Ints
    device: Ints
    other: Ints
    moves: Ints

    @classmethod
    def join(cls, parts: Sequence[Trades]) -> Trades:
        """All of *parts*, in order."""
        nothing = np.zeros(0, np.int64)
        return cls(
            np.concatenate([np.zeros(0), *(part.gain for part in parts)]),
            np.concatenate([nothing, *(part.task for part in parts)]),
            np.concatenate([nothing, *(part.device for part in parts)]),
            np.concatenate([nothing, *(part.other for part in parts)]),
            np.concatenate([nothing, *(part.moves for part in parts)]),
        )

    def pick(self, which: Ints | Bools) -> Trades:
        """Those at *which*."""
        return Trades(
            self.gain[which],
            self.task[which],
            self.device[which],
            self.other[which],
            self.moves[which],
        )


def find_trades(
    site: Site, allocation: Ints, places: Ints, most_moves: int, left_s: Callable[[], float]
) -> Trades:
    """Of each device the best change that takes a task from it, best first; only those that save.

    *allocation*: ``[t]``. *places*: ``[t, n]``, the devices that each task may go to.
    *most_moves*: so many more limited migrations a change may make. What no time is left for
    (*left_s*) is not looked at.
    """
    ledger = _Ledger.of(site, allocation)
    best: list[Trades] = []
    for tasks in _cut_portions(ledger, places):
        if left_s() <= 0:
            break
        task, device = np.repeat(tasks, places.shape[1]), places[tasks].ravel()
        best.append(_choose_best(ledger, task, device, most_moves))
    return _keep_best(Trades.join(best), allocation)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """A plan and what is asked of it again and again.

    load: ``[d]`` percent. paid: ``[d]`` watts. margin: ``[d]`` watts for a percent more.
    order: tasks by device, those of device d from first[d] on, count[d] of them.
    """

    site: Site
    allocation: Ints
    load: Floats
    paid: Floats
    margin: Floats
    order: Ints
    first: Ints
    count: Ints

    @classmethod
    def of(cls, site: Site, allocation: Ints) -> _Ledger:
        load, count = site.device_loads(allocation), np.bincount(allocation, None, site.usable.size)
        return cls(
            site,
            allocation,
            load,
            paid=site.price.charge(load),
            margin=site.price.marginal_price(load),
            order=np.argsort(allocation, kind="stable"),
            first=np.cumsum(count) - count,
            count=count,
        )

    def list_partners(self, device: Ints) -> tuple[Ints, Ints]:
        """Every task on each of *device* ``[n]``: the place in *device*, and the task."""
        counts = self.count[device]
        place = np.repeat(np.arange(len(device)), counts)
        nth = np.arange(len(place)) - (np.cumsum(counts) - counts)[place]
        return place, self.order[self.first[device[place]] + nth]

    def hope_for(self, task: Ints, device: Ints) -> Floats:
        """Watts saved by moving *task* to *device*, both ``[n]``, if each percent had the price
        that the next one has now: never less than what it does save, since prices are convex."""
        here = self.allocation[task]
        running = self.site.cost[task, here] - self.site.cost[task, device]
        return np.asarray(
            running + self.site.load[task] * (self.margin[here] - self.margin[device])
        )

    def count_moves(self, task: Ints, device: Ints) -> Ints:
        """How many more limited migrations *task* on *device* makes, both ``[n]``."""
        home = self.site.present[task]
        more = (device != home).astype(np.int64) - (self.allocation[task] != home)
        return np.where(self.site.counted[task], more, 0)

    def charge_shift(self, device: Ints, percent: Floats) -> Floats:
        """Watts more for *percent* more on each of *device*, both ``[n]``."""
        loads = (self.load[device] + percent)[:, None]
        return np.asarray(self.site.price.charge_trials(device, loads)[:, 0] - self.paid[device])


def _cut_portions(ledger: _Ledger, places: Ints) -> Iterator[Ints]:
    """All tasks in turn, so many at a time that their changes are about a PORTION."""
    changes = (ledger.count[places] + 1).sum(axis=1)
    portion = np.cumsum(changes) // PORTION
    edges = np.flatnonzero(np.diff(portion)) + 1
    yield from np.split(np.arange(len(places)), edges)


def _choose_best(ledger: _Ledger, task: Ints, device: Ints, most_moves: int) -> Trades:
    """The best changes of *task* going to *device*, both ``[n]``."""
    able = (ledger.allocation[task] != device) & np.isfinite(ledger.site.cost[task, device])
    task, device = task[able], device[able]
    hope = ledger.hope_for(task, device)
    place, other = ledger.list_partners(device)
    back = hope[place] + ledger.hope_for(other, ledger.allocation[task[place]])
    alone, paired = np.flatnonzero(hope > ENOUGH_W), np.flatnonzero(back > ENOUGH_W)
    place = np.concatenate([alone, place[paired]])
    other = np.concatenate([np.full(len(alone), NOBODY), other[paired]])
    trades = _price(ledger, task[place], device[place], other)
    good = (trades.gain > ENOUGH_W) & (trades.moves <= most_moves)
    return _keep_best(trades.pick(good), ledger.allocation)


def _price(ledger: _Ledger, task: Ints, device: Ints, other: Ints) -> Trades:
    """What the changes save, all ``[n]``."""
    site, here, load = ledger.site, ledger.allocation[task], ledger.site.load
    watts, moves = site.cost[task, device] - site.cost[task, here], ledger.count_moves(task, device)
    shift = load[task].copy()
    paired = np.flatnonzero(other != NOBODY)
    partner, source, target = other[paired], here[paired], device[paired]
    watts[paired] += site.cost[partner, source] - site.cost[partner, target]
    moves[paired] += ledger.count_moves(partner, source)
    shift[paired] -= load[partner]
    watts += ledger.charge_shift(here, -shift) + ledger.charge_shift(device, shift)
    return Trades(-watts, task, device, other, moves)


def _keep_best(trades: Trades, allocation: Ints) -> Trades:
    """Of each device the best change that takes a task from it, best first."""
    ranked = trades.pick(np.argsort(-trades.gain, kind="stable"))
    _, first = np.unique(allocation[ranked.task], return_index=True)
    return ranked.pick(np.sort(first))
