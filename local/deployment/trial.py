"""Whether a package runs by itself: nothing of this checkout or its environment is in reach."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.deployment.build import SITE_PACKAGES, PackageError
from local.processes import ROOT

BUNDLES = ROOT / "ml_model" / "bundles"

# Isolated (-I) and without this environment's packages (-S): the package alone is importable.
_PROGRAM = """
import json, logging, os, sys, time
sys.path[:0] = sys.argv[1:3]
logging.disable(logging.ERROR)
started = time.perf_counter()
import function_app
functions = [function.get_function_name() for function in function_app.app.get_functions()]
indexed = time.perf_counter()
import torch
import pulp, highspy, azure.iot.hub, azure.identity.aio, tocsin.adapters.program.run
import tocsin.adapters.insights.meter, tocsin.adapters.insights.traces
import azure.monitor.opentelemetry.exporter, tocsin.planning.solve
imported = time.perf_counter()
from tocsin.adapters.models.model_bundle import load_model
from tocsin.domain.models.bundle import parse_bundle
from tocsin.profiles import load_profiles
scored = []
for profile in load_profiles().values():
    folder = os.path.join(sys.argv[3], profile.name)
    with open(os.path.join(folder, "bundle.json"), "rb") as file:
        spec = parse_bundle(file.read(), profile)
    with open(os.path.join(folder, "model.pt2"), "rb") as file:
        load_model(spec, file.read(), profile)  # tries it once
    scored.append(profile.name)
foreign = sorted(
    name for name, module in sys.modules.items()
    if os.path.isabs(getattr(module, "__file__", None) or "")  # torch has some of no file
    and not module.__file__.startswith((sys.argv[1], sys.base_prefix))
)
print(json.dumps({
    "functions": functions, "index_s": round(indexed - started, 2),
    "imports_s": round(imported - started, 2), "torch": torch.__version__, "foreign": foreign,
    "scored": scored,
}))
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a fresh process found.

    index_s: seconds until the functions are known; imports_s: until all that they may need later is
    imported, torch and the solvers too. scored: the profiles whose committed bundle it has loaded
    and tried: what ``trim`` leaves out is missed there, or nowhere.
    """

    functions: tuple[str, ...]
    index_s: float
    imports_s: float
    torch: str
    scored: tuple[str, ...]


def try_package(folder: Path) -> Trial:
    """Import the package in *folder*, and load every committed bundle with it, in a process that
    has nothing else. Raises PackageError."""
    folder = folder.resolve()
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            _PROGRAM,
            str(folder),
            str(folder / SITE_PACKAGES),
            str(BUNDLES),
        ],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"the package does not run by itself:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["foreign"]:
        raise PackageError(f"imported from outside the package: {', '.join(found['foreign'])}")
    if "+cpu" not in found["torch"]:
        raise PackageError(f"torch {found['torch']} is not the build for the CPU")
    return Trial(
        tuple(found["functions"]),
        found["index_s"],
        found["imports_s"],
        found["torch"],
        tuple(found["scored"]),
    )
