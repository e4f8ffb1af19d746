"""The shares' words put together: one tally, one log, one state of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from device_sim.session.log import RunLog, Tally
from device_sim.session.sink import FAULTS, SUMMARY, Sink
from device_sim.shares import lines


class Merger:
    """Takes what each share says and keeps what is true of all."""

    def __init__(self, log: RunLog, sink: Sink, shares: int) -> None:
        """*log* is the whole fleet's; its tally and truth are kept up here. *sink* is its sink."""
        self.connected = 0
        self._log = log
        self._sink = sink
        self._connected = [0] * shares
        self._tallies: list[Mapping[str, Any]] = [{}] * shares
        self._waiting = [0] * shares
        self._faults: list[Sequence[Mapping[str, Any]]] = [[]] * shares

    @property
    def waiting(self) -> int:
        return sum(self._waiting)

    def note(self, share: int, words: Mapping[str, Any]) -> None:
        """The share of index *share* said *words*."""
        if lines.APPEND in words:
            self._sink.append(words[lines.APPEND], words[lines.LINE])
        elif words.get(lines.REPLACE) == FAULTS:
            self._note_faults(share, words[lines.LINES])
        elif words.get(lines.REPLACE) == SUMMARY:
            # The last one counts what was still unsent when the share ended.
            self._note_tally(share, words[lines.LINES][0])
        elif lines.TALLY in words:
            self._note_tally(share, words[lines.TALLY])
            self._waiting[share] = words[lines.WAITING]
        elif lines.CONNECTED in words:
            self._connected[share] = words[lines.CONNECTED]
            self.connected = sum(self._connected)

    def _note_faults(self, share: int, faults: Sequence[Mapping[str, Any]]) -> None:
        if list(faults) == list(self._faults[share]):
            return
        self._faults[share] = faults
        truth = [fault for part in self._faults for fault in part]
        self._log.write_faults(sorted(truth, key=lambda fault: (fault["start"], fault["device"])))

    def _note_tally(self, share: int, tally: Mapping[str, Any]) -> None:
        self._tallies[share] = tally
        for field in fields(Tally):
            # Devices and faults are known here; the rest is the sum of what the shares count.
            if field.name not in {"devices", "faults"}:
                total = sum(part.get(field.name, 0) for part in self._tallies)
                setattr(self._log.tally, field.name, total)
