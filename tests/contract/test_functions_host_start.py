"""An app that cannot be started ends the host with code 1 and a line that names the fix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.processes import ROOT

HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"
TIMER = '@app.timer_trigger(arg_name="timer", schedule="{schedule}")\n'
TIMER_FUNCTION = "def tick(timer: func.TimerRequest) -> None: ...\n"
STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


def _last_line(
    folder: Path,
    *,
    source: str | None,
    settings: dict[str, str],
    host_json: str,
    functions: Sequence[str] = (),
) -> tuple[int, str]:
    """The host's exit code and the message of its last log line."""
    if source is not None:
        (folder / "function_app.py").write_text(source, encoding="utf-8")
    (folder / "host.json").write_text(host_json, encoding="utf-8")
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "local.standins.functions_host",
            "--app",
            str(folder),
            "--port",
            "0",
            *(["--functions", *functions] if functions else []),
        ],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stdout == ""
    return ended.returncode, json.loads(ended.stderr.splitlines()[-1])["message"]


@pytest.mark.parametrize(
    ("source", "settings", "problem"),
    [
        (None, STORAGE, "function_app.py is missing"),
        ("app = 1\n", STORAGE, "defines no FunctionApp"),
        (HEAD + "other = func.FunctionApp()\n", STORAGE, "several FunctionApps (app, other)"),
        ("import nowhere_to_be_found\n", STORAGE, "cannot be imported: ModuleNotFoundError"),
        (HEAD + TIMER.format(schedule="* * *") + TIMER_FUNCTION, STORAGE, "is not a schedule"),
        (
            HEAD + TIMER.format(schedule="* * * * * *") + TIMER_FUNCTION,
            {},
            "function 'tick' wants the setting 'AzureWebJobsStorage'",
        ),
        (
            HEAD + 2 * (TIMER.format(schedule="* * * * * *") + TIMER_FUNCTION),
            STORAGE,
            "tick does not have a unique function name",
        ),
        (
            HEAD
            + '@app.event_hub_message_trigger(arg_name="e", event_hub_name="h", connection="C")\n'
            + "def hub(e: func.EventHubEvent) -> None: ...\n",
            STORAGE,
            "function 'hub' wants the setting 'C'",
        ),
        (
            HEAD
            + '@app.blob_trigger(arg_name="b", path="p", connection="C")\n'
            + "def blob(b: func.InputStream) -> None: ...\n",
            STORAGE,
            "unknown binding type 'blobTrigger'",
        ),
        (
            HEAD + '@app.route(route="r")\ndef r(req: func.HttpRequest) -> str: ...\n',
            {},
            "set AzureWebJobsStorage or give --state",
        ),
    ],
)
def test_app_is_refused(
    tmp_path: Path, source: str | None, settings: dict[str, str], problem: str
) -> None:
    code, message = _last_line(
        tmp_path, source=source, settings=settings, host_json='{"version": "2.0"}'
    )
    assert code == 1
    assert problem in message


def test_wrong_host_json_is_refused(tmp_path: Path) -> None:
    code, message = _last_line(tmp_path, source=HEAD, settings={}, host_json='{"version": "1"}')
    assert code == 1
    assert message == 'host.json: version must be "2.0"'


def test_functions_that_the_app_has_not_are_refused(tmp_path: Path) -> None:
    source = HEAD + TIMER.format(schedule="* * * * * *") + TIMER_FUNCTION
    code, message = _last_line(
        tmp_path,
        source=source,
        settings=STORAGE,
        host_json='{"version": "2.0"}',
        functions=["tick", "tock"],
    )
    assert (code, message) == (1, "the app has no function tock")


def test_other_runtimes_are_refused(tmp_path: Path) -> None:
    settings = {"FUNCTIONS_WORKER_RUNTIME": "node"}
    code, message = _last_line(
        tmp_path, source=HEAD, settings=settings, host_json='{"version": "2.0"}'
    )
    assert code == 1
    assert "FUNCTIONS_WORKER_RUNTIME is 'node'" in message
