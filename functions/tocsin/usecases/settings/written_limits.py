"""Which plain limits are set for a device, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.limits.book import SetFor, place_limits
from tocsin.domain.limits.bounds import Bound
from tocsin.domain.limits.channel_limits import ChannelLimits
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.domain.profile import Profile
from tocsin.domain.settings.site_settings import content_of, revision_of
from tocsin.usecases.ports.planning import SiteSettings


@dataclass(frozen=True, slots=True)
class WrittenLimits:
    """What is set for a channel: whose it is, as it was written, and the limits that follow."""

    origin: SetFor
    written: ChannelLimits
    bounds: tuple[Bound, ...]


async def find_written_limits(
    device: DeviceRecord, profile: Profile, settings: SiteSettings
) -> tuple[int, Mapping[str, WrittenLimits]]:
    """The revision of what is set at the site of *device*, and by channel what counts for it."""
    found = await settings.find_setting("limits", device.site_id)
    placed = place_limits(parse_site_limits(content_of(found)), device.device_id, profile)
    channels = {channel.name: (index, channel) for index, channel in enumerate(profile.channels)}
    return revision_of(found), {
        name: WrittenLimits(origin, written, tuple(written.list_bounds(name, index, channel.unit)))
        for name, (origin, written) in placed.items()
        if name in channels  # a profile may have lost a channel since
        for index, channel in (channels[name],)
    }
