"""What a plan would make of a site's lateness, as far as that can be told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tocsin.planning.arrays.load_price import FULLEST, LEAST_PCT, estimate_response_ms
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints

# One answer differs from the next by so large a share of it, and a processor's use from reading to
# reading by so much, which an answer shows the more the fuller the processor is.
NOISE, USE_NOISE = 0.06, 0.015
# By so large a share the answer of a device that gains tasks is not known, and by so much its use:
# at nine tenths of use a hundredth more makes an answer a tenth longer.
ESTIMATE, USE_ESTIMATE = 0.05, 0.015
GROWTH = 0.05  # of what it can carry: who gains less is known the better
# Of the lateness of a task where it runs, what staying leaves of it however much else leaves: what
# waits there has to be worked off first, and nobody knows yet what a device in trouble still can.
HANGS = 0.3
LATE = 0.1  # a chance of being late from which on a task is to be helped
# Of what a device can carry: what may be filled by moves. Beyond it a percent more load, or a busy
# second, makes answers so much later that no estimate is good enough to tell by how much.
SAFE = 0.88
RISK = 0.03  # a chance of being late that a receiver's own tasks may be given
LOGISTIC = 1.702  # makes the logistic curve nearly the normal distribution's
PER_OVERLOAD_PCT = 0.02  # late tasks that a percent above capacity counts for
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Forecast:
    """A site's tasks ``t`` and devices ``d``.

    doubt: a share by which answers are taken for longer than estimated.
    deadline: ``[t]`` ms, infinite where there is none. priority: ``[t]``.
    stay: ``[t]`` where each runs; device 0 for those that run nowhere.
    late_now: ``[t]`` the chance of each that it is late where it runs; 0 where it runs nowhere.
    """

    site: Site
    deadline: Floats
    priority: Floats
    doubt: float
    stay: Ints
    late_now: Floats

    @classmethod
    def of(cls, site: Site, doubt: float) -> Forecast:
        deadline = [np.inf if t.deadline_ms is None else t.deadline_ms for t in site.tasks]
        priority = [task.priority for task in site.tasks]
        nobody = np.zeros(len(site.tasks))
        runs = site.present != NOWHERE
        stay = np.where(runs, site.present, 0)
        new = cls(site, np.array(deadline, float), np.array(priority, float), doubt, stay, nobody)
        return replace(new, late_now=np.where(runs, new._estimate_settled(stay), 0.0))

    def estimate_answers(self, plan: Ints) -> Floats:
        """``[d]`` ms; infinite for a device that does nothing."""
        site = self.site
        answer = estimate_response_ms(site.idle_ms, site.device_loads(plan), site.usable)
        return np.where(site.usable > 0, answer, np.inf)

    def estimate_chances(self, plan: Ints) -> Floats:
        """``[t]``, from 0 to 1: that a task is late, or not done at all."""
        hangs = np.where(plan == self.site.present, HANGS * self.late_now, 0.0)
        return np.asarray(np.maximum(self._estimate_settled(plan), hangs))

    def _estimate_settled(self, plan: Ints) -> Floats:
        """``[t]``: of being late once every device shows what it has been given."""
        site = self.site
        answers = self.estimate_answers(plan)
        # What grows may be answered later than estimated; what stays is known as it is.
        growth = self.measure_growth(site.device_loads(plan))
        answers = answers * (1.0 + self.doubt * growth)
        use = self.estimate_use(site.device_loads(plan))
        chance = compare_deadlines(answers[plan], spread_answers(use, growth)[plan], self.deadline)
        misplaced = site.misplaced[np.arange(len(plan)), plan]
        return np.asarray(np.where(misplaced, 1.0, chance))

    def measure_growth(self, loads: Floats) -> Floats:
        """``[d]``, from 0 to 1: how far *loads* ``[d]`` are from what is known."""
        step = np.maximum(GROWTH * self.site.usable, LEAST_PCT)
        return np.asarray(np.clip((loads - self.site.device_loads(self.stay)) / step, 0.0, 1.0))

    def estimate_use(self, loads: Floats) -> Floats:
        """``[d]``, from 0 to FULLEST, at *loads* ``[d]`` percent."""
        usable = self.site.usable
        use = np.divide(loads, usable, out=np.ones(len(usable)), where=usable > 0)
        return np.asarray(np.minimum(use, FULLEST))

    def weigh(self, plan: Ints) -> float:
        """Late tasks that are to be expected, each times its priority, and overload."""
        site = self.site
        over = np.where(site.usable > 0, site.device_loads(plan) - site.usable, 0.0)
        late = float((self.priority * self.estimate_chances(plan)).sum())
        return late + PER_OVERLOAD_PCT * float(np.maximum(over, 0.0).sum())

    def find_harmed(self, plan: Ints) -> Bools:
        """``[d]``: whether a device gains tasks by *plan* that its own are late for; that fill it
        beyond what is safe; or beyond what it carries, where that is late already: it would not be
        well once its trouble is over."""
        site = self.site
        stay = np.where(site.present == NOWHERE, plan, site.present)
        gains = self._find_gaining(plan)
        risen = self.estimate_chances(plan) - self.estimate_chances(stay)
        own = (plan == site.present) & (risen > RISK)
        hurt = np.zeros(len(site.devices), bool)
        hurt[plan[own]] = True
        loads = site.device_loads(plan)
        most = site.device_loads(stay)
        most = np.where(self.find_well(), np.maximum(SAFE * site.usable, most), most)
        return np.asarray(gains & (hurt | (loads > most + ROUNDING)))

    def find_well(self) -> Bools:
        """``[d]``: whether nothing that a device runs is late now."""
        well = np.ones(len(self.site.devices), bool)
        late = (self.late_now > LATE) & (self.site.present != NOWHERE)
        well[self.site.present[late]] = False
        return well

    def _find_gaining(self, plan: Ints) -> Bools:
        """``[d]``: whether a device gains anything."""
        gains = np.zeros(len(self.site.devices), bool)
        gains[plan[plan != self.site.present]] = True
        return gains


def spread_answers(use: Floats, growth: Floats) -> Floats:
    """``[d]``: by what share answers differ from what is estimated at *use* ``[d]``; the more, the
    more its load grows (*growth* ``[d]``, from 0 to 1)."""
    known = NOISE**2 + (USE_NOISE / (1.0 - use)) ** 2
    guessed = ESTIMATE**2 + (USE_ESTIMATE / (1.0 - use)) ** 2
    return np.asarray(np.sqrt(known + growth * guessed))


def compare_deadlines(answers: Floats, spread: Floats, deadline: Floats) -> Floats:
    """The chance that each answer (ms) is later than its deadline; all broadcast."""
    dead = ~np.isfinite(answers)
    share = np.where(dead, 1.0, answers) / deadline
    # No time and no limit are far from any deadline, and have no logarithm.
    distance = np.log(np.clip(share, 1e-6, 1e6)) / spread
    chance = 1.0 / (1.0 + np.exp(-np.clip(LOGISTIC * distance, -50.0, 50.0)))
    return np.asarray(np.where(dead, 1.0, chance))
