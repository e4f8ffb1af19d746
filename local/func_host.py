"""Azure Functions Core Tools, where somebody installed them, against the same stand-ins."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local.endpoints import Endpoints
from local.processes import Child


class FuncMissingError(RuntimeError):
    """Core Tools were asked for but are not installed."""


def make_func_host(
    endpoints: Endpoints, state: Path, *, app: Path, env: Mapping[str, str]
) -> Child:
    """``func start`` in the app's folder.

    Raises FuncMissingError when there is no ``func`` on the search path.
    """
    func = shutil.which("func")
    if func is None:
        raise FuncMissingError(
            "--host func needs Azure Functions Core Tools 4 on the search path; "
            "without it leave the option out: the embedded host runs the same app"
        )
    return Child(
        "functions_host",
        [func, "start", "--port", str(endpoints.functions)],
        log_path=state / "logs" / "functions_host.log",
        env={
            **env,
            # The worker must be this interpreter: its packages are the app's.
            "languageWorkers__python__defaultExecutablePath": sys.executable,
        },
        ready_after=lambda line: "Worker process started and initialized" in line,
        folder=app,
    )
