"""The optimiser, beside the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tocsin.planning.inputs.optimiser import Search
from tocsin.planning.problem import Problem

if TYPE_CHECKING:
    from tocsin.planning.plan import Plan


async def plan_in_thread(problem: Problem, search: Search) -> Plan:
    """The port Planner. The optimiser is imported by the first plan: most instances make none."""
    return await asyncio.to_thread(_solved, problem, search)


def _solved(problem: Problem, search: Search) -> Plan:
    from tocsin.planning.solve import SolveSettings, solve  # noqa: PLC0415 (see above)

    return solve(problem, SolveSettings(time_limit_s=search.time_limit_s, gap=search.gap))
