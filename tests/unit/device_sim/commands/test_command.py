"""The command line: what it writes, and what it says to bad flags and settings."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from device_sim.__main__ import main
from device_sim.errors import UsageError
from device_sim.hub.addresses import hub_from_environment
from tocsin.profiles import load_profiles

PROFILES = load_profiles()


def generate(folder: Path, *flags: str) -> list[list[str]]:
    out = folder / "made" / "out.csv"
    assert main(["generate", "--out", str(out), *flags]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_generate_writes_time_device_and_channels(tmp_path: Path, profile: str) -> None:
    header, *rows = generate(tmp_path, "--profile", profile, "--hours", "0.1", "--devices", "2")
    assert header == ["t", "device", *PROFILES[profile].channel_names]
    assert len(rows) == 720
    assert [row[1] for row in rows] == [f"sim-{profile}-01"] * 360 + [f"sim-{profile}-02"] * 360
    assert int(rows[1][0]) - int(rows[0][0]) == 1000
    judged = len(PROFILES[profile].judged_names)
    assert all(float(cell) is not None for row in rows for cell in row[2 : 2 + judged])


def test_every_second_device_that_can_run_tasks_does_and_tells_their_load(tmp_path: Path) -> None:
    header, *rows = generate(
        tmp_path, "--profile", "workcell", "--hours", "3", "--devices", "2",
        "--faults", "overload,throttled,stuck", "--rate", "20",
    )  # fmt: skip
    load, fault = header.index("load_pct"), header.index("fault")
    told = [row for row in rows if row[1] == "sim-workcell-01"]
    untold = [row for row in rows if row[1] == "sim-workcell-02"]
    assert {row[load] for row in untold} == {""}
    assert {row[fault] for row in untold} == {"", "stuck"}
    loads = {float(row[load]) for row in told}
    assert min(loads) >= 0
    assert max(loads) <= 150
    assert len(loads) > 10
    assert {row[fault] for row in told} == {"", "stuck", "overload", "throttled"}


def test_generate_repeats_itself(tmp_path: Path) -> None:
    flags = ("--profile", "motor", "--hours", "0.1", "--seed", "5")
    assert generate(tmp_path, *flags) == generate(tmp_path, *flags)
    assert generate(tmp_path, *flags) != generate(tmp_path, *flags[:-1], "6")
    assert generate(tmp_path, *flags, "--start", "2026-06-01T00:00")[1][0] == "1780272000000"


def test_generate_labels_faults_and_leaves_dropouts_empty(tmp_path: Path) -> None:
    header, *rows = generate(
        tmp_path, "--profile", "pump", "--hours", "1", "--faults", "dropout", "--rate", "5"
    )
    assert header[-1] == "fault"
    dropped = [row for row in rows if row[-1] == "dropout"]
    assert dropped
    assert all("" in row[2:-1] for row in dropped)
    assert all("" not in row[2:-1] for row in rows if row[-1] == "")


def test_a_machine_that_is_off_has_no_faults_but_starts_that_stall(tmp_path: Path) -> None:
    header, *rows = generate(
        tmp_path, "--profile", "motor", "--hours", "6", "--rest", "20/10", "--faults", "all",
        "--rate", "8", "--sensors", "coarse",
    )  # fmt: skip
    vibration, fault = header.index("vibration_mm_s"), header.index("fault")
    off = [row for number, row in enumerate(rows) if number % 1_800 in range(1_260, 1_800)]
    assert {row[fault] for row in off} == {""}
    assert max(float(row[vibration]) for row in off) <= 0.1
    assert {"", "stalled_start"} < {row[fault] for row in rows}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("profile", "kinds"), [("motor", "drift"), ("environment", "all")])
def test_what_rests_and_has_no_start_that_stalls_has_its_faults_all_the_same(
    tmp_path: Path, profile: str, kinds: str
) -> None:
    header, *rows = generate(
        tmp_path, "--profile", profile, "--hours", "6", "--rest", "45/15", "--faults", kinds,
        "--rate", "8",
    )  # fmt: skip
    found = {row[header.index("fault")] for row in rows} - {""}
    assert "drift" in found
    assert "stalled_start" not in found


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["generate", "--profile", "pump", "--rest", "often", "--out", "x"], "--rest often"),
        (
            [
                "generate",
                "--profile",
                "environment",
                "--rest",
                "9/9",
                "--out",
                "x",
                "--faults",
                "stalled_start",
            ],
            "no kind 'stalled_start' in a file of 'environment'",
        ),
        (
            ["generate", "--profile", "pump", "--faults", "stalled_start", "--out", "x"],
            "no kind 'stalled_start'",
        ),
        (["provision", "--device", "d-1", "--site", " north"], "begins or ends with a space"),
        (["provision", "--device", "d-1", "--site", "x" * 65], "65 characters; 64 are most"),
        (["provision", "--device", "d-1", "--site", "Werk Süd/1"], "IOTHUB_CONNECTION"),
        (["generate", "--profile", "oven", "--out", "x.csv"], "no profile 'oven'; there are"),
        (["generate", "--profile", "pump", "--faults", "bang", "--out", "x.csv"], "no kind 'bang'"),
        (["generate", "--profile", "pump", "--faults", "late_burst", "--out", "x"], "late_burst"),
        (["generate", "--profile", "pump", "--faults", "overload", "--out", "x"], "overload"),
        (["generate", "--profile", "pump", "--start", "soon", "--out", "x.csv"], "--start: 'soon'"),
        (["run", "--faults", "often"], "--faults often: say demo, work, none, or a rate"),
        (["run", "--faults", "nan"], "--faults nan"),
        (["workload", "--site", "moon"], "--site moon: no such site; there are north, south"),
        (["workload", "--site", "north", "--fleet", "none.yaml"], "none.yaml"),
        (["run", "--speed", "5"], "--speed above 1 needs --duration"),
        (["run", "--fleet", "none.yaml"], "none.yaml"),
        (["run"], "IOTHUB_CONNECTION lacks HostName"),
        (["provision", "--device", "d-1"], "--device needs --site"),
        (["provision", "--site", "north"], "--site goes with --device"),
        (["provision", "--device", "a/b", "--site", "north"], "'a/b' is no id"),
        (["replay", "x.csv", "--speed", "fast"], "--speed fast"),
        (["replay", "x.csv", "--speed", "-1"], "--speed -1"),
        (["replay", "x.csv", "--device", "d"], "x.csv: cannot be read"),
        (["replay", "x.csv", "--columns", "a"], "--columns: 'a' must be COLUMN=CHANNEL"),
        (["replay", "x.csv", "--columns", "a=c,b=c"], "--columns names a channel twice"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    flags: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("IOTHUB_CONNECTION", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(flags) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert said in line


@pytest.mark.parametrize(
    "flags",
    [
        ["run", "--devices", "10001"],
        ["run", "--share", "3/2"],
        ["run", "--sensors", "rough"],
        ["run", "--batch", "0"],
        ["run", "--batch", "1001"],
        ["run", "--batch", "many"],
        ["run", "--store", "1"],
        ["run", "--speed", "0"],
        ["run", "--duration", "nan"],
        ["run", "--history", "-1"],
        ["generate", "--profile", "pump", "--out", "x", "--rate", "5000"],
        [],
    ],
)
def test_flags_out_of_range_are_refused(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(flags)
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "replay", "provision", "generate", "workload"])
def test_every_command_teaches_by_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    said = " ".join(capsys.readouterr().out.lower().split())
    assert f"python -m device_sim {command}" in said.split("example", 1)[1]


def test_faults_of_work_need_tasks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = tmp_path / "fleet.yaml"
    floor = "{id: ground, devices: {workcell: [w-1]}}"
    fleet.write_text(
        f"sites: [{{id: north, buildings: [{{id: hall, floors: [{floor}]}}]}}]", encoding="utf-8"
    )
    assert main(["run", "--fleet", str(fleet), "--faults", "work"]) == 2
    assert "--faults work: the fleet has no tasks" in capsys.readouterr().err


def test_the_workload_of_a_site_is_printed_as_the_product_takes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["workload", "--site", "north"]) == 0
    tasks = json.loads(capsys.readouterr().out)["tasks"]
    assert tasks["inspect-01"] == {
        "loadPct": 12.5, "deadlineMs": 200.0, "priority": 2.0, "capability": "vision",
    }  # fmt: skip


def test_the_hub_is_taken_from_two_settings(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("a certificate", encoding="ascii")
    settings = {
        "IOTHUB_CONNECTION": "HostName=hub.test:8443;SharedAccessKeyName=n;SharedAccessKey=a==",
        "IOTHUB_CA_FILE": str(ca),
    }
    hub = hub_from_environment(settings)
    assert (hub.device_host, hub.ca_certificate) == ("hub.test", "a certificate")
    with pytest.raises(UsageError, match=r"IOTHUB_CA_FILE .*none\.pem"):
        hub_from_environment({**settings, "IOTHUB_CA_FILE": str(tmp_path / "none.pem")})
    with pytest.raises(UsageError, match="lacks SharedAccessKey;") as caught:
        hub_from_environment({"IOTHUB_CONNECTION": "HostName=h;SharedAccessKeyName=secret"})
    assert "secret" not in str(caught.value)


def test_a_hub_without_keys_is_opened_by_whoever_is_signed_in() -> None:
    hub = hub_from_environment({"IotHub__hostName": "iot-x.azure-devices.net"})
    assert (hub.connection, hub.device_host) == (None, "iot-x.azure-devices.net")
    with pytest.raises(UsageError, match="IotHub__hostName"):
        hub_from_environment({})


def test_smoke_wants_the_address_of_the_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IotHub__hostName", "iot-x.azure-devices.net")
    monkeypatch.delenv("TOCSIN_PAGE", raising=False)
    assert main(["smoke"]) == 2
    assert "TOCSIN_PAGE" in capsys.readouterr().err
