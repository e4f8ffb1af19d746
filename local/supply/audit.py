"""``python -m local audit``: which locked releases are known to be weak, as far as anybody says.

Asks the databases behind PyPI and npm through their own clients. A database that cannot be asked is
no good news: what got no answer is counted apart and never taken for clean.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.setup import locks
from local.supply.locked import Locked, describe_environment, read_lock
from local.supply.npm_lock import FOLDERS, count_locked

TIMEOUT_S = 300
KNOWN_WEAK, NOT_ASKED = 1, 3  # exit codes


@dataclass(frozen=True, slots=True)
class Answer:
    """What one database says.

    - ``asked``: how many releases it was asked about, ``unanswered``: how many of them it did not
      answer for.
    - ``weak``: one line for each release and known weakness.
    - ``reason``: why there was no answer.
    """

    ecosystem: str
    asked: int
    unanswered: int = 0
    weak: tuple[str, ...] = ()
    reason: str = ""


class NoAnswerError(RuntimeError):
    """A client printed no answer; the text is what it said instead."""


def audit() -> int:
    """Ask about everything that is locked, print the answers, and return the exit code."""
    answers = (ask_pypi(), *(ask_npm(folder) for folder in FOLDERS))
    for answer in answers:
        print("\n".join(describe_answer(answer)))
    if any(answer.weak for answer in answers):
        return KNOWN_WEAK
    return NOT_ASKED if any(answer.unanswered for answer in answers) else 0


def describe_answer(answer: Answer) -> list[str]:
    """The lines for a person."""
    lines = [f"{answer.ecosystem}: {line}" for line in answer.weak]
    answered = answer.asked - answer.unanswered
    if answer.unanswered:
        lines.append(
            f"{answer.ecosystem}: no answer for {answer.unanswered} of {answer.asked} releases: "
            f"nothing is known about them ({answer.reason})"
        )
    if answered and not answer.weak:
        lines.append(f"{answer.ecosystem}: no known weakness in {answered} releases")
    return lines


def ask_pypi() -> Answer:
    """What PyPI's database says about the Python releases of this system."""
    releases = _list_installed_here()
    with tempfile.TemporaryDirectory() as folder:
        # Without the hashes: they say nothing about weaknesses, and torch's build has no own entry.
        path = Path(folder) / "releases.txt"
        path.write_text("".join(f"{name}=={version}\n" for name, version in releases), "utf-8")
        command = [
            sys.executable, "-m", "pip_audit", "--requirement", str(path), "--no-deps",
            "--disable-pip", "--format", "json", "--progress-spinner", "off",
        ]  # fmt: skip
        try:
            return parse_pip_audit(_ask(command, locks.ROOT), len(releases))
        except NoAnswerError as error:
            return Answer("Python", len(releases), len(releases), reason=str(error))


def ask_npm(folder: Path) -> Answer:
    """What npm's database says about the Node packages that *folder* locks."""
    ecosystem, asked = f"Node, {folder.name}", count_locked(folder)
    command = [shutil.which("npm") or "npm", "audit", "--json", "--package-lock-only"]
    try:
        return parse_npm_audit(_ask(command, folder), ecosystem, asked)
    except NoAnswerError as error:
        return Answer(ecosystem, asked, asked, reason=str(error))


def parse_pip_audit(answer: dict[str, Any], asked: int) -> Answer:
    """Read pip-audit's JSON.

    Raises NoAnswerError where it is none.
    """
    if not isinstance(answer.get("dependencies"), list):
        raise NoAnswerError("pip-audit answered something else")
    skipped = [entry for entry in answer["dependencies"] if "skip_reason" in entry]
    weak = tuple(
        f"{entry['name']} {entry['version']}: {found['id']}, "
        f"mended in {', '.join(found['fix_versions']) or 'no release yet'}"
        for entry in answer["dependencies"]
        for found in entry.get("vulns", [])
    )
    reason = skipped[0]["skip_reason"] if skipped else ""
    answered = len(answer["dependencies"]) - len(skipped)
    return Answer("Python", asked, asked - answered, weak, reason)


def parse_npm_audit(answer: dict[str, Any], ecosystem: str, asked: int) -> Answer:
    """Read npm audit's JSON.

    Raises NoAnswerError where it is none.
    """
    if not isinstance(answer.get("vulnerabilities"), dict):
        raise NoAnswerError(str(answer.get("message") or answer.get("error") or "no answer"))
    weak = tuple(
        f"{name} {entry['range']}: {entry['severity']}, "
        f"{'a fix is there' if entry['fixAvailable'] else 'no fix yet'}"
        for name, entry in sorted(answer["vulnerabilities"].items())
    )
    return Answer(ecosystem, asked, weak=weak)


def _list_installed_here() -> list[tuple[str, str]]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    environment = describe_environment(version, sys.platform)
    entries: list[Locked] = [*read_lock(locks.DEV), *read_lock(locks.TORCH)]
    return [
        # No database knows the builds of a release apart.
        (entry.name, entry.version.partition("+")[0])
        for entry in entries
        if entry.applies(environment)
    ]


def _ask(command: Sequence[str], folder: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswerError(f"none within {TIMEOUT_S} s") from error
    except OSError as error:
        raise NoAnswerError(str(error)) from error
    # Both end with 1 when something is weak and when something went wrong, so the text decides.
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise NoAnswerError(said[-1]) from error
    if not isinstance(answer, dict):
        raise NoAnswerError("an answer of an unknown form")
    return answer
