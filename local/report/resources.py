"""What every part of a run used over time: one line a sample, and the account at the end."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local.report.processes import PROC, Usage, measure_usage

SAMPLE_S = 5.0


@dataclass(frozen=True, slots=True)
class Sample:
    """All processes at one moment, seconds after the first."""

    elapsed_s: float
    processes: Sequence[Usage]


class ResourceWatch:
    """Measures the processes every few seconds, from ``start`` to ``stop``."""

    def __init__(
        self,
        list_roots: Callable[[], Mapping[str, int]],
        path: Path,
        *,
        measure: Callable[[Mapping[str, int]], list[Usage]] | None = None,
    ) -> None:
        """*list_roots* gives the process ids of the parts by name; *path* gets a line a sample."""
        self._list_roots = list_roots
        self._path = path
        self._measure = measure or partial(measure_usage, known={})
        self._samples: list[Sample] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._began_s = 0.0

    def start(self) -> None:
        """Take the first sample and begin. Raises OSError when *path* cannot be written."""
        self._path.write_text("", encoding="utf-8")
        self._began_s = time.monotonic()
        self._take()
        self._thread.start()

    def stop(self) -> None:
        """Take the last sample, if it has begun and goes on."""
        if self._thread.ident is None or self._stopped.is_set():
            return
        self._stopped.set()
        self._thread.join()
        self._take()

    def account(self) -> dict[str, Any]:
        """The report's ``resources``."""
        return account_for(self._samples)

    def _follow(self) -> None:
        while not self._stopped.wait(SAMPLE_S):
            self._take()

    def _take(self) -> None:
        elapsed_s = round(time.monotonic() - self._began_s, 1)
        sample = Sample(elapsed_s, self._measure(self._list_roots()))
        self._samples.append(sample)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(sample), separators=(",", ":")) + "\n")


def account_for(samples: Sequence[Sample]) -> dict[str, Any]:
    """By process: its share of one processor in percent, and its memory at the start, in the
    middle, at the end and at most, of those samples that have it."""
    account = {}
    names = dict.fromkeys(usage.name for sample in samples for usage in sample.processes)
    for name in names:
        seen = [
            (sample.elapsed_s, usage)
            for sample in samples
            for usage in sample.processes
            if usage.name == name
        ]
        first, last = seen[0][1], seen[-1][1]
        elapsed_s = seen[-1][0] - seen[0][0]
        account[name] = {
            "cpu_pct": round(100 * _add_cpu([usage for _, usage in seen]) / elapsed_s, 1)
            if elapsed_s
            else None,
            "rss_mb": {
                "start": round(first.rss_mb, 1),
                "middle": round(seen[len(seen) // 2][1].rss_mb, 1),
                "end": round(last.rss_mb, 1),
                "most": round(max(usage.rss_mb for _, usage in seen), 1),
            },
            "threads": max(usage.threads for _, usage in seen),
            "descriptors": max(usage.descriptors for _, usage in seen),
        }
    return account


def _add_cpu(usages: Sequence[Usage]) -> float:
    """The seconds of processor time between the first and the last. A process that was started
    again began from 0."""
    return sum(
        after.cpu_s - (before.cpu_s if after.process == before.process else 0.0)
        for before, after in itertools.pairwise(usages)
    )


def can_measure() -> bool:
    """Whether this machine says what its processes use."""
    return (PROC / "self" / "stat").exists()
