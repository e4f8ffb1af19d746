"""What a model may do with a site's tasks, counted by kind instead of task by task."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Columns:
    """``n`` things a model may do: let tasks of ``kind`` ``[n]`` stay on ``device`` ``[n]``
    (``stays``) or come to it, at ``most`` ``[n]`` so many, each at the cost of ``task`` ``[n]``.

    ``free``: ``[n]``, whether the kind has any choice. ``size``: ``[kinds]``, tasks of each kind.
    Sorted by kind, then those that come by device, then those that stay by device.
    """

    kind: Ints
    device: Ints
    stays: Bools
    most: Ints
    task: Ints
    free: Bools
    size: Ints


def columns_of(site: Site, chosen: Bools) -> Columns:
    """What a model does that puts tasks where *chosen* ``[t, d]`` allows it for one of the kind."""
    tasks, device = np.nonzero(chosen)
    stays = device == site.present[tasks]
    key = (site.kind[tasks] * 2 + stays) * len(site.devices) + device
    _, first = np.unique(key, return_index=True)
    task, device, stays = tasks[first], device[first], stays[first]
    kind, size = site.kind[task], np.bincount(site.kind)
    at_home = _at_home(site)[kind * len(site.devices) + device]
    most = np.where(stays, at_home, size[kind] - at_home)
    coming = np.bincount(kind, ~stays)[kind]
    choices = np.bincount(kind)[kind]
    free = (coming > 0) & (choices > 1)
    return Columns(kind, device, stays, most, task, free, size)


def _at_home(site: Site) -> Ints:
    """How many of each kind run on each device now, ``[kinds * d]``."""
    known = np.flatnonzero(site.present != NOWHERE)
    key = site.kind[known] * len(site.devices) + site.present[known]
    return np.bincount(key, minlength=int(site.kind.max() + 1) * len(site.devices))


def counts_of(site: Site, columns: Columns, allocation: Ints) -> Ints:
    """What *allocation* does of each column, ``[n]``."""
    stays = allocation == site.present
    width = len(site.devices)
    key = (site.kind * 2 + stays) * width + allocation
    wanted = (columns.kind * 2 + columns.stays) * width + columns.device
    found = np.bincount(key, minlength=int(wanted.max()) + 1)
    return np.asarray(found[wanted], dtype=np.int64)


def whole(columns: Columns, values: Floats) -> Ints:
    """*values* ``[n]`` as whole numbers that place every task: the largest remainders go up."""
    values = np.clip(values, 0.0, columns.most)
    counts: Ints = np.floor(values).astype(np.int64)
    short = columns.size - np.bincount(columns.kind, counts, len(columns.size)).astype(np.int64)
    order = np.lexsort((counts - values, columns.kind))
    starts = np.searchsorted(columns.kind[order], np.arange(len(columns.size)))
    rank = np.arange(len(order)) - starts[columns.kind[order]]
    counts[order] += rank < short[columns.kind[order]]
    return counts


def placed(site: Site, columns: Columns, counts: Ints) -> Ints:
    """An allocation ``[t]`` that does *counts* ``[n]``: of a kind, the first in order stay."""
    allocation = np.full(len(site.kind), NOWHERE)
    width = len(site.devices) + 1  # one more for those that run nowhere
    home = site.kind * width + site.present + 1
    order = np.argsort(home, kind="stable")
    rank = np.arange(len(order)) - np.searchsorted(home[order], home[order])
    staying = np.zeros(len(columns.size) * width, dtype=np.int64)
    stays = columns.stays
    staying[columns.kind[stays] * width + columns.device[stays] + 1] = counts[stays]
    keep = rank < staying[home[order]]
    allocation[order[keep]] = site.present[order[keep]]
    rest = np.flatnonzero(allocation == NOWHERE)
    rest = rest[np.argsort(site.kind[rest], kind="stable")]
    allocation[rest] = np.repeat(columns.device[~stays], counts[~stays])
    return allocation
