"""Device profiles: which channels a kind of device sends, in which units, how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tocsin.domain.errors import InvalidProfileError


@dataclass(frozen=True, slots=True)
class Channel:
    """One measured quantity.

    ``low`` and ``high`` bound what the sensor can physically show, in ``unit``.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)  # without slots: it keeps what it computed once
class Profile:
    """A kind of device: its channels in scoring order, its period and its window in readings."""

    name: str
    title: str
    period_s: float
    window: int
    channels: tuple[Channel, ...]

    @cached_property
    def channel_names(self) -> tuple[str, ...]:
        return tuple(channel.name for channel in self.channels)


def parse_profile(document: Mapping[str, Any]) -> Profile:
    """Check and convert one profile document.

    Raises InvalidProfileError naming the profile and what is wrong with it.
    """
    name = document.get("name", "?")
    try:
        profile = Profile(
            name=str(document["name"]),
            title=str(document["title"]),
            period_s=float(document["period_s"]),
            window=int(document["window"]),
            channels=tuple(_parse_channel(channel) for channel in document["channels"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidProfileError(f"profile {name!r}: {error!r} is missing or malformed") from error
    _check(profile)
    return profile


def _parse_channel(document: Mapping[str, Any]) -> Channel:
    return Channel(
        name=str(document["name"]),
        title=str(document["title"]),
        unit=str(document["unit"]),
        low=float(document["low"]),
        high=float(document["high"]),
    )


def _check(profile: Profile) -> None:
    if profile.period_s <= 0 or profile.window < 2:
        raise InvalidProfileError(
            f"profile {profile.name!r}: period_s must be above 0 and window at least 2"
        )
    if not profile.channels:
        raise InvalidProfileError(f"profile {profile.name!r} has no channels")
    if len(set(profile.channel_names)) != len(profile.channels):
        raise InvalidProfileError(f"profile {profile.name!r} names a channel twice")
    for channel in profile.channels:
        if not channel.low < channel.high:
            raise InvalidProfileError(
                f"profile {profile.name!r}, channel {channel.name!r}: low must be below high"
            )
