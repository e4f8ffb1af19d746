"""The kinds of device, and how far each has drifted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Drifts
from tocsin.usecases.ports.scoring import Models


async def show_profiles(
    profiles: Iterable[Profile], *, drifts: Drifts, models: Models
) -> list[dict[str, Any]]:
    """Each profile as its file has it, with ``model``: which bundle scores and which was refused,
    and ``drift``: the last one measured, or None."""
    shown = list(profiles)
    found, states = await asyncio.gather(
        asyncio.gather(*(drifts.drift(profile.name) for profile in shown)),
        asyncio.gather(*(models.state(profile) for profile in shown)),
    )
    return [
        asdict(profile)
        | {
            "model": state.to_document(),
            "drift": None if drift is None else drift.to_document(),
        }
        for profile, drift, state in zip(shown, found, states, strict=True)
    ]
