"""How much work a device's tasks gave it, and since when."""

from __future__ import annotations

import numpy as np

from device_sim.signals.shapes import Floats, Times


class LoadHistory:
    """The load of one device's tasks over event time, in percent of one reference processor.

    Readings that are out do not change: a change comes into force after the last of them.
    """

    def __init__(self) -> None:
        self._loads_pct: list[float] = []
        self._since_ms: list[int] = []  # of each load but the first
        self._out_ms: int | None = None

    def change(self, at_ms: int, load_pct: float) -> int:
        """From *at_ms* on, or later if need be, this is the load. Returns from when on.

        The first one is what the device has always run.
        """
        self._loads_pct.append(load_pct)
        if len(self._loads_pct) == 1:
            return at_ms
        out_ms = [] if self._out_ms is None else [self._out_ms + 1]
        self._since_ms.append(max([at_ms, *out_ms, *self._since_ms[-1:]]))
        return self._since_ms[-1]

    def settle(self, t_ms: int) -> None:
        """Readings up to *t_ms* are out."""
        self._out_ms = t_ms

    def load_at(self, t_ms: Times) -> Floats:
        """The load at each event time [n]."""
        return np.asarray(self._loads_pct)[np.searchsorted(self._since_ms, t_ms, side="right")]
