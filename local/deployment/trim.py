"""What of the installed packages is left out: it is never imported, and would be fetched by every
new instance."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

# Below site-packages, with the reason.
LEFT_OUT: Mapping[str, str] = {
    "torch/test": "torch's own test programs",
    "torch/bin/*": "torch's own test programs and compilers",
    "torch/lib/*test*.so": "torch's own tests",
    "setuptools": "for those who build packages",
    "_distutils_hack": "the same",
    "distutils-precedence.pth": "the same",
    "numpy/f2py": "for those who compile Fortran",
    "torch/include": "headers, for those who compile against torch",
    "torch/share": "CMake files, for the same people",
    # Programs run from their graph, so neither is needed (docs/adr/0005); the trial loads them all.
    "torch/_inductor": "torch's compiler",
    "sympy": "algebra with symbols, for the compiler",
    "mpmath": "numbers of any length, for sympy",
    "networkx": "graphs, for the compiler",
    "pulp/solverdir/cbc/osx": "CBC for another system",
    "pulp/solverdir/cbc/win": "CBC for another system",
    "pulp/solverdir/cbc/linux/arm64": "CBC for another processor",
    "pulp/solverdir/cbc/linux/i32": "CBC for another processor",
    "bin": "commands for a shell",
    "**/tests": "tests of the packages themselves",
    "**/*.pyi": "types, for those who check them",
    "**/*.a": "archives, for those who link them",
}
# torch looks for it when it is imported.
KEPT = frozenset({"torch/bin/torch_shm_manager"})


def trim(site_packages: Path) -> int:
    """Remove it; returns how many bytes went."""
    before = count_bytes(site_packages)
    for pattern in LEFT_OUT:
        for path in [*site_packages.glob(pattern)]:
            if path.relative_to(site_packages).as_posix() in KEPT:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)  # within a folder that went before
    return before - count_bytes(site_packages)


def count_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
