"""Whether the limits that operators set can ever call: what they name must be there."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.limits.book import ByChannel, SiteLimits
from tocsin.domain.limits.site_limits import check_channels
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Fleet


async def check_limits(
    after: SiteLimits,
    before: SiteLimits,
    site_id: str,
    fleet: Fleet,
    profiles: Mapping[str, Profile],
) -> None:
    """What *after* sets and *before* did not. What was set before and whose device has gone since
    is no obstacle.

    Raises InvalidRequestError naming the profile, device or channel that is not there, or the limit
    that no value can pass.
    """
    for name, by_channel in _find_news(after.profiles, before.profiles).items():
        if name not in profiles:
            raise InvalidRequestError(
                f"limits: there is no profile {name!r:.80}; there are {', '.join(sorted(profiles))}"
            )
        check_channels(name, by_channel, profiles[name])
    news = _find_news(after.devices, before.devices)
    heard = await fleet.devices(site_id) if news else []
    profile_names = {device.device_id: device.profile for device in heard}
    for name, by_channel in news.items():
        profile = profiles.get(profile_names.get(name, ""))
        if profile is None:
            raise InvalidRequestError(
                f"limits: no device {name!r:.80} of site {site_id!r} has reported yet"
            )
        check_channels(name, by_channel, profile)


def _find_news(
    after: Mapping[str, ByChannel], before: Mapping[str, ByChannel]
) -> dict[str, ByChannel]:
    return {name: part for name, part in after.items() if before.get(name) != part}
