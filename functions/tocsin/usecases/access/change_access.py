"""An admin says which sites each person may see and act on: checked, and on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.domain.access.people import describe_access, parse_access
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.settings.merge_patch import merge
from tocsin.domain.settings.site_settings import NO_SITE, StoredSetting, content_of, revision_of
from tocsin.usecases.ports.planning import SiteSettings
from tocsin.usecases.settings.revise_setting import revise_setting


async def show_access(settings: SiteSettings) -> dict[str, Any]:
    """What is in force, and who set it when."""
    return _describe(await settings.find_setting("access", NO_SITE))


async def change_access(
    patch: Mapping[str, Any],
    *,
    admin: str,
    settings: SiteSettings,
    now_ms: Callable[[], int],
    revision: int | None = None,
) -> dict[str, Any]:
    """Apply a JSON merge *patch* and return what is in force then.

    Raises InvalidRequestError naming what is wrong with it, and the errors of ``revise_setting``.
    """

    async def decide(before: StoredSetting | None) -> dict[str, Any]:
        # A patch is meant for what is shown, and that has the defaults filled in.
        shown = describe_access(parse_access(content_of(before)))
        try:
            content = merge(shown, patch)
        except ValueError as error:
            raise InvalidRequestError(f"the patch is {error}") from error
        return describe_access(parse_access(content))

    after = await revise_setting(
        "access",
        NO_SITE,
        decide,
        operator=admin,
        settings=settings,
        now_ms=now_ms,
        revision=revision,
    )
    return _describe(after)


def _describe(setting: StoredSetting | None) -> dict[str, Any]:
    return {
        "revision": revision_of(setting),
        "setBy": None if setting is None else setting.entry.set_by,
        "setAt": None if setting is None else setting.entry.set_at,
        **describe_access(parse_access(content_of(setting))),
    }
