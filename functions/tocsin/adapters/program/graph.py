"""Read a program's graph from its archive, and refuse whatever our exporter does not write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from torch import Tensor

from tocsin.adapters.program.archive import Archive
from tocsin.adapters.program.constants import constant_of, require_int, require_list
from tocsin.adapters.program.operators import (
    FIXED,
    NOTES,
    Operator,
    find_call,
    require_operator,
)
from tocsin.adapters.program.run import Argument, GraphProgram, Step
from tocsin.domain.errors import InvalidBundleError

SCHEMA_MAJOR: Final = 8
KEYWORD: Final = 2
MOST_STEPS: Final = 4_096
_MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


def load_program(content: bytes) -> GraphProgram:
    """The program of a ``.pt2`` archive: windows to scores, contributions and sensors.

    Reads what is given and nothing else. Raises InvalidBundleError when the archive is damaged or
    holds anything that our exporter does not write.
    """
    archive = Archive.open(content)
    if archive.text("byteorder") != "little":
        raise InvalidBundleError("the program has another byte order")
    try:
        return _read(archive, archive.json("models/model.json"))
    except _MALFORMED as error:
        raise InvalidBundleError(f"the program's graph is malformed: {error!r:.200}") from error


@dataclass
class _Names:
    """What the graph's names stand for, as far as it is read; each stands for one thing."""

    kinds: dict[str, str] = field(default_factory=dict)

    def give(self, name: object, kind: str) -> str:
        if not isinstance(name, str) or name in self.kinds:
            raise InvalidBundleError(f"the program gives the name {name!r:.40} twice, or no name")
        self.kinds[name] = kind
        return name

    def require(self, name: object, kind: str) -> str:
        if not isinstance(name, str) or self.kinds.get(name) != kind:
            raise InvalidBundleError(f"the program uses {name!r:.40} before it is made")
        return name


@dataclass(frozen=True, slots=True)
class _Part:
    """One argument: how it is found during a pass, and the names of the graph that it needs."""

    find: Argument
    needs: tuple[str, ...] = ()


def _read(archive: Archive, model: Mapping[str, Any]) -> GraphProgram:
    if model["schema_version"]["major"] != SCHEMA_MAJOR:
        raise InvalidBundleError(f"the program has schema version {model['schema_version']!r:.60}")
    signature, graph = model["graph_module"]["signature"], model["graph_module"]["graph"]
    nodes = [node for node in graph["nodes"] if node["target"] not in NOTES]
    if len(nodes) > MOST_STEPS:
        raise InvalidBundleError(f"the program has {len(nodes)} steps; at most {MOST_STEPS}")
    names = _Names()
    fixed, windows = _read_inputs(archive, signature["input_specs"], names)
    steps = [_read_step(node, names) for node in nodes]
    outputs = _read_outputs(signature["output_specs"], names)
    sizes = [_read_size(size) for size in graph["tensor_values"][windows]["sizes"]]
    return GraphProgram(_forget(steps, {*fixed, *outputs}), fixed, (windows, sizes), outputs)


def _read_inputs(
    archive: Archive, specs: Sequence[Mapping[str, Any]], names: _Names
) -> tuple[dict[str, Tensor], str]:
    """The tensors that come with the program by their name in the graph; the windows' name."""
    stored = {**archive.tensors("constants"), **archive.tensors("weights")}
    fixed: dict[str, Tensor] = {}
    windows: list[str] = []
    for spec in specs:
        kind, of_kind = _only(spec)
        if kind == "user_input":
            windows.append(names.give(of_kind["arg"]["as_tensor"]["name"], "tensor"))
        elif kind == "buffer":
            name = names.give(of_kind["arg"]["name"], "tensor")
            fixed[name] = stored[of_kind["buffer_name"]]
        else:
            raise InvalidBundleError(f"the program has an input of kind {kind!r:.40}")
    if len(windows) != 1:
        raise InvalidBundleError(f"the program has {len(windows)} inputs")
    return fixed, windows[0]


