"""The process of ``keyless_probe.py``, and how it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from local.environments import list_app_settings, list_command_settings
from local.identities.grants import Grant
from local.processes import ROOT
from local.stack import Stack


class Probe:
    """The process that does what roles are for."""

    def __init__(self, stack: Stack) -> None:
        settings = {
            **list_command_settings(stack.endpoints, stack.state),
            **list_app_settings(stack.endpoints, stack.state),
        }
        path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
        fixed = {"TELEMETRY_EVENT_HUB": "telemetry", "PYTHONPATH": path}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.keyless_probe"],
            cwd=ROOT,
            env={**os.environ, **settings, **fixed},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, grant: Grant) -> str | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"who": grant.who, "role": grant.role, "on": grant.on}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        error: str | None = json.loads(self._process.stdout.readline())["error"]
        return error

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
