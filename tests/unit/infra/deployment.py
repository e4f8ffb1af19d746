"""What would be deployed, as the rules read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.infra.compilers import BICEP, take_snapshot


class UnexpectedError(LookupError):
    """There is not exactly one of a kind."""


IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"


@dataclass(frozen=True, slots=True)
class Resource:
    """``id`` and ``name`` may be expressions in brackets: known only while deploying."""

    type: str
    name: str
    id: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body.get("properties", {})
        return found

    @property
    def last_name(self) -> str:
        return self.name.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Deployment:
    """``environment``: dev or prod. ``folder``: where the Bicep files lie."""

    environment: str
    folder: Path
    resources: tuple[Resource, ...]
    outputs: Mapping[str, Any]

    def find_all(self, kind: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type == kind]

    def find_only(self, kind: str) -> Resource:
        """The resource of this type. Raises UnexpectedError."""
        found = self.find_all(kind)
        if len(found) != 1:
            raise UnexpectedError(f"{self.environment} deploys {len(found)} of {kind}")
        return found[0]

    @property
    def app_settings(self) -> dict[str, str]:
        config = self.find_only("Microsoft.Web/sites").properties["siteConfig"]
        return {setting["name"]: setting["value"] for setting in config["appSettings"]}


# What is wrong with a deployment, in lines; none: nothing.
Rule = Callable[[Deployment], Iterator[str]]


def read_deployment(environment: str, folder: Path = BICEP) -> Deployment:
    """Raises BicepError."""
    snapshot = take_snapshot(folder / f"main.{environment}.bicepparam")
    resources = tuple(
        Resource(entry["type"], entry["name"], entry["id"], entry)
        for entry in snapshot["predictedResources"]
    )
    return Deployment(environment, folder, resources, snapshot.get("outputs", {}))


def find_identity(expression: str) -> str | None:
    """The name of the user-assigned identity that an expression asks something of."""
    found = re.search(re.escape(IDENTITIES) + r"/([\w-]+)", expression)
    return found[1] if found else None


def strip_token(name: str) -> str:
    """*name* without the thirteen characters that make it unique worldwide."""
    return re.sub(r"[a-z2-7]{13}$", "…", name)


def read_sources(deployment: Deployment) -> str:
    """Every Bicep file, one after the other."""
    files = sorted(deployment.folder.rglob("*.bicep"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
