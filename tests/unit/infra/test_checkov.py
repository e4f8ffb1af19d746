"""A security scanner reads every file, and what it finds has its reason beside it."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.unit.infra.compilers import BICEP

TIMEOUT_S = 110


def test_every_file_is_scanned_and_no_finding_is_without_a_reason() -> None:
    checkov = shutil.which("checkov")
    if checkov is None:
        pytest.skip("needs checkov on the path")
    done = subprocess.run(
        [checkov, "--directory", str(BICEP), "--framework", "bicep", "--skip-download",
         "--output", "json"],
        capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    found = report["results"]
    # A file that its parser cannot read is only named here, and scanned by nothing.
    assert found["parsing_errors"] == []
    assert "Failed to run check" not in done.stderr
    failed = [f"{check['check_id']} {check['resource']}" for check in found["failed_checks"]]
    assert failed == []
    assert report["summary"]["resource_count"] > 80
    for check in found["skipped_checks"]:
        assert check["check_result"]["suppress_comment"], check["check_id"]
