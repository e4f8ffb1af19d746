"""How a profile says that the operating states of its devices are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tocsin.domain.messages.bad_values import BadCells, keep_cell

State = Literal["off", "idle", "running", "starting"]

USUAL_START_S = 120.0
LONGEST_START_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Activity:
    """A channel that shows whether a machine is at work.

    ``off_below``, ``idle_below``: where its value splits, in its unit; None where that follows from
    what the model was trained on.
    """

    channel: str
    off_below: float | None = None
    idle_below: float | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """A channel that has to come up before a start is over, such as the temperature of an oven.

    ``at``: from which value on it has, in its unit; None where that follows from what the model was
    trained on.
    """

    channel: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class StateRule:
    """Either ``activity``: the channels that all fall when a machine is switched off, the most
    telling one first; or ``told_by``: a field beside the channels that says it, with what its
    values mean. ``reach``: what has to come up before a start is over, beside these. ``start_s``:
    how long a start may take.
    """

    activity: tuple[Activity, ...] = ()
    told_by: str | None = None
    names: Mapping[str, State] = field(default_factory=dict, hash=False)
    start_s: float = USUAL_START_S
    reach: tuple[Reach, ...] = ()

    @property
    def has_idle(self) -> bool:
        """Whether being idle is a state of its own, with scores of its own."""
        return "idle" in self.names.values() or any(
            channel.idle_below is not None for channel in self.activity
        )


def parse_states(document: object, channels: Sequence[str]) -> StateRule | None:
    """The part ``states`` of a profile with *channels*; None where it has none.

    Raises ValueError saying what is wrong with it.
    """
    if document is None:
        return None
    known = {"activity", "told_by", "names", "start_s", "reach"}
    if not isinstance(document, dict) or not document.keys() <= known:
        raise ValueError(f"states is {document!r}, no object of {sorted(known)}")
    rule = StateRule(
        activity=tuple(_parse_activity(part, channels) for part in document.get("activity", ())),
        told_by=document.get("told_by"),
        names={str(key): _parse_state(name) for key, name in document.get("names", {}).items()},
        start_s=float(document.get("start_s", USUAL_START_S)),
        reach=tuple(_parse_reach(part, channels) for part in document.get("reach", ())),
    )
    if (rule.told_by is None) == (not rule.activity) or bool(rule.names) != bool(rule.told_by):
        raise ValueError("states needs either activity, or told_by and names")
    if rule.told_by in channels:
        raise ValueError(f"states: {rule.told_by!r} is a channel; what tells the state is beside")
    if not 0 < rule.start_s <= LONGEST_START_S:
        raise ValueError(f"states: start_s is {rule.start_s}, not within {LONGEST_START_S:g}")
    return rule


def read_told(
    column: Sequence[object], rule: StateRule
) -> tuple[tuple[State | None, ...], BadCells | None]:
    """The state that each of n readings tells, None where it tells none, and the cells that mean
    nothing to *rule*."""
    told = tuple(rule.names.get(_name_cell(cell)) for cell in column)
    bad = [
        index
        for index, (cell, state) in enumerate(zip(column, told, strict=True))
        if state is None and cell is not None
    ]
    cells = BadCells(tuple(bad), tuple(keep_cell(column[index]) for index in bad)) if bad else None
    return told, cells


def _name_cell(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _parse_activity(document: Any, channels: Sequence[str]) -> Activity:  # noqa: ANN401 (any JSON)
    known = {"channel", "off_below", "idle_below"}
    if not isinstance(document, dict) or not document.keys() <= known:
        raise ValueError(f"states: activity has {document!r}, no object of {sorted(known)}")
    limits = [document.get(name) for name in ("off_below", "idle_below")]
    off, idle = (None if limit is None else float(limit) for limit in limits)
    if document.get("channel") not in channels:
        raise ValueError(f"states: there is no channel {document.get('channel')!r}")
    if idle is not None and (off is None or not off < idle):
        raise ValueError("states: idle_below needs off_below, and must be above it")
    return Activity(document["channel"], off, idle)


def _parse_reach(document: Any, channels: Sequence[str]) -> Reach:  # noqa: ANN401 (any JSON)
    if not isinstance(document, dict) or not document.keys() <= {"channel", "at"}:
        raise ValueError(f"states: reach has {document!r}, no object of channel and at")
    if document.get("channel") not in channels:
        raise ValueError(f"states: there is no channel {document.get('channel')!r}")
    at = document.get("at")
    return Reach(document["channel"], None if at is None else float(at))


def _parse_state(name: object) -> State:
    for state in get_args(State):
        if name == state:
            return state  # type: ignore[no-any-return]  # get_args leaves it unannotated
    raise ValueError(f"states: {name!r} is none of {get_args(State)}")
