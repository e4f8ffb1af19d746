"""Which pictures there are: every view, what can be opened in it, and what can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from playwright.sync_api import Page

from local.dashboard_pictures import acts, conditions
from local.dashboard_pictures.stop import Stop

LIVE_MS: Final = 8_000  # until each device of the demo was heard of
MAIN_VIEWS: Final = (
    "incidents", "maintenance", "notifications", "alarm-performance", "alerts", "work", "model",
    "try", "settings",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """place: after ``#/`` in the address. act: what is done there before. role: who looks at it.

    condition: what is wrong meanwhile. settles: whether the view is whole at some time.
    is_live: whether live messages can come. rests_ms: how long live messages come before.
    """

    name: str
    place: str
    act: Callable[[Page], None] = acts.do_nothing
    role: str = "operator"
    condition: conditions.Condition | None = None
    settles: bool = True
    is_live: bool = True
    rests_ms: int = 0


def list_pictures(stop: Stop) -> list[Picture]:
    """All pictures, by view."""
    return [*_list_views(stop), *_list_opened(stop), *_list_roles(stop), *_list_conditions(stop)]


def _device(stop: Stop) -> str:
    return f"devices/{quote(stop.device, safe='')}"


def _places(stop: Stop) -> dict[str, str]:
    """The place of each view, by its name."""
    return {
        "overview": "",
        "device": _device(stop),
        "incident": f"incidents/{stop.incident}",
        **{view: view for view in MAIN_VIEWS},
    }


def _list_views(stop: Stop) -> Iterator[Picture]:
    for name, place in _places(stop).items():
        yield Picture(name, place, rests_ms=LIVE_MS if name == "overview" else 0)


def _list_opened(stop: Stop) -> Iterator[Picture]:
    device, incident = _device(stop), f"incidents/{stop.incident}"
    yield Picture("overview-by-kind", "?by=kind", acts.open_details)
    yield Picture("device-held", device, acts.hold_time)
    yield Picture("device-month", f"{device}?span=30d")
    yield Picture("device-limit-tried", device, acts.try_limit)
    yield Picture("incidents-all", "incidents?state=all")
    yield Picture("incident-judged", incident, acts.judge)
    yield Picture("incident-closing", incident, acts.ask_before_closing)
    yield Picture("maintenance-tried", "maintenance", acts.try_window)
    yield Picture("notifications-new-rule", "notifications", acts.open_rule)
    yield Picture("work-preview", "work", acts.preview_work)
    yield Picture("work-plans", "work", acts.open_details)
    yield Picture("work-draining", "work", acts.ask_before_draining)
    yield Picture("model-bundles", "model", acts.open_details)
    yield Picture("try-odd", f"try?device={quote(stop.device)}", acts.move_slider)
    yield Picture("no-such-device", "devices/none-such")
    yield Picture("no-such-incident", "incidents/none-such")
    yield Picture("no-such-site", "?site=none-such", settles=False, is_live=False, rests_ms=2_000)


def _list_roles(stop: Stop) -> Iterator[Picture]:
    yield Picture("settings-admin", "settings", role="admin")
    for name in ("incident", "maintenance", "notifications", "work", "settings", "device"):
        yield Picture(f"{name}-viewer", _places(stop)[name], role="viewer")
    yield Picture("overview-nobody", "", role="none", settles=False, is_live=False, rests_ms=2_000)


def _list_conditions(stop: Stop) -> Iterator[Picture]:
    for name, place in _places(stop).items():
        yield Picture(f"{name}-empty", place, condition=conditions.empty_answers)
        yield Picture(f"{name}-loading", place, condition=conditions.hold_answers, settles=False)
        yield Picture(
            f"{name}-failing",
            place,
            condition=conditions.refuse_answers,
            settles=False,
            rests_ms=1_500,
        )
    for name, place in (("overview", ""), ("device", _device(stop))):
        yield Picture(f"{name}-off", place, condition=conditions.switch_off)
        yield Picture(f"{name}-not-scored", place, condition=conditions.score_nothing)
        yield Picture(f"{name}-silent", place, condition=conditions.fall_silent)
    yield Picture(
        "overview-cut-off",
        "",
        condition=conditions.cut_off,
        settles=False,
        is_live=False,
        rests_ms=2_000,
    )
    evil = quote(conditions.EVIL, safe="")
    for name, place in (("overview", ""), ("device", f"devices/{evil}"), ("alerts", "alerts")):
        yield Picture(
            f"{name}-evil-name", place, condition=conditions.name_like_markup, settles=False
        )
