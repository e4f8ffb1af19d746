"""What operators of a site write of limits, read and held against the profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.limits.book import ByChannel, SiteLimits
from tocsin.domain.limits.channel_limits import check_fit, parse_channel_limits
from tocsin.domain.profile import Profile

MOST_DEVICES = 2_000  # of a site with limits of their own: one document holds them

Group = Literal["profiles", "devices"]


def parse_site_limits(content: Mapping[str, Any]) -> SiteLimits:
    """What is left out is empty. Raises InvalidRequestError naming the place."""
    unknown = sorted(content.keys() - {"profiles", "devices"})
    if unknown:
        raise InvalidRequestError(f"limits: {unknown[0]!r:.40} is unknown; use devices, profiles")
    return SiteLimits(_parse_group(content, "profiles"), _parse_group(content, "devices"))


def describe_site_limits(limits: SiteLimits) -> dict[str, Any]:
    """The content that ``parse_site_limits`` would read."""
    return {
        kind: {
            name: {channel: known.to_document() for channel, known in by_channel.items()}
            for name, by_channel in group.items()
        }
        for kind, group in (("profiles", limits.profiles), ("devices", limits.devices))
    }


def check_channels(name: str, by_channel: ByChannel, profile: Profile) -> None:
    """Whether limits of *name*, a profile or a device of *profile*, can ever call. Raises
    InvalidRequestError."""
    channels = {channel.name: channel for channel in profile.channels}
    for channel_name, limits in by_channel.items():
        channel = channels.get(channel_name)
        if channel is None:
            raise InvalidRequestError(
                f"limits: profile {profile.name} of {name!r:.80} has no channel "
                f"{channel_name!r:.80}; it has {', '.join(channels)}"
            )
        try:
            check_fit(limits, unit=channel.unit, low=channel.low, high=channel.high)
        except InvalidRequestError as error:
            raise InvalidRequestError(f"limits of {name!r:.80}, {channel_name}: {error}") from error


def _parse_group(content: Mapping[str, Any], kind: Group) -> dict[str, ByChannel]:
    group = content.get(kind, {})
    if not isinstance(group, Mapping):
        raise InvalidRequestError(f"limits.{kind} must be an object, not {group!r:.40}")
    if len(group) > MOST_DEVICES:
        raise InvalidRequestError(f"limits.{kind}: {len(group)} are more than {MOST_DEVICES}")
    return {
        str(name): _parse_channels(part, f"limits.{kind}.{name}") for name, part in group.items()
    }


def _parse_channels(part: object, where: str) -> ByChannel:
    if not isinstance(part, Mapping):
        raise InvalidRequestError(f"{where:.80} must be an object by channel, not {part!r:.40}")
    found = {}
    for channel, limits in part.items():
        try:
            found[str(channel)] = parse_channel_limits(limits)
        except InvalidRequestError as error:
            raise InvalidRequestError(f"{where:.80}.{channel:.80}: {error}") from error
    return found
