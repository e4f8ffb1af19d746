"""What the last comparison said of a bundle: the file ``verdict.json`` beside its bundle.json.

``compare`` leaves it in the candidate's folder and beside the published version, ``publish`` takes
it along, and ``promote`` obeys it. The newest verdict counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.storage.blob import ContainerClient

from ml_model.paths import BUNDLE_FILE
from ml_model.release.active import CONTAINER, PublishError, download
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle_verdict import VERDICT_FILE, Verdict, parse_verdict

FORCED_FILE = "forced.json"


class UnfitError(PublishError):
    """The last comparison called the bundle not fit; only a given reason overrules it."""


def judge_report(report: Mapping[str, Any], compared_at: datetime) -> Verdict:
    """The verdict of a comparison's report (comparison.json)."""
    return Verdict(
        profile=report["profile"],
        version=report["candidate"]["version"],
        active=report["active"]["version"],
        compared_at=compared_at,
        fit=report["fit"],
        reasons=tuple(report["reasons"]),
        device_days=report["device_days"],
        target_per_day=report["target_per_day"],
    )


def write_verdict(folder: Path, verdict: Verdict) -> None:
    """Leave *verdict* beside the candidate in *folder*, so that it travels with it."""
    text = json.dumps(verdict.document(), indent=2) + "\n"
    (folder / VERDICT_FILE).write_text(text, encoding="utf-8")


def read_folder_verdict(folder: Path, version: str) -> Verdict | None:
    """The verdict left in a bundle's folder; None without one, or when it is of another version:
    training again replaces the bundle, not the verdict on the one before it."""
    path = folder / VERDICT_FILE
    if not path.is_file():
        return None
    verdict = parse_verdict(path.read_bytes(), str(path))
    return verdict if verdict.version == version else None


def read_verdict(container: ContainerClient, profile: str, version: str) -> Verdict | None:
    """The verdict on a published version; None when it was never compared."""
    name = f"{profile}/{version}/{VERDICT_FILE}"
    content = download(container, name)
    return None if content is None else parse_verdict(content, f"{CONTAINER}/{name}")


def upload_verdict(container: ContainerClient, verdict: Verdict) -> None:
    """Leave *verdict* beside its version where that is published, unless a newer one lies there.

    One that cannot be read is replaced.
    """
    folder = f"{verdict.profile}/{verdict.version}"
    if download(container, f"{folder}/{BUNDLE_FILE}") is None:
        return
    try:
        before = read_verdict(container, verdict.profile, verdict.version)
    except InvalidBundleError:
        before = None
    if before is None or before.compared_at < verdict.compared_at:
        content = json.dumps(verdict.document()).encode()
        container.upload_blob(f"{folder}/{VERDICT_FILE}", content, overwrite=True)


def check_fit(verdict: Verdict | None) -> None:
    """Raise UnfitError when a comparison called the bundle not fit."""
    if verdict is not None and not verdict.fit:
        raise UnfitError(verdict.sentence())


def record_force(container: ContainerClient, verdict: Verdict, reason: str) -> str:
    """Keep *reason* and the *verdict* it overrules beside the version. Returns the file's name."""
    name = f"{verdict.profile}/{verdict.version}/{FORCED_FILE}"
    document = {
        "reason": reason,
        "forced_at": round(datetime.now(UTC).timestamp() * 1_000),
        "verdict": verdict.document(),
    }
    container.upload_blob(name, json.dumps(document).encode(), overwrite=True)
    return f"{CONTAINER}/{name}"
