"""Which limits hold for which device: its profile's, and what operators of its site set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.limits.bounds import Bound
from tocsin.domain.limits.channel_limits import ChannelLimits
from tocsin.domain.profile import Profile

ByChannel = Mapping[str, ChannelLimits]
SetFor = Literal["device", "site", "profile"]


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """What operators of a site set, by channel: for the devices of a profile, and for a device. For
    each channel the narrower counts: the device's, else the profile's at the site, else the
    profile's own. One without any limit takes away those that would count."""

    profiles: Mapping[str, ByChannel] = field(default_factory=dict)
    devices: Mapping[str, ByChannel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """All limits of a device of c channels; what no value passes touches none of them: ``lowest``
    and ``highest``, both ``[c]``."""

    every: tuple[Bound, ...]
    lowest: NDArray[np.float32]
    highest: NDArray[np.float32]


NO_SITE_LIMITS = SiteLimits()


class LimitBook:
    """The limits of every site; what follows for a device is worked out once."""

    def __init__(self, by_site: Mapping[str, SiteLimits] | None = None) -> None:
        self._by_site = by_site or {}
        self._found: dict[tuple[str, str, str | None], Bounds] = {}

    def find_origin(self, site_id: str, device_id: str, profile_name: str, channel: str) -> SetFor:
        """Where the limits of a device's channel that count are set, if any are."""
        site = self._by_site.get(site_id, NO_SITE_LIMITS)
        if channel in site.devices.get(device_id, {}):
            return "device"
        return "site" if channel in site.profiles.get(profile_name, {}) else "profile"

    def find_bounds(self, site_id: str, device_id: str, profile: Profile) -> Bounds:
        site = self._by_site.get(site_id, NO_SITE_LIMITS)
        of_device = site.devices.get(device_id)
        key = site_id, profile.name, None if of_device is None else device_id
        found = self._found.get(key)
        if found is None:
            placed = place_limits(site, device_id, profile)
            by_channel = {name: limits for name, (_, limits) in placed.items()}
            found = self._found[key] = gather_bounds(profile, by_channel)
        return found


def place_limits(
    site: SiteLimits, device_id: str, profile: Profile
) -> dict[str, tuple[SetFor, ChannelLimits]]:
    """By channel the limits that count for a device, and whose they are: the device's, those of its
    profile at the site, or the profile's own."""
    own = {each.name: each.limits for each in profile.channels if each.limits is not None}
    found: dict[str, tuple[SetFor, ChannelLimits]] = {}
    groups: tuple[tuple[SetFor, ByChannel], ...] = (
        ("profile", own),
        ("site", site.profiles.get(profile.name, {})),
        ("device", site.devices.get(device_id, {})),
    )
    for origin, by_channel in groups:
        found.update({name: (origin, limits) for name, limits in by_channel.items()})
    return found


def gather_bounds(profile: Profile, by_channel: ByChannel) -> Bounds:
    """The limits of a device of *profile* with these limits of its channels."""
    every = tuple(
        bound
        for index, channel in enumerate(profile.channels)
        if channel.name in by_channel
        for bound in by_channel[channel.name].list_bounds(channel.name, index, channel.unit)
    )
    lowest = np.full(len(profile.channels), -np.inf, dtype=np.float32)
    highest = np.full(len(profile.channels), np.inf, dtype=np.float32)
    for bound in every:
        if bound.side == "low":
            lowest[bound.index] = max(lowest[bound.index], np.float32(bound.value))
        else:
            highest[bound.index] = min(highest[bound.index], np.float32(bound.value))
    return Bounds(every, lowest, highest)
