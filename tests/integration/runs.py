"""Short runs of the simulated fleet against a stack of a test."""

from __future__ import annotations

from pathlib import Path

from local.run import Options


def make_options(
    folder: Path,
    *,
    duration_s: float,
    devices: int = 3,
    faults: str = "none",
    history_s: float = 0,
    seed: int = 1,
    paused: bool = True,
) -> Options:
    """Usually without the optimiser: its plans, at some moments, are not what is tested."""
    return Options(
        duration_s=duration_s,
        report=None,
        devices=devices,
        seed=seed,
        faults=faults,
        history_s=history_s,
        host="embedded",
        state=folder,
        keep=True,
        address="unused: the stack has its own endpoints",
        paused=paused,
    )