def _read_outputs(specs: Sequence[Mapping[str, Any]], names: _Names) -> tuple[str, ...]:
    kinds = {_only(spec)[0] for spec in specs}
    if kinds != {"user_output"}:
        raise InvalidBundleError(f"the program has outputs of the kinds {sorted(kinds)!r:.80}")
    return tuple(
        names.require(spec["user_output"]["arg"]["as_tensor"]["name"], "tensor") for spec in specs
    )


def _read_size(size: Mapping[str, Any]) -> int | None:
    """A size of the windows; None for their number, which is any."""
    return require_int(size["as_int"]) if "as_int" in size else None


def _read_step(node: Mapping[str, Any], names: _Names) -> tuple[Step, set[str]]:
    """The step, and the names that it needs."""
    target = node["target"]
    operator = require_operator(target)
    given = node["inputs"]
    _check_order(target, operator, given)
    parts = [(part["name"], _read_argument(target, operator, part, names)) for part in given]
    results = tuple(_read_result(output, names) for output in node["outputs"])
    if tuple(_only(output)[0] for output in node["outputs"]) != operator.results:
        raise InvalidBundleError(f"the program has other results of {target!r}")
    step = Step(
        call=find_call(target),
        growth=operator.growth,
        positional=tuple(part.find for name, part in parts if name not in operator.keywords),
        keywords=tuple((name, part.find) for name, part in parts if name in operator.keywords),
        results=results,
        spent=(),
    )
    return step, {name for _, part in parts for name in part.needs}


def _check_order(target: str, operator: Operator, given: Sequence[Mapping[str, Any]]) -> None:
    """What is given by its place stands at its own place; what is given by name, by its name."""
    names = [part["name"] for part in given]
    by_name = {part["name"] for part in given if part["kind"] == KEYWORD}
    by_place = [name for name in names if name not in by_name]
    known = [name for name in operator.arguments if name not in operator.keywords]
    if (
        len(set(names)) != len(names)
        or not by_name <= operator.keywords
        or by_place != known[: len(by_place)]
    ):
        raise InvalidBundleError(f"the program gives {target!r} the arguments {names!r:.80}")


def _read_argument(
    target: str, operator: Operator, part: Mapping[str, Any], names: _Names
) -> _Part:
    kind, value = _only(part["arg"])
    if kind not in operator.arguments[part["name"]]:
        raise InvalidBundleError(
            f"the program gives {target!r} a {part['name']} of kind {kind!r:.40}"
        )
    if kind == "as_tensor":
        name = names.require(value["name"], "tensor")
        return _Part(lambda named: named[name], (name,))
    if kind == "as_tensors":
        several = tuple(names.require(each["name"], "tensor") for each in require_list(value))
        return _Part(lambda named: [named[name] for name in several], several)
    if kind == "as_sym_ints":
        sizes = [_read_sym_int(each, names) for each in require_list(value)]
        needs = tuple(name for size in sizes for name in size.needs)
        return _Part(lambda named: [size.find(named) for size in sizes], needs)
    constant = constant_of(kind, value)
    if part["name"] in FIXED and constant != FIXED[part["name"]]:
        raise InvalidBundleError(f"the program gives {target!r} another {part['name']}")
    return _Part(lambda _: constant)


def _read_sym_int(size: Mapping[str, Any], names: _Names) -> _Part:
    """A size that is written, or that a step before has taken from a tensor."""
    kind, value = _only(size)
    if kind == "as_int":
        number = require_int(value)
        return _Part(lambda _: number)
    name = names.require(size["as_name"], "size")
    return _Part(lambda named: named[name], (name,))


def _read_result(output: Mapping[str, Any], names: _Names) -> str:
    kind, value = _only(output)
    if kind == "as_sym_int":
        return names.give(value["as_name"], "size")
    return names.give(value["name"], "tensor")


def _forget(steps: Sequence[tuple[Step, set[str]]], keep: set[str]) -> list[Step]:
    """The steps; each forgets the names that no later step and no output needs."""
    found: list[Step] = []
    needed = set(keep)
    for step, needs in reversed(steps):
        used = needs | set(step.results)
        found.append(replace(step, spent=tuple(sorted(used - needed))))
        needed |= used
    return found[::-1]


def _only(union: Mapping[str, Any]) -> tuple[str, Any]:
    """The one field that is set, and its value."""
    ((kind, value),) = union.items()
    return kind, value
