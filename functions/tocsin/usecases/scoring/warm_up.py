"""Load what the first batch would otherwise wait for."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.domain.profile import Profile
from tocsin.usecases.ports.scoring import Models


async def warm_up(profiles: Iterable[Profile], models: Models) -> None:
    """Have each profile's active model loaded; raises what the models' store raises."""
    for profile in profiles:
        await models.current(profile)
