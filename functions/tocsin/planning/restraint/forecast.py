"""What a plan would make of a site's lateness, as far as that can be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.load_price import FULLEST, estimate_response_ms
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints

# An answer is known to about a tenth: a task is surely in time, or late, only so far from its
# deadline, and in between it is late with a chance that grows evenly.
SURE_IN_TIME, SURE_LATE = 0.9, 1.1
RISK = 0.1  # a chance of being late that a receiver's own tasks may be given
PER_OVERLOAD_PCT = 0.02  # late tasks that a percent above capacity counts for
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Forecast:
    """A site's tasks ``t`` and devices ``d``.

    doubt: a share by which answers are taken for longer than estimated.
    deadline: ``[t]`` ms, infinite where there is none. priority: ``[t]``.
    """

    site: Site
    deadline: Floats
    priority: Floats
    doubt: float = 0.0

    @classmethod
    def of(cls, site: Site, doubt: float) -> Forecast:
        deadline = [np.inf if t.deadline_ms is None else t.deadline_ms for t in site.tasks]
        priority = [task.priority for task in site.tasks]
        return cls(site, np.array(deadline, float), np.array(priority, float), doubt)

    def estimate_answers(self, plan: Ints) -> Floats:
        """``[d]`` ms; infinite for a device that does nothing."""
        site = self.site
        answer = estimate_response_ms(site.idle_ms, site.device_loads(plan), site.usable)
        return np.where(site.usable > 0, answer, np.inf)

    def estimate_chances(self, plan: Ints) -> Floats:
        """``[t]``, from 0 to 1: that a task is late, or not done at all."""
        answers = self.estimate_answers(plan)
        # What moves may be answered later than estimated; what stays is known as it is.
        changed = self._find_changed(plan)
        answers = np.where(changed, answers * (1.0 + self.doubt), answers)
        dead = ~np.isfinite(answers[plan])
        share = np.where(dead, 0.0, answers[plan]) / self.deadline
        chance = np.clip((share - SURE_IN_TIME) / (SURE_LATE - SURE_IN_TIME), 0.0, 1.0)
        misplaced = self.site.misplaced[np.arange(len(plan)), plan]
        return np.asarray(np.where(dead | misplaced, 1.0, chance))

    def weigh(self, plan: Ints) -> float:
        """Late tasks that are to be expected, each times its priority, and overload."""
        site = self.site
        over = np.where(site.usable > 0, site.device_loads(plan) - site.usable, 0.0)
        late = float((self.priority * self.estimate_chances(plan)).sum())
        return late + PER_OVERLOAD_PCT * float(np.maximum(over, 0.0).sum())

    def find_harmed(self, plan: Ints) -> Bools:
        """``[d]``: whether a device gains tasks by *plan* that its own are late for, or that are
        more than it can carry."""
        site = self.site
        stay = np.where(site.present == NOWHERE, plan, site.present)
        gains = np.zeros(len(site.devices), bool)
        gains[plan[plan != site.present]] = True
        risen = self.estimate_chances(plan) - self.estimate_chances(stay)
        own = (plan == site.present) & (risen > RISK)
        hurt = np.zeros(len(site.devices), bool)
        hurt[plan[own]] = True
        full = site.device_loads(plan) > FULLEST * site.usable + ROUNDING
        return np.asarray(gains & (hurt | full))

    def _find_changed(self, plan: Ints) -> Bools:
        """``[d]``: whether a device gains anything."""
        changed = np.zeros(len(self.site.devices), bool)
        changed[plan[plan != self.site.present]] = True
        return changed
