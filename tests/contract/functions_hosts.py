"""Running sample apps in the Functions host stand-in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import services
from local.endpoints import Endpoints
from local.processes import Child
from tests.paths import ROOT
from tests.waiting import wait_until

APPS = Path(__file__).parent / "apps"


def make_api_host(endpoints: Endpoints, state: Path) -> Child:
    """A host of the product's HTTP API over fakes."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    return services.make_functions_host(
        endpoints,
        state,
        app=APPS / "api",
        env={"PYTHONPATH": path, "AzureWebJobsDisableHomepage": "true"},
    )


class RecordingHost:
    """A host that runs a sample app, and what the app's functions say they were given."""

    def __init__(
        self, endpoints: Endpoints, folder: Path, *, app: Path, env: Mapping[str, str]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._record_file = folder / "record.jsonl"
        self._fail_file = folder / "fail"
        self.child = services.make_functions_host(
            endpoints,
            folder,
            app=app,
            env={
                **env,
                "PYTHONPATH": str(APPS),
                "RECORD_FILE": str(self._record_file),
                "FAIL_FILE": str(self._fail_file),
            },
        )

    def records(self, **having: object) -> list[dict[str, Any]]:
        """What was recorded so far, in order, of records that have these values."""
        if not self._record_file.exists():
            return []
        whole_lines = self._record_file.read_text(encoding="utf-8").rpartition("\n")[0]
        found = [json.loads(line) for line in whole_lines.splitlines()]
        return [one for one in found if having.items() <= one.items()]

    def wait_for(
        self, count: int, *, within_s: float = 15.0, **having: object
    ) -> list[dict[str, Any]]:
        """The records that have these values, once there are *count*; fails at the deadline."""
        wait_until(lambda: len(self.records(**having)) >= count, within_s=within_s)
        return self.records(**having)

    def fail(self, *, on: bool) -> None:
        """Make the app's functions fail from now on, or no longer."""
        if on:
            self._fail_file.touch()
        else:
            self._fail_file.unlink(missing_ok=True)

    def log(self) -> list[dict[str, Any]]:
        """The host's own log."""
        lines = self.child.log_path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]
