"""azd's file, the script that fills the services, and the workflow name what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import yaml

from local.deployment.build import PYTHON
from tests.paths import ROOT

FILL = ROOT / "infra/fill.sh"
WORKFLOW = ROOT / ".github/workflows/deploy.yml"


def read_workflow() -> dict[str, Any]:
    text = WORKFLOW.read_text(encoding="utf-8")
    workflow: dict[str, Any] = yaml.safe_load(text)
    return workflow


def list_outputs() -> set[str]:
    text = (ROOT / "infra/bicep/main.bicep").read_text(encoding="utf-8")
    return set(re.findall(r"^output (\w+) ", text, flags=re.MULTILINE))


def list_parameters_from_environment() -> set[str]:
    text = (ROOT / "infra/bicep/main.dev.bicepparam").read_text(encoding="utf-8")
    return set(re.findall(r"readEnvironmentVariable\('(\w+)'", text))


def test_azd_finds_its_parameters_and_its_hook() -> None:
    project = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    infra = project["infra"]
    assert (ROOT / infra["path"] / f"{infra['module']}.bicepparam").exists()
    assert project["hooks"]["postprovision"]["run"] == f"sh {FILL.relative_to(ROOT)}"


def test_the_script_reads_outputs_and_runs_commands_that_exist() -> None:
    text = FILL.read_text(encoding="utf-8")
    assert subprocess.run(["sh", "-n", FILL], check=False).returncode == 0
    assert set(re.findall(r"\$([A-Z_]{3,})", text)) <= list_outputs()
    commands = re.findall(r'"\$python" -m ([\w.]+)(?: (\w+))?', text)
    assert len(commands) == 4
    for module, command in commands:
        asked = [sys.executable, "-m", module, *([command] if command else []), "--help"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        line = next(line for line in text.splitlines() if f"-m {module} {command}" in line)
        assert all(flag in done.stdout for flag in re.findall(r"--[a-z]+", line))


def test_commands_of_other_modules_read_the_outputs() -> None:
    assert {"IotHub__hostName", "BlobStorage__serviceUri", "TOCSIN_PAGE"} <= list_outputs()


def test_the_workflow_holds_no_secret_and_trusts_no_moving_tag() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert read_workflow()["permissions"] == {"contents": "read", "id-token": "write"}
    steps = read_workflow()["jobs"]["deploy"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in used)


def test_the_workflow_gives_every_parameter_and_the_deployed_python() -> None:
    workflow = read_workflow()
    assert list_parameters_from_environment() <= workflow["env"].keys()
    steps = workflow["jobs"]["deploy"]["steps"]
    versions = [step["with"]["python-version"] for step in steps if "setup-python" in str(step)]
    assert versions == [".".join(map(str, PYTHON))]


def test_only_what_if_is_asked_for_a_pull_request() -> None:
    steps = read_workflow()["jobs"]["deploy"]["steps"]
    asked = [step for step in steps if "pull_request" in step.get("if", "")]
    assert [("what-if" in step["run"]) for step in asked] == [True]
    changing = [step for step in steps if "create" in step.get("run", "") or "fill" in str(step)]
    assert len(changing) >= 2
    assert all("workflow_dispatch" in step["if"] for step in changing)
