"""HiGHS through PuLP: silent, given a first solution, and the same again for the same model."""

from __future__ import annotations

from collections.abc import Mapping

import highspy
import pulp

FEASIBLE = 2  # HiGHS's number for a solution that keeps every row
NOTHING = pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound


class SilentHighs(highspy.Highs):
    """HiGHS without its greeting on standard output.

    It greets at its first call, which its own constructor makes: output has to be off before.
    """

    def enableCallbacks(self) -> None:  # noqa: N802  highspy's name
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy's types are partial


class StartedHighs(pulp.HiGHS):  # type: ignore[misc]  # PuLP ships no types
    """PuLP's HiGHS with HiGHS's own *options* and a first solution.

    *start*: variable's name → value; empty for none.
    """

    def __init__(self, start: Mapping[str, float], options: Mapping[str, float]) -> None:
        super().__init__(msg=False)
        self._start, self._options = start, options

    def createAndConfigureSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802  PuLP's name
        lp.solverModel = SilentHighs()  # type: ignore[no-untyped-call]  # likewise
        for name, value in self._options.items():
            lp.solverModel.setOptionValue(name, value)

    def callSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802  PuLP's name
        if self._start:
            solution = highspy.HighsSolution()
            solution.col_value = [
                self._start.get(variable.name, 0.0) for variable in lp.variables()
            ]
            lp.solverModel.setSolution(solution)
        super().callSolver(lp)

    def findSolutionValues(self, lp: pulp.LpProblem) -> tuple[int, int]:  # noqa: N802  PuLP's name
        try:
            status, solution = super().findSolutionValues(lp)
        except KeyError:  # PuLP reads the values, but has no word for a limit on nodes
            found = lp.solverModel.getInfo().primal_solution_status == FEASIBLE
            return (pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible) if found else NOTHING
        return status, solution
