from __future__ import annotations

import functools
import io
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.fakes.archives import program_of
from tests.fakes.bundles import Steps, exported
from tests.paths import ROOT
from tocsin.adapters.program import limits
from tocsin.adapters.program.graph import load_program
from tocsin.domain.errors import InvalidBundleError
from tocsin.profiles import load_profiles

BUNDLES = ROOT / "ml_model" / "bundles"
PROFILES = load_profiles()
Answers = tuple[Tensor, ...]


class Many(nn.Module):
    """Indices, constants, sizes that are computed, several results, and weights that lie turned."""

    turned: Tensor
    rows: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("turned", torch.arange(6.0).reshape(2, 3).T)
        self.register_buffer("rows", torch.arange(12.0).reshape(6, 2), persistent=False)

    def forward(self, windows: Tensor) -> Answers:
        known = windows.nan_to_num(0.0)
        flat = known.flatten(1)
        nearest = self.rows[known.square().sum(2).argmin(1)]
        back = flat.reshape(windows.shape[0], 6, 2)
        largest = back.topk(2, dim=1).values.narrow(1, 1, 1).squeeze(1)
        mixed = (largest + nearest) @ self.turned.narrow(0, 0, 2)
        low = torch.where(torch.isnan(windows), torch.nan, 1.0).nanmedian(1, keepdim=True).values
        return mixed.sum(1), mixed.clamp(max=50.0), low.squeeze(1)


class Softmax(nn.Module):
    """Calls an operator that no program of ours needs."""

    def forward(self, windows: Tensor) -> Answers:
        return windows.softmax(1), windows.sum(1)


class Column(nn.Module):
    """Makes a table out of all windows' rows: its size grows with the square of their number."""

    def forward(self, windows: Tensor) -> Answers:
        column = windows.reshape(-1, 1)
        return (column * column.reshape(1, -1)).sum(1), windows.sum(1)


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
    for batch in (1, 2, 257):
        given = windows(batch, window, channels)
        with torch.inference_mode():
            found, expected = program(given), by_torch(content)(given)
        for ours, torchs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours.numpy(), torchs.numpy())


@pytest.mark.parametrize("profile", PROFILES)
def test_a_committed_program_scores_as_torch_has_it_to_the_bit(profile: str) -> None:
    content = (BUNDLES / profile / "model.pt2").read_bytes()
    assert_same(content, PROFILES[profile].window, len(PROFILES[profile].channels))


@pytest.mark.parametrize("program", [Steps, Many])
def test_any_plain_program_scores_as_torch_has_it(program: Callable[[], nn.Module]) -> None:
    assert_same(exported(program, 6, 2), 6, 2)


def test_windows_of_another_shape_are_refused() -> None:
    program = load_program(exported(Steps, 6, 2))
    for shape in ((1, 7, 2), (1, 6, 3), (6, 2)):
        with pytest.raises(ValueError, match="for a program of"):
            program(torch.zeros(shape))


def test_an_operator_that_no_program_of_ours_needs_is_named() -> None:
    with pytest.raises(InvalidBundleError, match=r"calls 'torch\.ops\.aten\.softmax\.int'"):
        load_program(exported(Softmax, 6, 2))


def test_a_pass_that_would_make_too_much_is_stopped_before_it_does() -> None:
    program = load_program(exported(Column, 64, 8))
    program(torch.zeros(1, 64, 8))
    with pytest.raises(InvalidBundleError, match=r"makes too many numbers of windows \(4096, 64"):
        program(torch.zeros(4_096, 64, 8))


@pytest.mark.parametrize("profile", PROFILES)
def test_no_committed_program_is_near_the_limits(
    profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (BUNDLES / profile / "model.pt2").read_bytes()
    monkeypatch.setattr(limits, "MOST_KEPT", limits.MOST_KEPT / 2)
    monkeypatch.setattr(limits, "MOST_MADE", limits.MOST_MADE / 2)
    monkeypatch.setattr(limits, "ALWAYS", limits.ALWAYS / 10)
    shape = (PROFILES[profile].window, len(PROFILES[profile].channels))
    for batch in (1, 7, 600):
        with torch.inference_mode():
            load_program(content)(torch.zeros(batch, *shape))


def test_a_pass_scores_the_same_judged_or_not() -> None:
    program = load_program(program_of("pump"))
    given = windows(9, PROFILES["pump"].window, len(PROFILES["pump"].channels))
    with torch.inference_mode():
        first, second = program(given), program(given)
    for judged, plain in zip(first, second, strict=True):
        np.testing.assert_array_equal(judged.numpy(), plain.numpy())


def test_loading_imports_no_compiler() -> None:
    script = (
        "import sys; from tocsin.adapters.program.graph import load_program;"
        "load_program(open(sys.argv[1], 'rb').read());"
        "sys.exit('sympy' in sys.modules)"
    )
    path = os.pathsep.join((str(ROOT / "functions"), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", script, str(BUNDLES / "pump" / "model.pt2")],
        env={**os.environ, "PYTHONPATH": path}, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0
