"""The kinds of device, and how far each has drifted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Drifts


async def show_profiles(profiles: Iterable[Profile], *, drifts: Drifts) -> list[dict[str, Any]]:
    """Each profile as its file has it, with ``drift``: the last one measured, or None."""
    shown = list(profiles)
    found = await asyncio.gather(*(drifts.drift(profile.name) for profile in shown))
    return [
        asdict(profile) | {"drift": None if drift is None else drift.to_document()}
        for profile, drift in zip(shown, found, strict=True)
    ]
