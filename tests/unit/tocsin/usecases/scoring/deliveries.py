"""What a partition holds, and the ways in which it is delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.fakes.documents import CrashError
from tests.fakes.messages import PROBE, stream
from tests.fakes.services import Plant
from tocsin.domain.messages.telemetry import Envelope


@dataclass(frozen=True)
class Delivery:
    """One batch as it is delivered, maybe to a process that has just started."""

    events: tuple[Envelope, ...]
    fresh: bool


@dataclass(frozen=True)
class Scenario:
    """What a partition holds, and how it is delivered."""

    log: list[Envelope]
    batches: list[Delivery]


@st.composite
def fleets(draw: st.DrawFn) -> list[Envelope]:
    """The messages of a few devices, each device's in order, as a partition would hold them."""
    waiting = [
        stream(
            draw(st.lists(st.integers(1, 9), min_size=1, max_size=8)),
            seed=seed,
            odd=draw(st.lists(st.integers(0, 40), max_size=25)),
            gaps_s=draw(st.dictionaries(st.integers(1, 40), st.sampled_from([1, 2, 5]))),
            device_id=f"device-{seed}",
            site_id=draw(st.sampled_from(["north", "south"])),
            **({"profile": PROBE} if seed == 1 else {}),
        )
        for seed in range(draw(st.integers(1, 2)))
    ]
    log: list[Envelope] = []
    while any(waiting):
        of_device = draw(st.sampled_from([one for one in waiting if one]))
        log.append(of_device.pop(0))
    return log


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """At least once and in order: a batch goes on from the last, or from before, or comes twice."""
    log = draw(fleets())
    found: list[Delivery] = []
    done = 0
    while done < len(log):
        start = draw(st.integers(max(0, done - 4), done))
        done = draw(st.integers(done + 1, min(len(log), done + 6)))
        found.append(Delivery(tuple(log[start:done]), draw(st.booleans())))
        if draw(st.booleans()):
            found.append(Delivery(tuple(log[start:done]), draw(st.booleans())))
    return Scenario(log, found)


async def run(batches: Sequence[Delivery]) -> Plant:
    plant = Plant()
    await deliver(plant, batches)
    return plant


async def deliver(
    plant: Plant, batches: Sequence[Delivery], *, crash_after: int | None = None
) -> None:
    """Score *batches*; the process ends after so many writes, and what it had is delivered again to
    one that has just started."""
    plant.store.crash_after = crash_after
    for batch in batches:
        if batch.fresh:
            plant.restart()
        try:
            await plant.score(batch.events)
        except CrashError:
            plant.store.crash_after = None
            plant.restart()
            await plant.score(batch.events)
    plant.store.crash_after = None  # fewer writes may have been enough


async def undisturbed(log: Sequence[Envelope]) -> Plant:
    return await run([Delivery(tuple(log), fresh=False)])
