"""What of the packages is left out."""

from __future__ import annotations

from pathlib import Path

from local.deployment.trim import trim


def test_what_is_never_imported_goes_and_the_rest_stays(tmp_path: Path) -> None:
    gone = (
        "torch/test/a.py", "torch/bin/protoc", "torch/include/b/c.h", "numpy/lib/tests/d.py",
        "pulp/solverdir/cbc/osx/i64/cbc", "bin/f2py", "torch/nn/e.pyi",
        "torch/_inductor/h.py", "sympy/core/i.py", "networkx/j.py", "mpmath/k.py",
    )  # fmt: skip
    stays = (
        "torch/bin/torch_shm_manager", "torch/testing/f.py", "pulp/solverdir/cbc/linux/i64/cbc",
        "numpy/lib/g.py", "tests.py",
    )  # fmt: skip
    for name in (*gone, *stays):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1234567")
    assert trim(tmp_path) == 7 * len(gone)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(stays)
