"""Operators change how a site is planned: checked, on the record, in force at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.domain.errors import DeliveryError, InvalidRequestError
from tocsin.domain.insights.log_about import about
from tocsin.domain.limits.site_limits import describe_site_limits, parse_site_limits
from tocsin.domain.plans.requests import Request
from tocsin.domain.profile import Profile
from tocsin.domain.settings.merge_patch import merge
from tocsin.domain.settings.site_settings import Kind, StoredSetting, content_of, revision_of
from tocsin.planning.inputs.optimiser import describe_optimiser, parse_optimiser
from tocsin.planning.inputs.overrides import describe_overrides, parse_overrides
from tocsin.planning.inputs.tasks import describe_tasks, parse_tasks
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Requests, SiteSettings, Sources
from tocsin.usecases.settings.check_limits import check_limits
from tocsin.usecases.settings.check_names import check_override_names, check_site
from tocsin.usecases.settings.revise_setting import revise_setting

log = logging.getLogger(__name__)

# By kind of setting: its content, checked and with every default filled in.
SHOWN: Mapping[Kind, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    "optimiser": lambda content, _: describe_optimiser(parse_optimiser(content)),
    "overrides": lambda content, _: describe_overrides(parse_overrides(content)),
    "tasks": lambda content, site_id: describe_tasks(parse_tasks(content, site_id)),
    "limits": lambda content, _: describe_site_limits(parse_site_limits(content)),
}


async def show_setting(kind: Kind, site_id: str, settings: SiteSettings) -> dict[str, Any]:
    """What is in force at the site, defaults included, and who set it when."""
    return _describe(kind, site_id, await settings.find_setting(kind, site_id))


async def change_setting(
    kind: Kind,
    site_id: str,
    patch: Mapping[str, Any],
    *,
    operator: str,
    sources: Sources,
    profiles: Mapping[str, Profile],
    requests: Requests,
    live: Live,
    now_ms: Callable[[], int],
    revision: int | None = None,
) -> dict[str, Any]:
    """Apply a JSON merge *patch* and return what is in force then.

    revision: the one that the patch is meant for; None for whatever is in force.

    Raises InvalidRequestError or InvalidProblemError naming what is wrong with it, HubAwayError
    where only the hub knows whether what it names is there, and the errors of ``revise_setting``.
    """

    async def decide(before: StoredSetting | None) -> dict[str, Any]:
        content = await _apply_patch(kind, site_id, before, patch, sources)
        if kind == "limits":
            await check_limits(
                parse_site_limits(content),
                parse_site_limits(content_of(before)),
                site_id,
                sources.fleet,
                profiles,
            )
        return content

    after = await revise_setting(
        kind,
        site_id,
        decide,
        operator=operator,
        settings=sources.settings,
        now_ms=now_ms,
        revision=revision,
    )
    await _announce(after, requests, live)
    return _describe(kind, site_id, after)


async def _apply_patch(
    kind: Kind,
    site_id: str,
    before: StoredSetting | None,
    patch: Mapping[str, Any],
    sources: Sources,
) -> dict[str, Any]:
    """The setting after *patch*, checked."""
    try:
        content = merge(content_of(before), patch)
    except ValueError as error:
        raise InvalidRequestError(f"the patch is {error}") from error
    SHOWN[kind](content, site_id)  # which checks it
    if before is None:  # otherwise the site was found when that was set
        await check_site(site_id, sources)
    if kind == "overrides":
        parsed, parsed_before = parse_overrides(content), parse_overrides(content_of(before))
        await check_override_names(parsed, parsed_before, site_id, sources)
    return content


async def _announce(setting: StoredSetting, requests: Requests, live: Live) -> None:
    """Tell those who watch, and have the site planned anew; the timer does if the queue is away."""
    site_id, entry = setting.site_id, setting.entry
    message = {
        "type": "settings",
        "siteId": site_id,
        "kind": setting.kind,
        "setting": _describe(setting.kind, site_id, setting),
    }
    text = f"{entry.set_by} changed the {setting.kind}"
    request = Request(site_id, "settings", entry.set_at, text)
    # Each for itself: that one is away keeps nobody from hearing of it through the other.
    announcements = [live.send(site_id, message)]
    if setting.kind != "limits":  # by which nothing is planned
        announcements.insert(0, requests.put(request))
    for announcing in announcements:
        try:
            await announcing
        except DeliveryError as error:
            log.warning(
                "Site %s: %s, not announced: %s", site_id, text, error, extra=about(site=site_id)
            )


def _describe(kind: Kind, site_id: str, setting: StoredSetting | None) -> dict[str, Any]:
    return {
        "site": site_id,
        "revision": revision_of(setting),
        "setBy": None if setting is None else setting.entry.set_by,
        "setAt": None if setting is None else setting.entry.set_at,
        **SHOWN[kind](content_of(setting), site_id),
    }
