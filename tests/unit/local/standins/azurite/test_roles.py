"""What a request to Azurite would do, in the words of roles: asked of the guard's own module."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Final

from local.processes import ROOT

ACCOUNTS: Final = "Microsoft.Storage/storageAccounts"
# Service, method and target, with the action below the service and what it is done to.
DEEDS: Final = [
    ("blob", "GET", "/a?comp=list", "containers/read", ""),
    ("blob", "PUT", "/a/c?restype=container", "containers/write", "containers/c"),
    ("blob", "DELETE", "/a/c?restype=container", "containers/delete", "containers/c"),
    ("blob", "GET", "/a/c?restype=container&comp=list", "containers/blobs/read", "containers/c"),
    ("blob", "HEAD", "/a/c/x/y.json", "containers/blobs/read", "containers/c"),
    ("blob", "PUT", "/a/c/x%20y?comp=lease", "containers/blobs/write", "containers/c"),
    ("blob", "DELETE", "/a/c/x", "containers/blobs/delete", "containers/c"),
    ("queue", "GET", "/a?comp=list", "queues/read", ""),
    ("queue", "PUT", "/a/q", "queues/write", "queues/q"),
    ("queue", "POST", "/a/q/messages", "queues/messages/write", "queues/q"),
    ("queue", "GET", "/a/q/messages?numofmessages=2", "queues/messages/process/action", "queues/q"),
    ("queue", "GET", "/a/q/messages?peekonly=true", "queues/messages/read", "queues/q"),
    ("queue", "DELETE", "/a/q/messages/1?popreceipt=r", "queues/messages/delete", "queues/q"),
    ("table", "GET", "/a/Tables", "tables/read", ""),
    ("table", "POST", "/a/Tables", "tables/write", ""),
    ("table", "GET", "/a/t()", "tables/entities/read", ""),
    ("table", "POST", "/a/t", "tables/entities/write", ""),
]
SCRIPT: Final = """
import { findDeed } from %s;
const deeds = %s.map(([service, method, target]) => findDeed(service, method, target));
console.log(JSON.stringify(deeds));
"""


def test_deeds() -> None:
    module = (ROOT / "local/standins/azurite/roles.js").as_uri()
    script = SCRIPT % (json.dumps(module), json.dumps(DEEDS))
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found = [(deed["action"], deed["resource"]) for deed in json.loads(done.stdout)]
    assert found == [
        (
            f"{ACCOUNTS}/{service}Services/{action}",
            f"{ACCOUNTS}/a" + (f"/{service}Services/default/{part}" if part else ""),
        )
        for service, _, _, action, part in DEEDS
    ]
