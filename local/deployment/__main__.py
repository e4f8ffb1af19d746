"""``python -m local.deployment [--into FOLDER] [--json]``: builds and tries the package."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.deployment.build import Package, PackageError, build_package
from local.deployment.hosting import host_package
from local.deployment.trial import Trial, try_package
from local.endpoints import Endpoints
from local.processes import ProcessFailedError
from local.setup.packages import LOG, SetupError

DEFAULT = Path(".local/package")


def main(arguments: list[str] | None = None) -> int:
    """Returns the process's exit code: 1 when there is no package that runs."""
    parser = argparse.ArgumentParser(prog="local.deployment", description=__doc__)
    parser.add_argument("--into", type=Path, default=DEFAULT, help=f"default {DEFAULT}")
    parser.add_argument(
        "--host", metavar="ADDRESS", help="start it too, before a local Azure at this address"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    try:
        package = build_package(options.into.resolve())
        trial = try_package(package.folder)
        health = _host(package, options.host) if options.host else None
    except (PackageError, SetupError, ProcessFailedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(_to_json(package, trial, health) if options.json else _describe(package, trial))
    return 0


def _host(package: Package, address: str) -> dict[str, Any]:
    with TemporaryDirectory() as state:
        return host_package(package.folder, Endpoints(address), Path(state))


def _to_json(package: Package, trial: Trial, health: dict[str, Any] | None) -> str:
    return json.dumps({**asdict(package), **asdict(trial), "health": health}, default=str)


def _describe(package: Package, trial: Trial) -> str:
    mega = 1_000_000
    return (
        f"{package.archive}: {package.zipped_bytes / mega:.0f} MB, unpacked "
        f"{package.unpacked_bytes / mega:.0f} MB in {package.files} files "
        f"({package.trimmed_bytes / mega:.0f} MB left out); {len(trial.functions)} functions known "
        f"after {trial.index_s} s, all imported after {trial.imports_s} s, torch {trial.torch}, "
        f"scores {', '.join(trial.scored)}"
    )


if __name__ == "__main__":
    sys.exit(main())
