"""How fast the API scores 1 000 records, asked through the front door of a local stack of its own.

``python -m benchmarks.detect --json`` prints one JSON object. For each profile, and for records
that are ``readings`` and for those that are ``windows``:

- ``median_ms``, ``worst_ms``: from the request to the end of the answer, ROUNDS times
- ``scored``: records of the 1 000 that have a score; of readings the first are without
- ``request_kib``: how long the request is
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks import report
from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.stack import Stack
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

RECORDS: Final = 1_000
ROUNDS: Final = 15
WITHIN_S: Final = 60.0
SEED: Final = 7


def measure() -> dict[str, Any]:
    """Start a stack in a temporary folder and ask it; nothing else is sent to it."""
    with tempfile.TemporaryDirectory(prefix="tocsin-detect-") as folder:
        endpoints = Endpoints.free(find_free_address())
        with Stack(endpoints, Path(folder), tell=_tell) as stack:
            return {
                name: {
                    "readings": _measure_kind(stack.url, profile, make_readings(profile)),
                    "windows": _measure_kind(stack.url, profile, make_windows(profile)),
                }
                for name, profile in load_profiles().items()
            }


def make_readings(profile: Profile) -> list[dict[str, float]]:
    """RECORDS records of one value for each channel."""
    values = _make_values(profile, RECORDS)
    return [dict(zip(profile.channel_names, row, strict=True)) for row in values.tolist()]


def make_windows(profile: Profile) -> list[dict[str, list[float]]]:
    """RECORDS records of a whole window for each channel."""
    values = _make_values(profile, RECORDS * profile.window)
    windows = values.reshape(RECORDS, profile.window, -1).transpose(0, 2, 1)
    return [dict(zip(profile.channel_names, window, strict=True)) for window in windows.tolist()]


def _make_values(profile: Profile, readings: int) -> Any:  # noqa: ANN401 (an array)
    """Numbers as sensors send them, ``[readings, channels]``: that they mean nothing costs the
    same."""
    low = np.array([channel.low for channel in profile.channels])
    high = np.array([channel.high for channel in profile.channels])
    share = np.random.default_rng(SEED).uniform(0.4, 0.6, (readings, len(low)))
    return (low + share * (high - low)).round(3)


def _measure_kind(
    url: str, profile: Profile, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    body = json.dumps({"profile": profile.name, "records": records}).encode()
    times_ms: list[float] = []
    answer: dict[str, Any] = {}
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        answer = _ask(url, body)
        times_ms.append((time.perf_counter() - started) * 1e3)
    asked = times_ms[1:]  # the first of all loads the model
    return {
        "median_ms": round(statistics.median(asked)),
        "worst_ms": round(max(asked)),
        "scored": sum("score" in result for result in answer["results"]),
        "request_kib": round(len(body) / 1024),
    }


def _ask(url: str, body: bytes) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 (our own front door)
        f"{url}api/detect", data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 (as above)
        found: dict[str, Any] = json.load(answer)
        return found


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    report.main("benchmarks.detect", __doc__ or "", measure)
