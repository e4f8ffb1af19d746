"""The documents' commands, word for word: a demo, and a recording of one's own beside it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.addresses import find_free_address
from local.processes import Child
from local.setup.browser import find_browser
from tests.paths import ROOT

DURATION_S = 60
FIRST_ANOMALY_S = 30.0  # from the printed address to the first one that is marked
NOT_SCORED = 4  # the exit code of a replay of which the model can score nothing
FIRST_HOUR = "docs/first-hour.md"


def read_commands(document: str) -> list[list[str]]:
    """The commands of each console block of a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    return [
        [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        for block in blocks
    ]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", FIRST_HOUR])
def test_every_make_command_in_the_documents_exists(document: str) -> None:
    commands = [command for block in read_commands(document) for command in block]
    targets = [command for command in commands if command.startswith("make ")]
    assert targets
    for command in targets:
        planned = subprocess.run(
            [*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert planned.returncode == 0, planned.stderr


@pytest.mark.measures_time
@pytest.mark.timeout(300)
def test_a_demo_with_a_recording_beside_it(tmp_path: Path) -> None:
    address, state = find_free_address(), tmp_path / "state"
    report = tmp_path / "out.json"
    demo = Child(
        "demo",
        ["make", "demo", f"DURATION={DURATION_S}", f"REPORT={report}",
         f"ADDRESS={address}", f"STATE={state}"],
        log_path=tmp_path / "demo.log",
        ready_after=lambda line: f"Open http://{address}" in line,
    )  # fmt: skip
    demo.start(within_s=120)
    look = _start_look(address, tmp_path, time.time())
    pictures = _start_pictures(address, tmp_path)
    try:
        _ask_as_documented("plans/latest", address, commands=5)
        # README: columns with names of their own. First hour: columns named as the channels.
        _replay_as_documented("README.md", "Time,Temp,Vib", tmp_path, address, state)
        _replay_as_documented(
            FIRST_HOUR, "t,temperature_c,vibration_mm_s", tmp_path, address, state
        )
        _ask_as_documented("devices/north-pump-01", address, commands=4)
        if pictures is not None and look is not None:
            assert pictures.wait(timeout=60) == 0, (tmp_path / "pictures.log").read_text()
            assert look.wait(timeout=60) == 0, (tmp_path / "look.log").read_text()
        exit_code = demo.wait(within_s=DURATION_S + 90)
    finally:
        for browsing in (look, pictures):
            if browsing is not None:
                browsing.kill()
        demo.stop()
    if look is not None:
        seen = json.loads((tmp_path / "look.log").read_text(encoding="utf-8").splitlines()[-1])
        assert seen["first_anomaly_s"] < FIRST_ANOMALY_S
    assert exit_code == 0, demo.quote_log(60)
    account = json.loads(report.read_text(encoding="utf-8"))
    assert account["readings_sent"] >= 2_500
    assert account["readings_stored"] == account["readings_sent"]
    assert (account["lost"], account["duplicates"], account["dead_lettered"]) == (0, 0, 0)
    assert account["alerts_pushed"] == account["alerts_raised"] > 0
    assert account["latency_ms"]["stored"]["p50"] > 0
    assert account["latency_ms"]["pushed"]["p50"] > 0
    assert sorted(event["kind"] for event in account["plans"]["events"]) == [
        "overload",
        "throttled",
    ]
    for event in account["plans"]["events"]:
        assert event["to_confirmed_s"] is not None, event
        assert event["to_recovered_s"] is not None, event


def _start_pictures(address: str, folder: Path) -> subprocess.Popen[bytes] | None:
    """Have the first hour's pictures taken while the demo runs; None without a browser."""
    shots = ("page", "incident", "device", "move")
    out = ("--out", str(folder / "pictures"))
    return _browse(folder / "pictures.log", "local.screenshots", _find_page(address), *shots, *out)


def _start_look(address: str, folder: Path, since: float) -> subprocess.Popen[bytes] | None:
    """Have it measured when the first anomaly is marked; None without a browser."""
    at = ("--json", "--at", _find_page(address), "--since", str(since))
    return _browse(folder / "look.log", "benchmarks.first_look", *at)


def _find_page(address: str) -> str:
    return f"http://{address}:4280/"


def _browse(log_path: Path, module: str, *arguments: str) -> subprocess.Popen[bytes] | None:
    if find_browser() is None:
        return None
    with log_path.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip


def _ask_as_documented(about: str, address: str, *, commands: int) -> None:
    block = _find_block(about, FIRST_HOUR)
    assert len(block) == commands
    for command in block:
        script = command.replace("//localhost:", f"//{address}:")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, command + done.stdout + done.stderr
        json.loads(done.stdout)


def _replay_as_documented(
    document: str, header: str, folder: Path, address: str, state: Path
) -> None:
    workplace = folder / Path(document).stem
    workplace.mkdir()
    (workplace / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    (workplace / "recording.csv").write_text(_write_recording(header), encoding="utf-8")
    block = _find_block("replay", document)
    # The demo of this test listens elsewhere than the documented one.
    script = "\n".join(block).replace(
        "-m local env", f"-m local env --address {address} --state {state}"
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=workplace, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    # 15 s are no whole window of a motor: delivered, and told that nothing of it is scored.
    assert done.returncode == NOT_SCORED, done.stdout + done.stderr
    assert "15 readings) delivered, 0 waiting" in done.stderr
    assert "will be stored, but not scored" in done.stderr


def _find_block(words: str, document: str) -> list[str]:
    return next(
        block for block in read_commands(document) if any(words in command for command in block)
    )


def _write_recording(header: str) -> str:
    rows = [f"2026-11-01 10:00:{second:02d},{60 + second / 10},{1.5}" for second in range(15)]
    return "\n".join([header, *rows]) + "\n"
