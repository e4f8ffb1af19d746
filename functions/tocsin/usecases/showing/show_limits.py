"""The limits that hold for a device: where each of them comes from, and how it stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.limits.book import LimitBook
from tocsin.domain.limits.bounds import FRESH, Bound
from tocsin.domain.profile import Profile

Origin = Literal["device", "site", "profile", "learned"]


@dataclass(frozen=True, slots=True)
class HeldLimit:
    """``bound`` holds; ``origin``: set for the device, for its profile at the site or in the
    profile, or learned from its own range. ``raised_t``: event time (ms) at which its alert was
    raised; None while none is open."""

    bound: Bound
    origin: Origin
    raised_t: int | None


def list_limits(device: DeviceRecord, profile: Profile, book: LimitBook) -> list[HeldLimit]:
    """In the order of the channels of *profile*, the device's."""
    plain = book.find_bounds(device.site_id, device.device_id, profile).every
    own = device.standing.own
    learned = () if own is None else own.list_bounds(profile, {bound.channel for bound in plain})
    held = [_hold(device, bound, book) for bound in (*plain, *learned)]
    return sorted(held, key=lambda limit: limit.bound.index)


def _hold(device: DeviceRecord, bound: Bound, book: LimitBook) -> HeldLimit:
    origin: Origin = "learned"
    if not bound.learned:
        place = device.site_id, device.device_id, device.profile
        origin = book.find_origin(*place, bound.channel)
    return HeldLimit(bound, origin, device.standing.limits.get(bound.name, FRESH).raised_t)
