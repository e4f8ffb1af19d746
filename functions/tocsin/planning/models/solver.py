"""PuLP's solvers behind one call: HiGHS, or CBC where HiGHS is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pulp

Outcome = Literal["optimal", "feasible", "nothing"]
Start = Mapping[str, float]
ANY_NODES = 2**31 - 1  # as many as HiGHS can count
LEAST_S = 0.01  # where none is left: HiGHS takes no negative limit
GAP = 1e-4  # of its objective: as near as a solver proves what it calls optimal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver says; the solution itself is in the model's variables.

    bound: what it proved for the model it got, in the model's own objective; None if nothing.
    reason: why there is no solution, in words.
    """

    outcome: Outcome
    bound: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop, whichever comes first.

    time_s: seconds. target: with a solution of at most so many watts, in the model's own objective.
    nodes: after so many of the search for whole numbers; unlike time, the same on every machine.
    """

    time_s: float
    target: float
    threads: int = 1
    nodes: int = ANY_NODES


Solver = Callable[[pulp.LpProblem, Effort, Start], Answer]
OUTCOMES: Mapping[int, Outcome] = {
    pulp.LpSolutionOptimal: "optimal",
    pulp.LpSolutionIntegerFeasible: "feasible",
}


def choose_solver() -> Solver | None:
    """HiGHS if installed, else CBC if it runs here, else None."""
    if pulp.HiGHS(msg=False).available():
        return solve_with_highs
    return solve_with_cbc if pulp.PULP_CBC_CMD(msg=False).available() else None


def solve_with_highs(problem: pulp.LpProblem, effort: Effort, start: Start) -> Answer:
    """Solve with HiGHS, deterministic but for the time limit."""
    from tocsin.planning.models.highs import StartedHighs  # noqa: PLC0415  only where HiGHS is installed

    options = {
        "threads": effort.threads,
        "time_limit": max(effort.time_s, LEAST_S),
        "mip_rel_gap": GAP,
        "random_seed": 0,  # equal input, equal plan
        "objective_target": effort.target,
        "mip_max_nodes": effort.nodes,
    }
    answer = _run(problem, StartedHighs(start, options))
    if answer.outcome == "nothing" or not problem.isMIP():
        return answer
    return Answer(answer.outcome, float(problem.solverModel.getInfo().mip_dual_bound))


def solve_with_cbc(problem: pulp.LpProblem, effort: Effort, start: Start) -> Answer:  # noqa: ARG001  CBC's start needs a file
    """Solve with CBC. It tells PuLP no bound, so only an optimal solution proves anything."""
    solver = pulp.PULP_CBC_CMD(
        msg=False, timeLimit=effort.time_s, threads=effort.threads, maxNodes=effort.nodes
    )
    answer = _run(problem, solver)
    if answer.outcome != "optimal":
        return answer
    return Answer("optimal", float(pulp.value(problem.objective)))


def _run(problem: pulp.LpProblem, solver: pulp.LpSolver) -> Answer:
    try:
        problem.solve(solver)
    except (pulp.PulpSolverError, OSError) as error:
        return Answer("nothing", reason=f"the solver failed: {error}")
    outcome = OUTCOMES.get(problem.sol_status, "nothing")
    if outcome == "nothing":
        return Answer(outcome, reason=f"the solver says {pulp.LpSolution[problem.sol_status]!r}")
    return Answer(outcome)
