"""Flags that several commands have, and types of flags: numbers within their range."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

from device_sim.signals.sensors import FITTINGS


def number_type(
    *, at_least: float = -math.inf, above: float = -math.inf, at_most: float = math.inf
) -> Callable[[str], float]:
    """A finite number within its range, for ``type=`` of argparse."""

    def parse_text(text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is no number") from error
        if not math.isfinite(value):
            raise argparse.ArgumentTypeError(f"{text!r} is no finite number")
        if value < at_least:
            raise argparse.ArgumentTypeError(f"{text} must be at least {at_least:g}")
        if value <= above:
            raise argparse.ArgumentTypeError(f"{text} must be above {above:g}")
        if value > at_most:
            raise argparse.ArgumentTypeError(f"{text} must be at most {at_most:g}")
        return value

    return parse_text


def count_type(low: int, high: int | None = None) -> Callable[[str], int]:
    """A whole number from *low* to *high*, for ``type=`` of argparse."""

    def parse_text(text: str) -> int:
        try:
            value = int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from error
        if value < low or (high is not None and value > high):
            limits = f"at least {low}" if high is None else f"{low} to {high}"
            raise argparse.ArgumentTypeError(f"{text} must be {limits}")
        return value

    return parse_text


def add_sensors_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sensors",
        choices=FITTINGS,
        default="fine",
        help="coarse: values in steps; on-change: the last value until it has changed by a dead "
        "band; mixed: half of the devices fine, a quarter coarse, a quarter on change (fine)",
    )


def add_rest_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rest",
        default="none",
        help="when machines that can be switched off are: nights, with weekends, or minutes on and "
        "off such as 45/15 (none)",
    )
