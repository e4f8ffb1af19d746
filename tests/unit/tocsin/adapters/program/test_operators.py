"""The list of allowed operators is what the committed bundles need, and nothing else."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from pathlib import Path

import pytest

from ml_model.detector.export import export_program
from ml_model.detector.model import ModelConfig, WindowAutoencoder
from ml_model.detector.views import Kind, View
from tests.fakes.archives import MODEL, Json, entries_of, nodes, program_of
from tocsin.adapters.program import operators
from tocsin.adapters.program.graph import load_program
from tocsin.profiles import load_profiles

GROUPS = {
    "elementwise": operators.ELEMENTWISE,
    "reducing": operators.REDUCING,
    "shaping": operators.SHAPING,
    "weighing": operators.WEIGHING,
    "making": operators.MAKING,
}
KINDS: tuple[Kind, ...] = ("level", "spread", "step", "peak")


def committed_nodes() -> list[Json]:
    models = [json.loads(entries_of(program_of(name))[MODEL]) for name in load_profiles()]
    return [
        node for model in models for node in nodes(model) if node["target"] not in operators.NOTES
    ]


def test_each_operator_is_needed_with_each_kind_of_argument() -> None:
    used: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for node in committed_nodes():
        for given in node["inputs"]:
            used[node["target"]][given["name"]] |= set(given["arg"])
    allowed = {target: dict(operator.arguments) for target, operator in operators.ALLOWED.items()}
    assert used == allowed


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_is_sorted(group: str) -> None:
    assert list(GROUPS[group]) == sorted(GROUPS[group])


def test_no_operator_is_in_two_groups() -> None:
    assert sum(map(len, GROUPS.values())) == len(operators.ALLOWED)


def test_no_operator_writes_in_place_or_into_a_given_tensor() -> None:
    for target in operators.ALLOWED:
        schema = vars(operators.find_call(target))["_schema"]
        assert not schema.is_mutable, target


@pytest.mark.parametrize("config", [
    *(
        ModelConfig(32, 3, (View(kind, 8, relative=relative),), early=16 if relative else 0)
        for kind, relative in itertools.product(KINDS, (False, True))
    ),
    ModelConfig(32, 3, (View("level", 4, blocks=2, prototypes=8),)),
    ModelConfig(32, 1, (View("level", 1), View("peak", 2), View("step", 31)), sensor_rows=4),
])  # fmt: skip
def test_whatever_view_a_model_has_its_program_is_allowed(
    config: ModelConfig, tmp_path: Path
) -> None:
    export_program(WindowAutoencoder(config), tmp_path / "model.pt2")
    load_program((tmp_path / "model.pt2").read_bytes())
