"""An admin says how many false alerts are accepted of a profile: checked, and on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.alert_targets import AlertTargets, parse_alert_targets
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.profile import Profile
from tocsin.domain.settings.merge_patch import merge
from tocsin.domain.settings.site_settings import NO_SITE, StoredSetting, content_of, revision_of
from tocsin.usecases.ports.planning import SiteSettings
from tocsin.usecases.ports.scoring import Models
from tocsin.usecases.settings.revise_setting import revise_setting


@dataclass(frozen=True, slots=True)
class Accepting:
    """Where targets are kept and what follows from them; ``usual``: that of a profile that has
    none of its own."""

    settings: SiteSettings
    profiles: Mapping[str, Profile]
    models: Models
    usual: float


async def show_targets(accepting: Accepting) -> dict[str, Any]:
    """The target of each profile, the threshold that follows, and who set them when."""
    return await _describe(
        await accepting.settings.find_setting("alert-targets", NO_SITE), accepting
    )


async def change_targets(
    patch: Mapping[str, Any],
    *,
    admin: str,
    accepting: Accepting,
    now_ms: Callable[[], int],
    revision: int | None = None,
) -> dict[str, Any]:
    """Apply a JSON merge *patch* and return what is in force within a minute.

    Raises InvalidRequestError naming what is wrong with it, and the errors of ``revise_setting``.
    """

    async def decide(before: StoredSetting | None) -> dict[str, Any]:
        known = content_of(before)
        try:
            content = merge(known, patch)
        except ValueError as error:
            raise InvalidRequestError(f"the patch is {error}") from error
        after, set_before = (
            parse_alert_targets(content, accepting.usual),
            parse_alert_targets(known, accepting.usual),
        )
        # A profile that has gone since keeps what was set for it.
        for name in (
            after.by_profile.keys() - set_before.by_profile.keys() - accepting.profiles.keys()
        ):
            there = ", ".join(sorted(accepting.profiles))
            raise InvalidRequestError(f"there is no profile {name!r:.80}; there are {there}")
        return {"profiles": dict(after.by_profile)}

    after = await revise_setting(
        "alert-targets",
        NO_SITE,
        decide,
        operator=admin,
        settings=accepting.settings,
        now_ms=now_ms,
        revision=revision,
    )
    return await _describe(after, accepting)


async def _describe(setting: StoredSetting | None, accepting: Accepting) -> dict[str, Any]:
    targets = parse_alert_targets(content_of(setting), accepting.usual)
    profiles = {
        name: await _describe_profile(profile, targets, accepting.models)
        for name, profile in accepting.profiles.items()
    }
    return {
        "revision": revision_of(setting),
        "setBy": None if setting is None else setting.entry.set_by,
        "setAt": None if setting is None else setting.entry.set_at,
        "usual": accepting.usual,
        "profiles": profiles,
    }


async def _describe_profile(
    profile: Profile, targets: AlertTargets, models: Models
) -> dict[str, Any]:
    model = await models.current(profile)
    target = targets.of(profile.name)
    return {
        "target": target,
        "own": profile.name in targets.by_profile,
        "threshold": None if model is None else Rule.of(model.spec, profile, target).threshold,
        # Too few peaks were seen in training to tell a threshold for any other target.
        "follows": model is not None and model.spec.tail is not None,
    }
