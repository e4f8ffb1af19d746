"""Child processes that announce when they are ready, keep a log, and stop in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.disk import is_full
from local.signals import ask_to_stop, choose_group

ROOT = Path(__file__).resolve().parent.parent
STOP_S = 10.0


class ProcessFailedError(RuntimeError):
    """A child process ended or stayed silent before it was ready."""


class Child:
    """One child process: started again with the same command after a kill.

    - ``ready`` holds the facts of the process's ready line (see ``local.ready``).
    - ``log_path``: its standard error is appended there, and its standard output too.
    - ``on_start`` is called with the process id after each start.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log_path: Path,
        env: Mapping[str, str] | None = None,
        ready_after: Callable[[str], bool] | None = None,
        folder: Path = ROOT,
    ) -> None:
        """*ready_after* recognises the line that says "ready" of a program that is not ours."""
        self.name = name
        self.command = list(command)
        self.log_path = log_path
        self.env = {**os.environ, **(env or {})}
        self.ready: dict[str, Any] = {}
        self.on_start: Callable[[int], None] | None = None
        self._ready_after = ready_after
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._is_ready = threading.Event()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int | None:
        """None before it was first started."""
        return None if self._process is None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def start(self, *, within_s: float = 60.0) -> dict[str, Any]:
        """Start the process and wait for its ready line.

        Raises ProcessFailedError with the end of the log when it ends first or takes longer.
        """
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self._is_ready.clear()
        with self.log_path.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self._folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                **choose_group(),
            )
        if self.on_start is not None:
            self.on_start(self._process.pid)
        threading.Thread(target=self._follow, args=(self._process,), daemon=True).start()
        self._wait_ready(time.monotonic() + within_s, within_s)
        return self.ready

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """Stop the process from running, as a starved machine would. POSIX only."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def stop(self, *, within_s: float = STOP_S) -> int | None:
        """Ask the process to end, and end it when it does not. Returns its exit code."""
        if self._process is None:
            return None
        if self.running:
            ask_to_stop(self._process)
        try:
            return self._process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.returncode

    def wait(self, *, within_s: float) -> int:
        """Wait for the process to end by itself and return its exit code."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.wait(timeout=within_s)

    def quote_log(self, lines: int = 20) -> str:
        if not self.log_path.exists():
            return ""
        with self.log_path.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, maxlen=lines))

    def explain_end(self) -> str:
        """How the process ended and why, as far as its log and its disk tell."""
        return f"{self.name} ended with code {self.exit_code}{self._give_reason()}"

    def _give_reason(self) -> str:
        end = self.quote_log()
        quote = f"; its log is {self.log_path}:\n{end}"
        if not is_full(self.log_path.parent):
            return quote
        full = f": the disk of {self.log_path.parent} is full; make room and start again"
        return f"{full}{quote if end else ''}"

    def _wait_ready(self, deadline: float, within_s: float) -> None:
        while not self._is_ready.wait(0.05):
            if not self.running:
                raise ProcessFailedError(
                    f"{self.name} ended with code {self.exit_code} before it was ready"
                    f"{self._give_reason()}"
                )
            if time.monotonic() > deadline:
                self.stop()
                raise ProcessFailedError(
                    f"{self.name} was not ready within {within_s:.0f} s{self._give_reason()}"
                )

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """Read what the process prints: its ready line, and what goes into the log."""
        assert process.stdout is not None
        for line in process.stdout:
            facts = parse_ready_line(line)
            if facts is not None:
                self.ready = facts
                self._is_ready.set()
                continue
            # A full disk costs these lines only: a process whose output nobody reads would block.
            with suppress(OSError), self.log_path.open("a", encoding="utf-8") as log:
                log.write(line)
            if self._ready_after is not None and self._ready_after(line):
                self._is_ready.set()


def parse_ready_line(line: str) -> dict[str, Any] | None:
    """The facts of a ready line (see ``local.ready``); None for any other line."""
    if not line.startswith("{"):
        return None
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and facts.get("ready") is True else None
