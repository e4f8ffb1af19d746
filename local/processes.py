"""Child processes that announce when they are ready, keep a log, and stop cleanly."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STOP_S = 10.0


class ProcessFailedError(RuntimeError):
    """A child process ended or stayed silent before it was ready."""


class Child:
    """One child process: started again with the same command after a kill.

    ``ready`` holds the facts of the process's ready line (see ``local.ready``).
    Its standard error is appended to ``log_path``; its standard output too.
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
        self._ready_after = ready_after
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._is_ready = threading.Event()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

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
                # Ctrl-C is for the parent: it stops its children in order.
                start_new_session=True,
            )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        self._wait_ready(time.monotonic() + within_s, within_s)
        return self.ready

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self, *, within_s: float = STOP_S) -> int | None:
        """Ask the process to end, and end it when it does not. Returns its exit code."""
        if self._process is None:
            return None
        if self.running:
            self._process.terminate()
        try:
            return self._process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.returncode

    def wait(self, *, within_s: float) -> int:
        """Wait for the process to end by itself and return its exit code."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.wait(timeout=within_s)

    def log_end(self, lines: int = 20) -> str:
        if not self.log_path.exists():
            return ""
        with self.log_path.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, maxlen=lines))

    def _wait_ready(self, deadline: float, within_s: float) -> None:
        while not self._is_ready.wait(0.05):
            if not self.running:
                raise ProcessFailedError(
                    f"{self.name} ended with code {self.exit_code} before it was ready:\n"
                    f"{self.log_end()}"
                )
            if time.monotonic() > deadline:
                self.stop()
                raise ProcessFailedError(
                    f"{self.name} was not ready within {within_s:.0f} s:\n{self.log_end()}"
                )

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with self.log_path.open("a", encoding="utf-8") as log:
            for line in process.stdout:
                facts = _ready_line(line)
                if facts is not None:
                    self.ready = facts
                    self._is_ready.set()
                    continue
                log.write(line)
                log.flush()
                if self._ready_after is not None and self._ready_after(line):
                    self._is_ready.set()


def _ready_line(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and facts.get("ready") is True else None
