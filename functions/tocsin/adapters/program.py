"""Run an exported program from its own graph.

``torch.export.load`` imports the compiler and a computer algebra system, which takes longer than
all the rest of a cold start; to run a finished graph of plain operators neither is needed
(docs/adr/0005-a-program-runs-from-its-graph.md).
"""

from __future__ import annotations

import io
import logging
import operator
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from tocsin.adapters.program_archive import Archive, UnsupportedProgramError
from tocsin.adapters.program_constants import constant_of
from tocsin.domain.errors import InvalidBundleError

log = logging.getLogger(__name__)

Program = Callable[[Tensor], tuple[Tensor, ...]]

SCHEMA_MAJOR: Final = 8
KEYWORD: Final = 2

_OPERATORS: Final = "torch.ops.aten."
# What a trace noted of its own run; it holds for every run.
_NOTES: Final = {"torch.ops.aten._assert_tensor_metadata.default"}
_OF_SIZES: Final[dict[str, Callable[..., Any]]] = {
    f"_operator.{name}": getattr(operator, name)
    for name in ("add", "sub", "mul", "floordiv", "mod", "neg")
}

# Torch rebuilds a program with state that is the whole process's: one at a time.
_rebuilding = threading.Lock()

# What the names of a graph stand for during one pass: tensors, and sizes as whole numbers.
_Named = dict[str, Any]
_Argument = Callable[[_Named], Any]


def load_program(content: bytes) -> Program:
    """The program of a ``.pt2`` archive: windows to scores, contributions and sensors.

    One that holds more than plain operators is left to torch, which takes seconds.
    Raises InvalidBundleError when the archive or what it holds is damaged.
    """
    archive = Archive.open(content)
    try:
        return read_graph(archive)
    except UnsupportedProgramError as error:
        log.warning("The program is loaded by torch.export, which takes seconds: %s", error)
    with _rebuilding:
        rebuilt: Program = torch.export.load(io.BytesIO(content)).module()
    return rebuilt


@dataclass(frozen=True, slots=True)
class _Step:
    """One call of an operator, the names of its results, and the names nobody needs after it."""

    call: Callable[..., Any]
    positional: tuple[_Argument, ...]
    keywords: tuple[tuple[str, _Argument], ...]
    results: tuple[str | tuple[str, ...], ...]
    spent: tuple[str, ...]

    def run(self, named: _Named) -> None:
        found = self.call(
            *[argument(named) for argument in self.positional],
            **{name: argument(named) for name, argument in self.keywords},
        )
        several = found if len(self.results) > 1 else (found,)
        for result, value in zip(self.results, several, strict=True):
            if isinstance(result, str):
                named[result] = value
            else:
                named.update(zip(result, value, strict=True))
        for name in self.spent:
            del named[name]


class GraphProgram:
    """A program as a list of steps. Safe to run in several threads at once."""

    def __init__(
        self,
        steps: Sequence[_Step],
        fixed: Mapping[str, Tensor],
        windows: tuple[str, Sequence[int | None]],
        outputs: tuple[str, ...],
    ) -> None:
        self._steps = steps
        self._fixed = fixed
        self._windows, self._shape = windows
        self._outputs = outputs

    def __call__(self, windows: Tensor) -> tuple[Tensor, ...]:
        """What the program returns; ValueError for windows of another shape than exported."""
        if windows.dim() != len(self._shape) or any(
            wanted not in {None, size}
            for size, wanted in zip(windows.shape, self._shape, strict=True)
        ):
            raise ValueError(f"windows {tuple(windows.shape)} for a program of {self._shape}")
        named: _Named = {**self._fixed, self._windows: windows}
        for step in self._steps:
            step.run(named)
        return tuple(named[output] for output in self._outputs)


def read_graph(archive: Archive) -> GraphProgram:
    """The archive's graph, ready to run.

    Raises UnsupportedProgramError naming what is no plain operator, InvalidBundleError when the
    archive is damaged.
    """
    if archive.text("byteorder") != "little":
        raise UnsupportedProgramError("byte order")
    try:
        return _read(archive, archive.json("models/model.json"))
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise InvalidBundleError(f"the program's graph is malformed: {error!r}") from error


def _read(archive: Archive, model: Mapping[str, Any]) -> GraphProgram:
    if model["schema_version"]["major"] != SCHEMA_MAJOR:
        raise UnsupportedProgramError(f"schema version {model['schema_version']}")
    signature, graph = model["graph_module"]["signature"], model["graph_module"]["graph"]
    fixed, windows = _inputs(archive, signature["input_specs"])
    outputs = _outputs(signature["output_specs"])
    sizes = graph["tensor_values"][windows]["sizes"]
    nodes = [node for node in graph["nodes"] if node["target"] not in _NOTES]
    return GraphProgram(
        _steps(nodes, keep={*fixed, *outputs}),
        fixed,
        (windows, [size.get("as_int") for size in sizes]),
        outputs,
    )


