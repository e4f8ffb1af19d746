"""Who has which role on what: the assignments that Azure would hold, in one file.

``grants.json`` beside this file is what ``infra/bicep`` would assign; a test compares it. A run has
a copy in its state, which the stand-ins read anew whenever it changes. So a role can be taken away
while everything runs, as in Azure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DEPLOYED_FILE = FOLDER / "grants.json"
RUN_FILE = "grants.json"

APP = "id-app"
HUB = "id-hub"
DEPLOYER = "deployer"
# Two that only a laptop has. What Azure Resource Manager creates is created through the services
# themselves here; and somebody has to look at a run from outside.
MANAGER = "resource-manager"
OBSERVER = "observer"

DATABASE = "Microsoft.DocumentDB/databaseAccounts/cosmos-tocsin/dbs/tocsin"
LAKE = "Microsoft.Storage/storageAccounts/stlake"


@dataclass(frozen=True, slots=True)
class Grant:
    """``who`` has the ``role`` (its name) ``on`` a resource and all that is in it.

    ``on`` is the resource's id from its provider on, without what makes names unique worldwide; an
    empty one is everything.
    """

    who: str
    role: str
    on: str


LOCAL = (
    Grant(MANAGER, "Contributor", ""),
    Grant(OBSERVER, "Cosmos DB Built-in Data Reader", DATABASE),
    Grant(
        OBSERVER,
        "Storage Blob Data Reader",
        f"{LAKE}/blobServices/default/containers/dead-letters",
    ),
)


def read_deployed() -> list[Grant]:
    """What a deployment assigns to its identities and to the person who deploys."""
    return parse_grants(DEPLOYED_FILE.read_text(encoding="utf-8"))


def parse_grants(text: str) -> list[Grant]:
    entries: list[dict[str, str]] = json.loads(text)
    return [Grant(**entry) for entry in entries]


def write_grants(grants: Iterable[Grant]) -> str:
    lines = ",\n".join(f"  {json.dumps(asdict(grant))}" for grant in grants)
    return f"[\n{lines}\n]\n"


def keep_grants(folder: Path, grants: Iterable[Grant]) -> None:
    """Make *grants* those that hold for the run with the identities' *folder*, from now on."""
    part = folder / f"{RUN_FILE}.part"
    part.write_text(write_grants(grants), encoding="utf-8")
    part.replace(folder / RUN_FILE)


def load_roles() -> dict[str, tuple[str, ...]]:
    """By the name of a role the actions it allows; ``*`` at the end stands for all that follow."""
    content: dict[str, dict[str, Any]] = json.loads(
        (FOLDER / "roles.json").read_text(encoding="utf-8")
    )
    return {name: tuple(role["allows"]) for name, role in content.items()}
