"""A function app from its folder: settings, host.json, functions, in the worker's order."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.standins.functions_host import logs
from local.standins.functions_host.app import settings
from local.standins.functions_host.app.host_json import HostConfig, load_host_json
from local.standins.functions_host.app.indexing import AppFunction, load_functions
from local.standins.functions_host.errors import StartError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """A function app, loaded and checked."""

    folder: Path
    settings: Mapping[str, str]
    config: HostConfig
    functions: Sequence[AppFunction]

    @property
    def host_id(self) -> str:
        """Names this app's files in storage; the same at each start from the same folder."""
        chosen = self.settings.get("AzureFunctionsWebHost__hostid")
        if chosen:
            return chosen
        name = re.sub(r"[^a-z0-9]+", "-", self.folder.name.lower()).strip("-") or "app"
        return f"{name[:20]}-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"


def load_app(folder: Path, only: Sequence[str] = ()) -> App:
    """Load settings, host.json and functions, in the worker's order. Raises StartError.

    *only*: the functions that this host takes, as ``func start --functions`` has it; none for all.
    """
    from_file = settings.read_file_settings(folder)
    values = settings.merge_settings(os.environ, from_file)
    os.environ.update(values)  # the app reads its settings there when it is imported
    config = load_host_json(folder, values)
    logs.set_up(config.log_levels)
    for warning in config.warnings:
        _log.warning("%s", warning)
    runtime = values.get("FUNCTIONS_WORKER_RUNTIME", "python")
    if runtime != "python":
        raise StartError(f"FUNCTIONS_WORKER_RUNTIME is {runtime!r}: this host runs python alone")
    functions = [
        function
        for function in _choose(load_functions(folder), only)
        if not _is_disabled(function, values)
    ]
    return App(folder, values, config, functions)


def _choose(functions: Sequence[AppFunction], only: Sequence[str]) -> Sequence[AppFunction]:
    unknown = set(only) - {function.name for function in functions}
    if unknown:
        raise StartError(f"the app has no function {', '.join(sorted(unknown))}")
    return [function for function in functions if not only or function.name in only]


def _is_disabled(function: AppFunction, values: Mapping[str, str]) -> bool:
    # The second name is for systems whose variables may have no dots.
    names = (f"AzureWebJobs.{function.name}.Disabled", f"AzureWebJobs_{function.name}_Disabled")
    if not any(values.get(name, "").lower() in {"true", "1"} for name in names):
        return False
    _log.info("function %r is disabled by a setting", function.name)
    return True
