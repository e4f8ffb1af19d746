"""The processes of a fleet's shares: started, told when to begin and to end, and followed."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from device_sim.session.conduct import UNDELIVERED
from device_sim.shares import lines

# Its processes end like a whole fleet does: 0, or 3 when a message was not delivered.
GOOD_CODES = frozenset({0, UNDELIVERED})

Note = Callable[[int, Mapping[str, Any]], None]


class Crew:
    """One process a share. Their words go to *note*, with the index of the share."""

    def __init__(self, commands: Sequence[Sequence[str]], note: Note) -> None:
        """*commands*: the arguments of ``python -m device_sim`` for each share."""
        self._commands = commands
        self._note = note
        self._processes: list[Process] = []
        self._following: list[asyncio.Task[None]] = []
        self._ready = [asyncio.Event() for _ in commands]
        self.ended = asyncio.Event()  # a process has ended, for whatever reason
        self.failed = asyncio.Event()  # a process has ended otherwise than it should

    async def start(self, keys: Sequence[Mapping[str, str]]) -> None:
        """Start the processes and give each the keys of its devices."""
        for index, command in enumerate(self._commands):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "device_sim", *command),
                stdin=PIPE,
                stdout=PIPE,
                limit=lines.LONGEST_LINE,
            )
            self._processes.append(process)
            self._following.append(asyncio.create_task(self._follow(index, process)))
            self._tell(process, {lines.KEYS: dict(keys[index])})

    async def wait_until_ready(self) -> None:
        """Wait until every share is connected."""
        for ready in self._ready:
            await ready.wait()

    def begin(self, start_ms: int) -> None:
        """Tell all to begin, with one time of the beginning."""
        self._tell_all({lines.BEGIN: start_ms})

    def stop(self) -> None:
        """Tell all to end production; said again, to end the drain too."""
        self._tell_all({lines.STOP: True})

    async def wait(self) -> list[int]:
        """Wait until all have ended and all they said is noted. Returns their exit codes."""
        await asyncio.gather(*self._following)
        return [await process.wait() for process in self._processes]

    def kill(self) -> None:
        """End those that still run."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.kill()

    async def _follow(self, index: int, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            words = json.loads(line)
            if lines.READY in words:
                self._ready[index].set()
            self._note(index, words)
        if has_failed(await process.wait()):
            self.failed.set()
        self.ended.set()

    def _tell_all(self, words: Mapping[str, Any]) -> None:
        for process in self._processes:
            self._tell(process, words)

    def _tell(self, process: Process, words: Mapping[str, Any]) -> None:
        assert process.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError, RuntimeError):  # it has ended
            process.stdin.write(lines.encode_line(words))


def has_failed(code: int) -> bool:
    """Whether a share that ended with *code* did not do its work."""
    return code not in GOOD_CODES
