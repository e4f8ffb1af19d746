"""Run an exported program from its own graph, and nothing but its graph.

``torch.export.load`` imports the compiler and a computer algebra system, which takes longer than
all the rest of a cold start; and it unpickles, so that a file from storage could run code. To run a
finished graph of plain operators neither is needed
(docs/adr/0005-a-program-runs-from-its-graph.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from tocsin.adapters.program.limits import Meter
from tocsin.adapters.program.operators import Growth

Program = Callable[[Tensor], tuple[Tensor, ...]]
# What the names of a graph stand for during one pass: tensors, and sizes as whole numbers.
Named = dict[str, Any]
Argument = Callable[[Named], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an operator, the names of its results, and the names nobody needs after it."""

    call: Callable[..., Any]
    growth: Growth
    positional: tuple[Argument, ...]
    keywords: tuple[tuple[str, Argument], ...]
    results: tuple[str, ...]
    spent: tuple[str, ...]

    def run(self, named: Named) -> None:
        self._call(named, [argument(named) for argument in self.positional])
        for name in self.spent:
            del named[name]

    def run_metered(self, named: Named, meter: Meter) -> None:
        """As ``run``. Raises InvalidBundleError before it would make too much."""
        given = [argument(named) for argument in self.positional]
        meter.admit(self.growth, given)
        self._call(named, given)
        for name in self.results:
            meter.keep(named[name])
        for name in self.spent:
            meter.drop(named.pop(name))

    def _call(self, named: Named, given: Sequence[Any]) -> None:
        keywords = {name: argument(named) for name, argument in self.keywords}
        found = self.call(*given, **keywords)
        if len(self.results) == 1:
            named[self.results[0]] = found
        else:
            named.update(zip(self.results, found, strict=True))


class GraphProgram:
    """A program as a list of steps. Safe to run in several threads at once."""

    def __init__(
        self,
        steps: Sequence[Step],
        fixed: Mapping[str, Tensor],
        windows: tuple[str, Sequence[int | None]],
        outputs: tuple[str, ...],
    ) -> None:
        self._steps = steps
        self._fixed = fixed
        self._windows, self._shape = windows
        self._outputs = outputs
        # What a pass makes follows from the number of windows: each number is judged once.
        self._admitted: set[int] = set()

    def __call__(self, windows: Tensor) -> tuple[Tensor, ...]:
        """What the program returns.

        Raises ValueError for windows of another shape than exported, InvalidBundleError when so
        many windows would make it ask for too much.
        """
        if windows.dim() != len(self._shape) or any(
            wanted not in {None, size}
            for size, wanted in zip(windows.shape, self._shape, strict=True)
        ):
            raise ValueError(f"windows {tuple(windows.shape)} for a program of {self._shape}")
        named: Named = {**self._fixed, self._windows: windows}
        if windows.shape[0] in self._admitted:
            for step in self._steps:
                step.run(named)
        else:
            meter = Meter(windows)
            for step in self._steps:
                step.run_metered(named, meter)
            self._admitted.add(windows.shape[0])
        return tuple(named[output] for output in self._outputs)
