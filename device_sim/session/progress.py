"""How a session is going, on standard error: a live line on a terminal, else one every 10 s."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console

from device_sim.session.log import Tally

LINE_EVERY_S = 10.0


class Progress:
    """Shows the tally; ``show`` may be called as often as one likes."""

    def __init__(self, tally: Tally, waiting: Callable[[], int]) -> None:
        self._tally = tally
        self._waiting = waiting
        self._console = Console(stderr=True)
        self._status = self._console.status("connected") if self._console.is_terminal else None
        self._next_line_s = time.monotonic() + LINE_EVERY_S

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()
        self._print()

    def show(self) -> None:
        if self._status is not None:
            self._status.update(self._line())
        elif time.monotonic() >= self._next_line_s:
            self._next_line_s += LINE_EVERY_S
            self._print()

    def _print(self) -> None:
        self._console.print(self._line(), highlight=False, soft_wrap=True)

    def _line(self) -> str:
        tally = self._tally
        return (
            f"{tally.devices} devices: {tally.sent} messages ({tally.readings_sent} readings) "
            f"delivered, {self._waiting()} waiting, {tally.overflowed} overflowed, "
            f"{tally.faults} faults so far"
        )
