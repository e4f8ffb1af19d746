"""The optimiser, beside the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tocsin.planning.problem import Problem
from tocsin.planning.solve_settings import SolveSettings

if TYPE_CHECKING:
    from tocsin.planning.plan import Plan


async def plan_in_thread(problem: Problem, settings: SolveSettings) -> Plan:
    """The port Planner. The optimiser is imported by the first plan: most instances make none."""
    return await asyncio.to_thread(_import_and_solve, problem, settings)


def _import_and_solve(problem: Problem, settings: SolveSettings) -> Plan:
    from tocsin.planning.solve import solve  # noqa: PLC0415 (see above)

    return solve(problem, settings)
