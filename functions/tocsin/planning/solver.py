"""PuLP's solvers behind one call: HiGHS, or CBC where HiGHS is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pulp

Outcome = Literal["optimal", "feasible", "nothing"]
Start = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """``bound``: what the solver proved for the model it got, in the model's own objective, None
    where it says nothing. ``reason``: why there is no solution, in words."""

    outcome: Outcome
    bound: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop: after ``time_s``, or with a solution of at most ``target`` watts."""

    time_s: float
    target: float
    threads: int = 1


Solver = Callable[[pulp.LpProblem, Effort, Start], Answer]
OUTCOMES: Mapping[int, Outcome] = {
    pulp.LpSolutionOptimal: "optimal",
    pulp.LpSolutionIntegerFeasible: "feasible",
}


def default_solver() -> Solver | None:
    """HiGHS if installed, else CBC if it runs here, else None."""
    if pulp.HiGHS(msg=False).available():
        return highs
    return cbc if pulp.PULP_CBC_CMD(msg=False).available() else None


def highs(problem: pulp.LpProblem, effort: Effort, start: Start) -> Answer:
    """Solve with HiGHS, deterministic but for the time limit."""
    solver = _StartedHighs(start, effort)
    answer = _run(problem, solver)
    if answer.outcome == "nothing" or not problem.isMIP():
        return answer
    return Answer(answer.outcome, float(problem.solverModel.getInfo().mip_dual_bound))


def cbc(problem: pulp.LpProblem, effort: Effort, start: Start) -> Answer:  # noqa: ARG001  CBC's start needs a file
    """Solve with CBC. It tells PuLP no bound, so only an optimal solution proves anything."""
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=effort.time_s, threads=effort.threads)
    answer = _run(problem, solver)
    if answer.outcome != "optimal":
        return answer
    return Answer("optimal", float(pulp.value(problem.objective)))


class _StartedHighs(pulp.HiGHS):  # type: ignore[misc]  # PuLP ships no types
    """PuLP's HiGHS, given a first solution once the model is built."""

    def __init__(self, start: Start, effort: Effort) -> None:
        super().__init__(
            msg=False,
            threads=effort.threads,
            timeLimit=max(effort.time_s, 0.01),
            gapRel=1e-4,
            random_seed=0,
            objective_target=effort.target,
        )
        self._start = start

    def callSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802  PuLP's name
        if self._start:
            _give_start(lp, self._start)
        super().callSolver(lp)


def _give_start(problem: pulp.LpProblem, start: Start) -> None:
    import highspy  # noqa: PLC0415  optional: only where HiGHS solves

    solution = highspy.HighsSolution()
    solution.col_value = [start.get(variable.name, 0.0) for variable in problem.variables()]
    problem.solverModel.setSolution(solution)


def _run(problem: pulp.LpProblem, solver: pulp.LpSolver) -> Answer:
    try:
        problem.solve(solver)
    except (pulp.PulpSolverError, OSError) as error:
        return Answer("nothing", reason=f"the solver failed: {error}")
    outcome = OUTCOMES.get(problem.sol_status, "nothing")
    if outcome == "nothing":
        return Answer(outcome, reason=f"the solver says {pulp.LpSolution[problem.sol_status]!r}")
    return Answer(outcome)
