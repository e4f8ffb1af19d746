"""No program does anything but compute: the corpus is refused, in a process that could do no more
and would not survive the attempt."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from tests.fakes.archives import PROFILE, program_of
from tests.fakes.denied import can_deny_system_calls
from tests.fakes.hostile import Writes, make_corpus, pickled_weight
from tests.fakes.models import spec_of
from tests.paths import ROOT
from tocsin.adapters.models.model_bundle import load_model
from tocsin.domain.errors import InvalidBundleError
from tocsin.profiles import load_profiles

NOWHERE = Path("canary")
CORPUS = make_corpus(NOWHERE)
UNTOUCHED = b"the canary sings"


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_program_is_refused(name: str) -> None:
    profile = load_profiles()[PROFILE]
    with pytest.raises(InvalidBundleError, match=f"of profile {PROFILE!r}"):
        load_model(spec_of(profile), CORPUS[name], profile)
    assert not NOWHERE.exists()


@pytest.mark.parametrize("name", [name for name in CORPUS if name.startswith("the operator")])
def test_a_foreign_operator_is_named(name: str) -> None:
    profile = load_profiles()[PROFILE]
    operator = name.removeprefix("the operator ").strip("'")
    with pytest.raises(InvalidBundleError) as refused:
        load_model(spec_of(profile), CORPUS[name], profile)
    assert f"torch.ops.aten.{operator}" in str(refused.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The corpus against a canary of this test's."""
    canary = tmp_path / "canary"
    canary.write_bytes(UNTOUCHED)
    (tmp_path / "pickle").write_bytes(pickle.dumps(Writes(canary)))
    corpus = make_corpus(canary)
    for number, name in enumerate(corpus):
        (tmp_path / f"{number}.pt2").write_bytes(corpus[name])
    return tmp_path


def run_denied(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(ROOT / "functions"), str(ROOT)))
    return subprocess.run(
        [sys.executable, "-m", "tests.fakes.denied", str(folder), *arguments],
        capture_output=True, text=True, timeout=100, check=False,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="needs the limits of Linux")
def test_the_corpus_is_refused_where_nothing_but_computing_is_possible(folder: Path) -> None:
    canary = folder / "canary"
    before = canary.stat()
    done = run_denied(folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("good") == "loaded"
    assert len(found) == len(CORPUS)
    assert [name for name, became in found.items() if not became.startswith("refused")] == []
    assert canary.read_bytes() == UNTOUCHED
    assert canary.stat().st_mtime_ns == before.st_mtime_ns


def ends_by(done: subprocess.CompletedProcess[str], *, words: Sequence[str]) -> bool:
    killed = done.returncode == -signal.SIGSYS
    return killed or (done.returncode == 1 and any(word in done.stderr for word in words))


@pytest.mark.skipif(not can_deny_system_calls(), reason="needs seccomp on x86-64")
@pytest.mark.parametrize(
    ("tried", "words"),
    [
        ("open", ["DeniedError: open"]),
        ("unpickle", ["DeniedError: pickle.find_class"]),
        ("from_file", []),
        ("memory", ["allocate memory", "MemoryError"]),
    ],
)
def test_the_denial_holds(folder: Path, tried: str, words: list[str]) -> None:
    done = run_denied(folder, "--try", tried)
    assert ends_by(done, words=words), (done.returncode, done.stderr)
    assert (folder / "canary").read_bytes() == UNTOUCHED


def test_torchs_own_loader_runs_what_the_corpus_brings(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    content = pickled_weight(canary)
    torch.export.load(io.BytesIO(content))
    assert canary.read_text(encoding="ascii") == "unpickled"


def test_the_committed_program_is_the_one_that_the_corpus_changes() -> None:
    digests = {hashlib.sha256(content).hexdigest() for content in CORPUS.values()}
    assert hashlib.sha256(program_of(PROFILE)).hexdigest() not in digests
