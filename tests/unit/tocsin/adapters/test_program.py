from __future__ import annotations

import functools
import io
import json
import logging
import re
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.fakes.bundles import Steps, bundle_files, exported
from tests.fakes.messages import RIG
from tests.fakes.models import spec_of
from tests.paths import ROOT
from tocsin.adapters.model_bundle import load_model
from tocsin.adapters.program import GraphProgram, load_program
from tocsin.domain.bundle import parse_bundle
from tocsin.domain.errors import InvalidBundleError
from tocsin.profiles import load_profiles

BUNDLES = ROOT / "ml_model" / "bundles"
PROFILES = load_profiles()
Answers = tuple[Tensor, ...]
Entries = dict[str, bytes]


class Many(nn.Module):
    """Lists, indices, constants, sizes that are computed, and numbers of several types."""

    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("shift", torch.tensor([1.0, -2.0]), persistent=False)
        self.turned = nn.Parameter(torch.arange(6.0).reshape(2, 3).T)

    def forward(self, windows: Tensor) -> Answers:
        known = torch.nan_to_num(windows, posinf=9.0, neginf=-9.0)
        first, second = known.split_with_sizes([2, windows.shape[1] - 2], dim=1)
        rows = second.reshape(windows.shape[0] * second.shape[1], -1) + torch.tensor([0.5, 0.25])
        back = rows.reshape(windows.shape[0], -1, 2)[:, torch.tensor([0, 1])]
        spread = back.double().var(dim=1).float() + first.amax(dim=1) + self.shift
        mixed = (spread @ self.turned[:2, :2]).clamp(min=None, max=50.0)
        return mixed.sum(dim=1), torch.softmax(mixed, dim=1)


class ThreeAnswers(nn.Module):
    """As a bundle's program answers: score, contributions, and one number more a channel."""

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        score = torch.nan_to_num(windows[:, -1])
        return score.sum(dim=1), torch.softmax(score, dim=1), score


def windows(batch: int, window: int, channels: int) -> Tensor:
    generator = torch.Generator().manual_seed(batch)
    found = torch.randn((batch, window, channels), generator=generator) * 3
    lot = torch.rand(found.shape, generator=generator)
    found[lot < 0.1] = torch.nan
    found[lot > 0.99] = torch.inf
    found[(lot > 0.98) & (lot < 0.99)] = -torch.inf
    return found


@functools.cache
def by_torch(content: bytes) -> Callable[[Tensor], Answers]:
    rebuilt: Callable[[Tensor], Answers] = torch.export.load(io.BytesIO(content)).module()
    return rebuilt


def assert_same(content: bytes, window: int, channels: int) -> None:
    program = load_program(content)
    assert isinstance(program, GraphProgram), "not left to torch"
    for batch in (1, 2, 257):
        given = windows(batch, window, channels)
        with torch.inference_mode():
            found, expected = program(given), by_torch(content)(given)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("profile", PROFILES)
def test_a_committed_program_scores_as_torch_has_it_to_the_bit(profile: str) -> None:
    content = (BUNDLES / profile / "model.pt2").read_bytes()
    assert_same(content, PROFILES[profile].window, len(PROFILES[profile].channels))


@pytest.mark.parametrize("program", [Steps, Many, ThreeAnswers])
def test_any_plain_program_scores_as_torch_has_it(program: Callable[[], nn.Module]) -> None:
    assert_same(exported(program, 6, 2), 6, 2)


def test_windows_of_another_shape_are_refused() -> None:
    program = load_program(exported(Steps, 6, 2))
    for shape in ((1, 7, 2), (1, 6, 3), (6, 2)):
        with pytest.raises(ValueError, match="for a program of"):
            program(torch.zeros(shape))


def entries_of(content: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(entries: Entries, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


PLAIN = entries_of((BUNDLES / "pump" / "model.pt2").read_bytes())
MODEL = "model/models/model.json"
WEIGHT = "model/data/weights/weight_0"
CONFIG = "model/data/weights/model_weights_config.json"


def graph_with(change: Callable[[dict[str, Any]], object]) -> bytes:
    model = json.loads(PLAIN[MODEL])
    change(model)
    return archive_of({**PLAIN, MODEL: json.dumps(model).encode()})


def nodes(model: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = model["graph_module"]["graph"]["nodes"]
    return found


DAMAGED: dict[str, bytes] = {
    "nothing": b"",
    "no archive": b"PK\x03\x04" + bytes(400),
    "truncated": archive_of(PLAIN)[:-500],
    "no entries": archive_of({}),
    "a bomb": archive_of({**PLAIN, WEIGHT: bytes(10_000_000)}, zipfile.ZIP_DEFLATED),
    "a path upwards": archive_of({**PLAIN, "model/../../etc/x": b"x"}),
    "an absolute path": archive_of({**PLAIN, "/etc/x": b"x"}),
    "two folders": archive_of({**PLAIN, "other/x": b"x"}),
    "a short weight": archive_of({**PLAIN, WEIGHT: PLAIN[WEIGHT][:-4]}),
    "a long weight": archive_of({**PLAIN, WEIGHT: PLAIN[WEIGHT] + bytes(4)}),
    "no weight": archive_of({name: one for name, one in PLAIN.items() if name != WEIGHT}),
    "a weight's path elsewhere": archive_of(
        {**PLAIN, CONFIG: PLAIN[CONFIG].replace(b"weight_0", b"../../x")}
    ),
    "a negative size": archive_of(
        {
            **PLAIN,
            CONFIG: re.sub(rb'(?<="sizes": \[{"as_int": )\d+', b"-38", PLAIN[CONFIG], count=1),
        }
    ),
    "no graph": archive_of({**PLAIN, MODEL: b"{}"}),
    "a graph that is no JSON": archive_of({**PLAIN, MODEL: b"{"}),
    "a graph nested deeply": archive_of({**PLAIN, MODEL: b"[" * 100_000}),
    "a node without inputs": graph_with(lambda model: nodes(model)[3].pop("inputs")),
    "a node left out": graph_with(lambda model: nodes(model).pop(3)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_program_is_an_invalid_bundle(name: str) -> None:
    profile = PROFILES["pump"]
    spec = spec_of(profile)
    with pytest.raises(InvalidBundleError, match=r"of profile 'pump' does not load"):
        load_model(spec, DAMAGED[name], profile)


FOREIGN: dict[str, Callable[[dict[str, Any]], object]] = {
    "schema version": lambda model: model["schema_version"].update(major=99),
    "operator": lambda model: nodes(model)[3].update(target="torch.ops.mine.run.default"),
    "no such operator": lambda model: nodes(model)[3].update(target="torch.ops.aten.none.such"),
    "argument of kind": lambda model: nodes(model)[3]["inputs"][0].update(arg={"as_graph": {}}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_unknown_is_left_to_torch_and_refused_if_it_knows_it_neither(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    profile = PROFILES["pump"]
    spec = spec_of(profile)
    with caplog.at_level(logging.WARNING), pytest.raises(InvalidBundleError):
        load_model(spec, graph_with(FOREIGN[name]), profile)
    assert "loaded by torch.export" in caplog.text
    assert name.removeprefix("no such ") in caplog.text


def test_a_bundles_program_runs_from_its_graph(caplog: pytest.LogCaptureFixture) -> None:
    files = bundle_files(RIG, "1-a")
    spec = parse_bundle(files["rig/1-a/bundle.json"], RIG)
    load_model(spec, files["rig/1-a/model.pt2"], RIG)
    assert "torch.export" not in caplog.text
