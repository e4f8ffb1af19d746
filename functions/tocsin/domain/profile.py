"""Device profiles: which channels a kind of device sends, in which units, how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import InvalidProfileError, InvalidRequestError
from tocsin.domain.limits.bounds import ENDINGS
from tocsin.domain.limits.channel_limits import (
    IN_PROFILE,
    ChannelLimits,
    check_fit,
    parse_channel_limits,
)
from tocsin.domain.messages.event_times import USUAL_LIMITS, TimeLimits, parse_limits
from tocsin.domain.states.rule import StateRule, parse_states

# Beyond this no sensor measures anything, and float32 sums of squares overflow.
MAX_MAGNITUDE = 1e15

Role = Literal["measurement", "covariate"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One measured quantity.

    ``low`` and ``high`` bound what the sensor can physically show, in ``unit``. ``role``: a
    ``measurement`` is judged; a ``covariate`` is known beforehand, such as the load a device was
    given, and serves to judge the others: it is never odd itself. ``error_values``: what the sensor
    shows between its limits when it could not measure. ``limits``: plain limits of its values.
    ``unsteady``: from where to where devices differ in how steady they are at the same covariate,
    None where nowhere.
    ``resolution``: the steps in which the sensors of its kind show it, as a model was trained on
    them; 0 where that is not said.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    role: Role = "measurement"
    error_values: tuple[float, ...] = ()
    limits: ChannelLimits | None = None
    unsteady: tuple[float, float] | None = None
    resolution: float = 0.0


@dataclass(frozen=True)  # without slots: it keeps what it computed once
class Profile:
    """A kind of device: its channels in scoring order, its period and its window in readings."""

    name: str
    title: str
    period_s: float
    window: int
    channels: tuple[Channel, ...]
    event_times: TimeLimits = USUAL_LIMITS
    states: StateRule | None = None

    @cached_property
    def period_ms(self) -> float:
        return self.period_s * 1_000

    @cached_property
    def longest_silence_ms(self) -> float:
        """No window spans a longer time without a reading: half a window."""
        return self.window * self.period_s * 1_000 / 2

    @cached_property
    def channel_names(self) -> tuple[str, ...]:
        return tuple(channel.name for channel in self.channels)

    @cached_property
    def judged_names(self) -> tuple[str, ...]:
        """The channels that can be odd: all but the covariate, which comes last."""
        return tuple(channel.name for channel in self.channels if channel.role == "measurement")

    @property
    def has_covariate(self) -> bool:
        return len(self.judged_names) < len(self.channels)

    @property
    def covariate(self) -> Channel | None:
        return self.channels[-1] if self.has_covariate else None

    @cached_property
    def resolutions(self) -> NDArray[np.float64]:
        """The steps of each channel, ``[c]``."""
        return np.array([channel.resolution for channel in self.channels])

    def is_at_end(
        self, values: NDArray[np.float32], slack: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Which of *values* ``[..., c]`` lie within *slack* of their channel's lowest or highest;
        not NaN, nor a covariate, which is told and no sensor shows."""
        low, high = self._limits
        ended: NDArray[np.bool_] = (values <= low.T[0] + slack) | (values >= high.T[0] - slack)
        ended[..., len(self.judged_names) :] = False
        return ended

    def is_outside(self, columns: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of *columns* ``[..., c, n]``, in raw units, are no value of their sensor; no NaN
        is."""
        low, high = self._limits
        outside: NDArray[np.bool_] = (columns < low) | (columns > high)
        for index, error_values in self._error_values:
            outside[..., index, :] |= np.isin(columns[..., index, :], error_values)
        return outside

    @cached_property
    def _limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The lowest and the highest value of each channel, both ``[c, 1]``."""
        limits = np.array([(channel.low, channel.high) for channel in self.channels])
        return limits[:, :1], limits[:, 1:]

    @cached_property
    def _error_values(self) -> tuple[tuple[int, tuple[float, ...]], ...]:
        return tuple(
            (index, channel.error_values)
            for index, channel in enumerate(self.channels)
            if channel.error_values
        )


def parse_profile(document: Mapping[str, Any]) -> Profile:
    """Check and convert one profile document.

    Raises InvalidProfileError naming the profile and what is wrong with it.
    """
    name = document.get("name", "?")
    try:
        channels = tuple(_parse_channel(channel) for channel in document["channels"])
        profile = Profile(
            name=str(document["name"]),
            title=str(document["title"]),
            period_s=float(document["period_s"]),
            window=int(document["window"]),
            channels=channels,
            event_times=parse_limits(document.get("event_times")),
            states=parse_states(document.get("states"), [channel.name for channel in channels]),
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
        role=_parse_role(document.get("role", "measurement")),
        error_values=tuple(float(value) for value in document.get("error_values", ())),
        limits=_parse_plain_limits(document),
        unsteady=_parse_band(document.get("unsteady")),
        resolution=float(document.get("resolution", 0.0)),
    )


def _parse_plain_limits(document: Mapping[str, Any]) -> ChannelLimits | None:
    found = document.get("limits")
    try:
        return None if found is None else parse_channel_limits(found, IN_PROFILE)
    except InvalidRequestError as error:
        raise ValueError(f"limits of {document['name']!r}: {error}") from error


def _parse_band(found: Any) -> tuple[float, float] | None:  # noqa: ANN401 (from outside)
    if found is None:
        return None
    low, high = (float(value) for value in found)
    return low, high


def _parse_role(value: object) -> Role:
    for role in get_args(Role):
        if value == role:
            return role  # type: ignore[no-any-return]  # get_args leaves it unannotated
    raise ValueError(f"role is {value!r}, not one of {get_args(Role)}")


def _check(profile: Profile) -> None:
    if profile.period_s <= 0 or profile.window < 2:
        raise InvalidProfileError(
            f"profile {profile.name!r}: period_s must be above 0 and window at least 2"
        )
    if not profile.channels:
        raise InvalidProfileError(f"profile {profile.name!r} has no channels")
    if len(set(profile.channel_names)) != len(profile.channels):
        raise InvalidProfileError(f"profile {profile.name!r} names a channel twice")
    judged = profile.judged_names
    if not judged or profile.channel_names not in {judged, (*judged, profile.channel_names[-1])}:
        raise InvalidProfileError(
            f"profile {profile.name!r}: at most one channel may be a covariate, and only the last "
            "of several"
        )
    for channel in profile.channels:
        if f"-{channel.name}".endswith(("-silence", *ENDINGS)):
            # The alerts of silence (alerts.silence_id) and of limits are called so.
            raise InvalidProfileError(
                f"profile {profile.name!r}: no channel may be called {channel.name!r}"
            )
        if channel.unsteady is not None and not (
            channel.role == "covariate" and channel.unsteady[0] < channel.unsteady[1]
        ):
            raise InvalidProfileError(
                f"profile {profile.name!r}, channel {channel.name!r}: only a covariate is "
                "unsteady, from a lower value to a higher one"
            )
        if not -MAX_MAGNITUDE <= channel.low < channel.high <= MAX_MAGNITUDE:
            raise InvalidProfileError(
                f"profile {profile.name!r}, channel {channel.name!r}: low must be below high, and "
                f"both within ±{MAX_MAGNITUDE:g}"
            )
        if not 0 <= channel.resolution < channel.high - channel.low:
            raise InvalidProfileError(
                f"profile {profile.name!r}, channel {channel.name!r}: resolution must be at least "
                "0 and below its range"
            )
        _check_limits(profile, channel)


def _check_limits(profile: Profile, channel: Channel) -> None:
    if channel.limits is None:
        return
    try:
        check_fit(channel.limits, unit=channel.unit, low=channel.low, high=channel.high)
    except InvalidRequestError as error:
        raise InvalidProfileError(
            f"profile {profile.name!r}, channel {channel.name!r}: {error}"
        ) from error
