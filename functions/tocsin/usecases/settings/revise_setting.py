"""Change a setting that several people may change at once: on the record, and never unseen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tocsin.domain.errors import ChangedMeanwhileError, OutdatedError
from tocsin.domain.settings.site_settings import Entry, Kind, StoredSetting, revise, revision_of
from tocsin.usecases.ports.planning import SiteSettings

ATTEMPTS = 3  # two operators at the same moment; more is a machine that writes in a loop

Decide = Callable[[StoredSetting | None], Awaitable[Mapping[str, Any]]]


async def revise_setting(
    kind: Kind,
    site_id: str,
    decide: Decide,
    *,
    operator: str,
    settings: SiteSettings,
    now_ms: Callable[[], int],
    revision: int | None = None,
) -> StoredSetting:
    """Store what *decide* makes of the setting that is there, and return it.

    decide: asked again where someone else was faster.
    revision: the one that the change is meant for; None for whatever is there.

    Raises OutdatedError where another revision is in force, and ChangedMeanwhileError when others
    kept changing the same document.
    """
    attempt = 0
    while True:
        before = await settings.find_setting(kind, site_id)
        _check_revision(before, revision)
        content = await decide(before)
        after = revise(before, kind, site_id, Entry(content, operator, now_ms()))
        try:
            await _replace(before, after, settings)
        except ChangedMeanwhileError:
            attempt += 1
            if attempt == ATTEMPTS:
                raise
        else:
            return after


async def _replace(
    before: StoredSetting | None, after: StoredSetting, settings: SiteSettings
) -> None:
    """Make the change and record it.

    The one before may lack its record, if its process ended too soon; *after* would overwrite the
    last trace of it.
    """
    if before is not None and before.revision > 0:
        await settings.record_change(before)
    await settings.replace_setting(after)
    await settings.record_change(after)


def _check_revision(before: StoredSetting | None, wanted: int | None) -> None:
    if wanted is None or wanted == revision_of(before):
        return
    who = "nobody set it" if before is None else f"{before.entry.set_by} set it last"
    raise OutdatedError(
        f"it is at revision {revision_of(before)} and not at {wanted}: {who}; read it again"
    )
