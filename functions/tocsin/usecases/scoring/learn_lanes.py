"""Let the messages of a batch teach the habits of their devices' sensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Habits, begin_habits
from tocsin.domain.behaviour.learn_habits import learn_habits
from tocsin.domain.profile import Profile
from tocsin.domain.states.at_rest import hide_rest, hide_told
from tocsin.domain.states.follow import Telling, find_telling
from tocsin.domain.states.reach import Heights
from tocsin.usecases.ports.scoring import Models
from tocsin.usecases.scoring.place_messages import Lane
from tocsin.usecases.scoring.place_stretches import Placed


@dataclass(slots=True)
class _Pupil:
    """A device whose messages are gone through: its profile and habits by now."""

    lane: Lane
    profile: str
    habits: Habits | None
    placed: list[Placed]

    def know(self, profile: Profile) -> Habits:
        """What is known for *profile*; under another than before everything begins anew."""
        if self.habits is None or self.profile != profile.name:
            return begin_habits(profile)
        return self.habits.fit(profile)

    def keep(self, placed: Placed) -> None:
        self.placed.append(placed)
        if placed.learned is not None:
            self.profile, self.habits = placed.message.profile.name, placed.learned.habits

    def finish(self) -> Lane:
        after = self.lane.after
        # Who turned to another profile without a message of it has no habits yet.
        habits = self.habits if self.profile == after.profile else None
        lane = self.lane
        return Lane(
            lane.device_id,
            tuple(self.placed),
            lane.before,
            after.with_habits(habits),
            lane.known,
        )


async def learn_lanes(lanes: Sequence[Lane], models: Models) -> list[Lane]:
    """*lanes* with what each of their messages shows. The first messages of all learn together,
    then the second ones: a device's own come one after the other.

    What a machine shows at rest, or before it has come up, teaches nothing; *models* say how active
    it is at work.
    """
    tellings = await _find_tellings(lanes, models)
    pupils = [_Pupil(lane, lane.before.profile, lane.before.habits, []) for lane in lanes]
    for turn in range(max((len(lane.placed) for lane in lanes), default=0)):
        going = [pupil for pupil in pupils if turn < len(pupil.lane.placed)]
        for alike in _group(going, turn):
            _learn(alike, turn, tellings)
    return [pupil.finish() for pupil in pupils]


async def _find_tellings(lanes: Sequence[Lane], models: Models) -> dict[str, Telling]:
    """By profile how operating states are told of its devices, where they are."""
    messages = (placed.message for lane in lanes for placed in lane.placed)
    tellings: dict[str, Telling] = {}
    for profile in {message.profile.name: message.profile for message in messages}.values():
        if profile.states is None:
            continue
        model = await models.current(profile)
        telling = find_telling(profile, {} if model is None else model.spec.usual_values)
        if telling is not None:
            tellings[profile.name] = telling
    return tellings


def _group(pupils: Sequence[_Pupil], turn: int) -> Iterator[list[_Pupil]]:
    """Those whose messages have one profile and one number of readings; late ones teach nothing."""
    groups: dict[tuple[str, int], list[_Pupil]] = {}
    for pupil in pupils:
        placed = pupil.lane.placed[turn]
        message = placed.message
        if placed.late:
            pupil.keep(replace(placed, habits=pupil.know(message.profile)))
        else:
            groups.setdefault((message.profile.name, len(message.times)), []).append(pupil)
    yield from groups.values()


def _learn(pupils: Sequence[_Pupil], turn: int, tellings: Mapping[str, Telling]) -> None:
    placed = [pupil.lane.placed[turn] for pupil in pupils]
    profile = placed[0].message.profile
    habits = [pupil.know(profile) for pupil in pupils]
    telling = tellings.get(profile.name)
    rows = _join_rows(placed, profile, None if telling is None else telling.heights)
    rows = hide_rest(rows, habits, telling, profile)
    learned = learn_habits(habits, rows[:, 0], rows[:, 1:], profile)
    for pupil, each, found in zip(pupils, placed, learned, strict=True):
        pupil.keep(each.learn(found))


def _join_rows(
    placed: Sequence[Placed], profile: Profile, heights: Heights | None
) -> NDArray[np.float32]:
    """The reading before each of m messages and its own, ``[m, 1 + n, c]``: NaN where there was
    none, and where its device told that it is off, or is on and below *heights*."""
    unknown = np.full(len(profile.channels), np.nan, dtype=np.float32)
    last = [each.history.values[-1] if len(each.history.t) else unknown for each in placed]
    values = [hide_told(each.message.values, each.message.told, heights) for each in placed]
    return np.concatenate((np.array(last)[:, np.newaxis], np.array(values)), axis=1)
