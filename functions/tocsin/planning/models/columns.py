"""What a model may do with a site's tasks, counted by kind instead of task by task."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Columns:
    """``n`` things a model may do: let tasks of a kind stay on a device or come to it.

    kind, device: ``[n]``, whose tasks, and where.
    stays: ``[n]``, whether it is about tasks that are on the device already.
    most: ``[n]``, how many tasks that may be at most.
    task: ``[n]``, a task of the kind whose costs hold for all of them.
    free: ``[n]``, whether the kind has any choice.
    size: ``[kinds]``, how many tasks each kind has.

    Sorted by kind; within it those that come by device, then those that stay by device.
    """

    kind: Ints
    device: Ints
    stays: Bools
    most: Ints
    task: Ints
    free: Bools
    size: Ints


def build_columns(site: Site, chosen: Bools) -> Columns:
    """The columns of a model in which each task may use its pairs in *chosen* ``[t, d]``.

    If a pair is chosen for one task of a kind, all tasks of the kind may use it.
    """
    tasks, device = np.nonzero(chosen)
    stays = device == site.present[tasks]
    # One number for each (kind, stays, device), so that `unique` leaves one column of each and
    # sorts them as promised.
    key = (site.kind[tasks] * 2 + stays) * len(site.devices) + device
    _, first = np.unique(key, return_index=True)
    task, device, stays = tasks[first], device[first], stays[first]
    kind, size = site.kind[task], np.bincount(site.kind)
    at_home = _count_at_home(site)[kind * len(site.devices) + device]
    most = np.where(stays, at_home, size[kind] - at_home)
    # Without a column to come to, every task stays; with a single one, every task comes.
    coming = np.bincount(kind, ~stays)[kind]
    choices = np.bincount(kind)[kind]
    free = (coming > 0) & (choices > 1)
    return Columns(kind, device, stays, most, task, free, size)


def count_columns(site: Site, columns: Columns, allocation: Ints) -> Ints:
    """How many tasks *allocation* ``[t]`` has in each column, ``[n]``."""
    stays = allocation == site.present
    width = len(site.devices)
    key = (site.kind * 2 + stays) * width + allocation
    wanted = (columns.kind * 2 + columns.stays) * width + columns.device
    counts = np.bincount(key, minlength=int(wanted.max()) + 1)
    return np.asarray(counts[wanted], dtype=np.int64)


def round_counts(columns: Columns, values: Floats) -> Ints:
    """*values* ``[n]`` as whole numbers that place every task: the largest remainders go up."""
    values = np.clip(values, 0.0, columns.most)  # a solver keeps to limits but for a tolerance
    counts: Ints = np.floor(values).astype(np.int64)
    short = columns.size - np.bincount(columns.kind, counts, len(columns.size)).astype(np.int64)
    # Within each kind by falling remainder; `rank` counts from 0 in each kind, so the kind's first
    # `short` columns are those to raise.
    order = np.lexsort((counts - values, columns.kind))
    starts = np.searchsorted(columns.kind[order], np.arange(len(columns.size)))
    rank = np.arange(len(order)) - starts[columns.kind[order]]
    counts[order] += rank < short[columns.kind[order]]
    return counts


def place_tasks(site: Site, columns: Columns, counts: Ints) -> Ints:
    """An allocation ``[t]`` with *counts* ``[n]`` tasks in the columns; the first in order stay.

    Which tasks of a kind stay makes no difference to the cost, so a fixed order decides.
    """
    allocation = np.full(len(site.kind), NOWHERE)
    width = len(site.devices) + 1  # one more for those that run nowhere
    home = site.kind * width + site.present + 1  # a number for each (kind, present device)
    order = np.argsort(home, kind="stable")
    # The place of each task among those of its kind on its device, from 0.
    rank = np.arange(len(order)) - np.searchsorted(home[order], home[order])
    most_staying = np.zeros(len(columns.size) * width, dtype=np.int64)
    stays = columns.stays
    most_staying[columns.kind[stays] * width + columns.device[stays] + 1] = counts[stays]
    keep = rank < most_staying[home[order]]
    allocation[order[keep]] = site.present[order[keep]]
    # The columns are sorted by kind too, so the tasks left, kind by kind, fit the devices repeated.
    rest = np.flatnonzero(allocation == NOWHERE)
    rest = rest[np.argsort(site.kind[rest], kind="stable")]
    allocation[rest] = np.repeat(columns.device[~stays], counts[~stays])
    return allocation


def _count_at_home(site: Site) -> Ints:
    """How many tasks of each kind run on each device now, ``[kinds * d]``."""
    known = np.flatnonzero(site.present != NOWHERE)
    key = site.kind[known] * len(site.devices) + site.present[known]
    return np.bincount(key, minlength=int(site.kind.max() + 1) * len(site.devices))
