"""Operators change how a site is planned: checked, on the record, in force at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.domain.errors import (
    ChangedMeanwhileError,
    DeliveryError,
    InvalidProblemError,
    InvalidRequestError,
)
from tocsin.domain.merge_patch import merged
from tocsin.domain.requests import Request
from tocsin.domain.site_settings import (
    Kind,
    StoredSetting,
    content_of,
    setting_audit,
)
from tocsin.planning.inputs.optimiser import parse_optimiser, shown_optimiser
from tocsin.planning.inputs.overrides import Overrides, parse_overrides, shown_overrides
from tocsin.planning.inputs.tasks import parse_tasks, shown_tasks
from tocsin.planning.inputs.twins import edge_devices
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Requests, SiteSettings, Sources

log = logging.getLogger(__name__)

ATTEMPTS = 3  # two operators at the same moment; more is a machine that writes in a loop

# By kind of setting: its content, checked and with every default filled in.
SHOWN: Mapping[Kind, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    "optimiser": lambda content, _: shown_optimiser(parse_optimiser(content)),
    "overrides": lambda content, _: shown_overrides(parse_overrides(content)),
    "tasks": lambda content, site_id: shown_tasks(parse_tasks(content, site_id)),
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
    requests: Requests,
    live: Live,
    now_ms: Callable[[], int],
) -> dict[str, Any]:
    """Apply a JSON merge *patch* and return what is in force then.

    Raises InvalidRequestError or InvalidProblemError naming what is wrong with it, and
    ChangedMeanwhileError when others kept changing the same document.
    """
    settings = sources.settings
    for attempt in range(ATTEMPTS):
        before = await settings.find_setting(kind, site_id)
        content = await _apply_patch(kind, site_id, before, patch, sources)
        etag = None if before is None else before.etag
        after = StoredSetting(kind, site_id, content, operator, now_ms(), etag)
        # The record first: a change without one is worse than a record of a change that failed.
        await settings.save_audit(setting_audit(before, after))
        try:
            await settings.replace_setting(after)
        except ChangedMeanwhileError:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        await _announce(kind, site_id, after, requests, live)
        break
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
        content = merged(content_of(before), patch)
    except ValueError as error:
        raise InvalidRequestError(f"the patch is {error}") from error
    SHOWN[kind](content, site_id)  # which checks it
    found = await sources.twins.list_twins(site_id)
    if not found:
        raise InvalidRequestError(f"no device is tagged with the site {site_id!r}")
    if kind == "overrides":
        known = (
            await _fetch_task_ids(site_id, sources.settings),
            {device.device_id for device in edge_devices(found)[0]},
        )
        _check_known(parse_overrides(content), parse_overrides(content_of(before)), *known)
    return content


async def _fetch_task_ids(site_id: str, settings: SiteSettings) -> set[str]:
    tasks = await settings.find_setting("tasks", site_id)
    return set(parse_tasks(content_of(tasks), site_id))


def _check_known(after: Overrides, before: Overrides, tasks: set[str], devices: set[str]) -> None:
    """What was set before and has gone since is no obstacle: it is passed over by the planner."""
    new = set(after.unknown(tasks, devices)) - set(before.unknown(tasks, devices))
    if new:
        raise InvalidProblemError("; ".join(sorted(new)))


async def _announce(
    kind: Kind, site_id: str, setting: StoredSetting, requests: Requests, live: Live
) -> None:
    """Tell those who watch, and have the site planned anew; the timer does if the queue is away."""
    message = {
        "type": "settings",
        "siteId": site_id,
        "kind": kind,
        "setting": _describe(kind, site_id, setting),
    }
    text = f"{setting.set_by} changed the {kind}"
    request = Request(site_id, "settings", setting.set_at, text)
    # Each for itself: that one is away keeps nobody from hearing of it through the other.
    for announcing in (requests.put(request), live.send(site_id, message)):
        try:
            await announcing
        except DeliveryError as error:
            log.warning("Site %s: %s, not announced: %s", site_id, text, error)


def _describe(kind: Kind, site_id: str, setting: StoredSetting | None) -> dict[str, Any]:
    return {
        "site": site_id,
        "setBy": None if setting is None else setting.set_by,
        "setAt": None if setting is None else setting.set_at,
        **SHOWN[kind](content_of(setting), site_id),
    }
