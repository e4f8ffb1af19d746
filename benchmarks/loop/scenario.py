"""Seeded sites and what goes wrong there: the same in every way of running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

START_MS: Final = 1_795_332_000_000
LASTS_S: Final = 7_200
FIRST_S, LAST_S = 300, 3_600  # nothing goes wrong before and after
SIZES: Final = (6, 1, 4, 8, 2, 12, 5, 3, 16, 6, 4, 10, 6, 24, 5, 8, 4, 40, 6, 8)
PATTERNS: Final = (
    "single", "double", "silent", "correlated", "slow", "false alerts", "late hub", "disobedient",
    "mixed",
)  # fmt: skip
DEADLINES_MS: Final = (170.0, 180.0, 200.0, 220.0, 250.0, 300.0)
IDLE_PCT, ANSWER_MS = 9.0, 22.0  # what a workcell takes for itself, and its answer when idle
MARGIN: Final = 1.25  # of a deadline above the longest answer where nothing is wrong
JITTER, MOST_USE = 0.02, 0.95  # of a processor: its noise, and where an answer is at its longest

# overload, throttled: of its processor. dead: it does nothing. mute: it works, unheard.
# shaken: a channel of its readings is wrong for a while, its work is not.
# deaf: it works and sends, and obeys no order.
TroubleKind = Literal["overload", "throttled", "dead", "mute", "shaken", "deaf"]
WORK: Final[tuple[TroubleKind, ...]] = ("overload", "throttled")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a device from ``start_s`` to ``end_s`` of a run."""

    kind: TroubleKind
    device_id: str
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A workcell. ``every_s``: between two of its messages. ``obeys_after_s``: of an order."""

    device_id: str
    capabilities: tuple[str, ...]
    every_s: int = 5
    obeys_after_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Work:
    """A task, and where it runs at the start."""

    task_id: str
    load_pct: float
    deadline_ms: float
    priority: float
    capability: str | None
    device_id: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """``load``: what the tasks take of what the workcells leave for them.

    ``hub_fails``: the share of calls of the hub that it does not answer.
    """

    number: int
    seed: int
    pattern: str
    load: float
    cells: tuple[Cell, ...]
    tasks: tuple[Work, ...]
    troubles: tuple[Trouble, ...]
    hub_fails: float

    @property
    def ends_s(self) -> int:
        """When the last trouble is over."""
        return max((trouble.end_s for trouble in self.troubles), default=0)


def draw_scenario(number: int, seed: int) -> Scenario:
    rng = np.random.default_rng([seed, number])
    size = SIZES[number % len(SIZES)]
    pattern = PATTERNS[number % len(PATTERNS)]
    # Spread evenly over the range, whatever the number of runs: the golden ratio's multiples.
    load = 0.3 + 0.65 * ((number * 0.618034 + 0.1) % 1.0)
    cells = tuple(_draw_cell(rng, index, pattern) for index in range(size))
    return Scenario(
        number=number,
        seed=seed,
        pattern=pattern,
        load=round(load, 3),
        cells=cells,
        tasks=tuple(_draw_tasks(rng, cells, load)),
        troubles=tuple(_draw_troubles(rng, cells, pattern)),
        hub_fails=0.1 if pattern == "late hub" else 0.0,
    )


def _draw_cell(rng: np.random.Generator, index: int, pattern: str) -> Cell:
    able = tuple(name for name in ("vision", "control") if rng.random() < 0.7)
    slow = pattern == "slow" and index % 2 == 0
    late = pattern == "late hub" or (pattern == "mixed" and index == 0)
    return Cell(
        f"cell-{index + 1:02d}",
        able,
        every_s=40 if slow else 5,
        obeys_after_s=float(rng.uniform(5.0, 25.0)) if late else 0.1,
    )


def _draw_tasks(rng: np.random.Generator, cells: tuple[Cell, ...], load: float) -> list[Work]:
    """Five a workcell on average, dealt out so that all are about equally busy."""
    loads = rng.lognormal(0.0, 0.45, 5 * len(cells))
    room = 100.0 - IDLE_PCT
    loads *= load * room * len(cells) / loads.sum()
    carried = dict.fromkeys(cells, 0.0)
    homes: dict[int, Cell] = {}
    for index in np.argsort(-loads).tolist():
        homes[index] = min(carried, key=carried.__getitem__)
        carried[homes[index]] += loads[index]
    fullest = min((IDLE_PCT + max(carried.values())) / 100.0 + JITTER, MOST_USE)
    usual_ms = ANSWER_MS / (1.0 - fullest)
    tasks = []
    for index, cell in homes.items():
        wants = cell.capabilities[0] if cell.capabilities and rng.random() < 0.4 else None
        tasks.append(
            Work(
                f"task-{index + 1:03d}",
                round(float(loads[index]), 1),
                round(max(float(rng.choice(DEADLINES_MS)), MARGIN * usual_ms)),
                float(rng.choice((1.0, 2.0, 5.0))),
                wants,
                cell.device_id,
            )
        )
    return sorted(tasks, key=lambda task: task.task_id)


def _draw_troubles(
    rng: np.random.Generator, cells: tuple[Cell, ...], pattern: str
) -> list[Trouble]:
    names = [cell.device_id for cell in cells]
    return DRAWS.get(pattern, _draw_single)(rng, names)


def _draw_single(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    return [_draw_trouble(rng, _draw_work(rng), names[0], _draw_begin(rng))]


def _draw_double(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    begin_s, chosen = _draw_begin(rng), rng.permutation(names)[:2].tolist()
    return [
        _draw_trouble(rng, kind, name, begin_s)
        for kind, name in zip(WORK, chosen, strict=False)  # a site may have but one
    ]


def _draw_correlated(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    begin_s, kind = _draw_begin(rng), _draw_work(rng)
    chosen = rng.permutation(names)[: max(1, len(names) // 3)].tolist()
    return [_draw_trouble(rng, kind, name, begin_s) for name in chosen]


def _draw_silent(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    return [*_come_and_go(rng, names), _draw_trouble(rng, "dead", names[0], _draw_begin(rng))]


def _draw_shaken(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    shaken = [_shake(rng, names) for _ in range(4 + len(names) // 4)]
    return [*shaken, *_draw_single(rng, names)]


def _draw_disobedient(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    return [Trouble("deaf", names[-1], FIRST_S, LAST_S), *_draw_single(rng, names)]


def _draw_mixed(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    kinds: tuple[TroubleKind, ...] = (*WORK, "dead", "mute")
    return [
        *(_draw_trouble(rng, kind, str(rng.choice(names)), _draw_begin(rng)) for kind in kinds),
        *(_shake(rng, names) for _ in range(2)),
    ]


DRAWS: Final[Mapping[str, Callable[[np.random.Generator, list[str]], list[Trouble]]]] = {
    "double": _draw_double,
    "silent": _draw_silent,
    "correlated": _draw_correlated,
    "false alerts": _draw_shaken,
    "disobedient": _draw_disobedient,
    "mixed": _draw_mixed,
}


def _draw_work(rng: np.random.Generator) -> TroubleKind:
    return WORK[int(rng.integers(len(WORK)))]


def _draw_begin(rng: np.random.Generator) -> int:
    return int(rng.integers(FIRST_S, LAST_S - 1_500))


def _draw_trouble(
    rng: np.random.Generator, kind: TroubleKind, device_id: str, begin_s: int
) -> Trouble:
    length_s = int(rng.integers(300, 1_500))
    return Trouble(kind, device_id, begin_s, begin_s + length_s)


def _shake(rng: np.random.Generator, names: list[str]) -> Trouble:
    begin_s = int(rng.integers(FIRST_S, LAST_S - 60))
    return Trouble("shaken", str(rng.choice(names)), begin_s, begin_s + int(rng.integers(10, 60)))


def _come_and_go(rng: np.random.Generator, names: list[str]) -> list[Trouble]:
    """The last device is unheard for a minute, time and again."""
    begin_s, found = FIRST_S, []
    while begin_s < LAST_S - 120:
        length_s = int(rng.integers(40, 100))
        found.append(Trouble("mute", names[-1], begin_s, begin_s + length_s))
        begin_s += length_s + int(rng.integers(60, 240))
    return found
