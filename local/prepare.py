"""What a deployment creates before the app starts, created in the stand-ins."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceExistsError
from azure.cosmos import PartitionKey

from local.clients import open_blobs, open_cosmos, open_queues
from local.endpoints import Endpoints
from local.identities.grants import MANAGER
from local.processes import ROOT

DATABASE = "tocsin"
PARTITION_KEYS = {
    "readings": "/deviceId",
    "rollups": "/deviceId",
    "devices": "/deviceId",
    "alerts": "/deviceId",
    "incidents": "/siteId",
    "notifications": "/siteId",
    "plans": "/siteId",
    "settings": "/id",
    "audit": "/siteId",
    "leases": "/id",
}
# What no query asks for: indexing it would double a write's price.
UNINDEXED = {
    "rollups": ("t", "readings", "anomalous", "series"),
    "incidents": ("process", "timeline", "suppression", "handling"),
    "notifications": ("tickets", "steps", "hours"),
}
# What is written with every message: only what queries ask for is indexed.
INDEXED = {
    "readings": ("deviceId", "profile", "firstT", "lastT", "long", "epoch"),
    "devices": ("deviceId", "siteId", "enqueuedAt"),
}
BLOB_CONTAINERS = ("models", "dead-letters", "leases")
# With those that the functions host moves to what failed too often; Bicep makes them too.
QUEUES = (
    "rebalance-requests",
    "rebalance-requests-poison",
    "notifications",
    "notifications-poison",
)


class PreparationError(RuntimeError):
    """A command that prepares the local services failed."""


def create_cosmos_containers(endpoints: Endpoints) -> None:
    """Create the database and its containers where they are missing."""
    with open_cosmos(endpoints, MANAGER) as client:
        database = client.create_database_if_not_exists(DATABASE)
        for name, path in PARTITION_KEYS.items():
            extra: dict[str, Any] = {}
            if name in {"readings", "rollups", "notifications", "plans"}:
                # -1: documents live on unless they say how long.
                extra["default_ttl"] = -1
            if name in UNINDEXED:
                extra["indexing_policy"] = make_index(UNINDEXED[name])
            if name in INDEXED:
                extra["indexing_policy"] = make_narrow_index(INDEXED[name])
            database.create_container_if_not_exists(name, PartitionKey(path), **extra)


def make_index(unindexed: Sequence[str]) -> dict[str, Any]:
    """An indexing policy for every field but these."""
    return {
        "indexingMode": "consistent",
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": f"/{name}/*"} for name in unindexed],
    }


def make_narrow_index(indexed: Sequence[str]) -> dict[str, Any]:
    """An indexing policy for these fields and no other."""
    return {
        "indexingMode": "consistent",
        "includedPaths": [{"path": f"/{name}/?"} for name in indexed],
        "excludedPaths": [{"path": "/*"}],
    }


def create_blob_containers(endpoints: Endpoints) -> None:
    """Create the blob containers where they are missing."""
    with open_blobs(endpoints, MANAGER, "stlake") as client:
        for name in BLOB_CONTAINERS:
            try:
                client.create_container(name)
            except ResourceExistsError:
                continue


def create_queues(endpoints: Endpoints) -> None:
    """Create the queues where they are missing."""
    with open_queues(endpoints, MANAGER, "sthost") as client:
        for name in QUEUES:
            try:
                client.create_queue(name)
            except ResourceExistsError:
                continue


def publish_models(environment: Mapping[str, str], signing_key: Path) -> None:
    """Upload the repository's model bundles, signed, and make them the active ones."""
    run_module(["ml_model", "publish", "--signing-key", str(signing_key)], environment)


def run_module(
    arguments: list[str], environment: Mapping[str, str], *, within_s: float = 120
) -> str:
    """Run ``python -m …`` to its end, *within_s* seconds, and return what it printed.

    Raises PreparationError with the end of its output when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    if done.returncode != 0:
        raise PreparationError(
            f"python -m {' '.join(arguments)} failed ({done.returncode}):\n{done.stderr[-2000:]}"
        )
    return done.stdout


def write_local_settings(app: Path) -> None:
    """Give the app its settings file from the sample, or what its own lacks of the sample's values.

    Raises PreparationError when its own is no such file.
    """
    sample, settings = ROOT / "local.settings.sample.json", app / "local.settings.json"
    if not settings.exists():
        shutil.copyfile(sample, settings)
        return
    try:
        found = json.loads(settings.read_text(encoding="utf-8"))
        values = {**json.loads(sample.read_text(encoding="utf-8"))["Values"], **found["Values"]}
    except (ValueError, KeyError, TypeError) as error:
        raise PreparationError(
            f"{settings} is no settings file ({error!r}); mend it, or remove it for a new one"
        ) from error
    if values != found["Values"]:
        settings.write_text(
            json.dumps({**found, "Values": values}, indent=2) + "\n", encoding="utf-8"
        )