def _inputs(archive: Archive, specs: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Tensor], str]:
    """The tensors that come with the program by their name in the graph; the windows' name."""
    stored = {**archive.tensors("constants"), **archive.tensors("weights")}
    fixed: dict[str, Tensor] = {}
    windows: list[str] = []
    for spec in specs:
        kind, of_kind = _only(spec)
        if kind == "user_input":
            windows.append(of_kind["arg"]["as_tensor"]["name"])
        elif kind in {"parameter", "buffer", "tensor_constant"}:
            fixed[of_kind["arg"]["name"]] = stored[of_kind[f"{kind}_name"]]
        else:
            raise UnsupportedProgramError(f"an input of kind {kind!r}")
    if len(windows) != 1:
        raise UnsupportedProgramError(f"{len(windows)} inputs")
    return fixed, windows[0]


def _outputs(specs: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    kinds = [_only(spec)[0] for spec in specs]
    if set(kinds) != {"user_output"}:
        raise UnsupportedProgramError(f"outputs {kinds}")
    return tuple(spec["user_output"]["arg"]["as_tensor"]["name"] for spec in specs)


def _steps(nodes: Sequence[Mapping[str, Any]], *, keep: set[str]) -> list[_Step]:
    """The nodes as steps; each forgets the names that no later node and no output needs."""
    steps: list[_Step] = []
    needed = set(keep)
    for node in reversed(nodes):
        results = tuple(_result(output) for output in node["outputs"])
        used = {name for given in node["inputs"] for name in _names(given["arg"])}
        used |= {
            name for output in results for name in ([output] if isinstance(output, str) else output)
        }
        steps.append(_step(node, results, spent=tuple(sorted(used - needed))))
        needed |= used
    return steps[::-1]


def _step(
    node: Mapping[str, Any], results: tuple[str | tuple[str, ...], ...], spent: tuple[str, ...]
) -> _Step:
    given = [
        (given["name"], given["kind"] == KEYWORD, _argument(given["arg"]))
        for given in node["inputs"]
    ]
    return _Step(
        call=_operator(node["target"]),
        positional=tuple(argument for _, keyword, argument in given if not keyword),
        keywords=tuple((name, argument) for name, keyword, argument in given if keyword),
        results=results,
        spent=spent,
    )


def _operator(target: str) -> Callable[..., Any]:
    if target in _OF_SIZES:
        return _OF_SIZES[target]
    name, _, overload = target.removeprefix(_OPERATORS).partition(".")
    if not (target.startswith(_OPERATORS) and name.isidentifier() and overload.isidentifier()):
        raise UnsupportedProgramError(f"operator {target!r}")
    try:
        call: Callable[..., Any] = getattr(getattr(torch.ops.aten, name), overload)
    except AttributeError as error:
        raise UnsupportedProgramError(f"operator {target!r}") from error
    return call


def _result(output: Mapping[str, Any]) -> str | tuple[str, ...]:
    kind, value = _only(output)
    if kind == "as_tensors":
        return tuple(result["name"] for result in value)
    if kind not in {"as_tensor", "as_sym_int"}:
        raise UnsupportedProgramError(f"a result of kind {kind!r}")
    return str(value["name"] if kind == "as_tensor" else value["as_name"])


def _argument(given: Mapping[str, Any]) -> _Argument:
    """How to find one argument's value during a pass."""
    kind, value = _only(given)
    if kind in {"as_tensor", "as_sym_int"} and (name := value.get("name") or value.get("as_name")):
        return lambda named: named[name]
    if kind == "as_tensors":
        names = [tensor["name"] for tensor in value]
        return lambda named: [named[name] for name in names]
    if kind in {"as_sym_ints", "as_optional_tensors"}:
        one_kind = "as_sym_int" if kind == "as_sym_ints" else None
        parts = [_argument({one_kind: size} if one_kind else size) for size in value]
        return lambda named: [part(named) for part in parts]
    constant = constant_of(kind, value)
    return lambda _: constant


def _names(given: Mapping[str, Any]) -> list[str]:
    """The names of the graph that an argument needs."""
    kind, value = _only(given)
    if kind not in {"as_tensor", "as_tensors", "as_sym_int", "as_sym_ints", "as_optional_tensors"}:
        return []
    ones = value if isinstance(value, list) else [value]
    if kind == "as_optional_tensors":
        return [name for given in ones for name in _names(given)]
    return [str(name) for given in ones if (name := given.get("name") or given.get("as_name"))]


def _only(union: Mapping[str, Any]) -> tuple[str, Any]:
    """The one field that is set, and its value."""
    ((kind, value),) = union.items()
    return kind, value
