"""Every container and queue that the code names is there as it expects it, and no other."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.prepare import BLOB_CONTAINERS, DATABASE
from tests.paths import ROOT
from tests.unit.infra.deployment import Deployment
from tocsin.domain.notifications import rings
from tocsin.domain.plans import requests

OF_DATABASE = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"
OF_STORAGE = "Microsoft.Storage/storageAccounts/blobServices/containers"
# Containers that services of Azure fill, not the code: the package and what Capture keeps.
OF_SERVICES = {"dev": {"app-package"}, "prod": {"app-package", "telemetry-capture"}}
# Created before there is code for it; the rule below says when that has come.
AWAITED: set[str] = set()


@dataclass(frozen=True, slots=True)
class Container:
    """``life_s``: None: documents never expire; -1: when they say so."""

    name: str
    key: str
    life_s: int | None
    indexed: frozenset[str]
    unindexed: frozenset[str]


def read_container(resource: Mapping[str, Any]) -> Container:
    """The container in the words of Cosmos DB, whether out of its API or out of Bicep."""
    (key,) = resource["partitionKey"]["paths"]
    indexed, excluded = (
        frozenset(entry["path"] for entry in resource["indexingPolicy"][name])
        for name in ("includedPaths", "excludedPaths")
    )
    # Never indexed, said or not.
    own = frozenset({'/"_etag"/?', "/_etag/?"})
    life_s = resource.get("defaultTtl")
    return Container(str(resource["id"]), str(key), life_s, indexed, excluded - own)


def check_containers_equal(deployment: Deployment, local: frozenset[Container]) -> Iterator[str]:
    deployed = {
        read_container(resource.properties["resource"])
        for resource in deployment.find_all(OF_DATABASE)
    }
    for container in sorted(local - deployed, key=str):
        yield f"not deployed as on the laptop: {container}"
    for container in sorted(deployed - local, key=str):
        yield f"not on the laptop as deployed: {container}"
    for resource in deployment.find_all(OF_DATABASE):
        if resource.name.split("/")[1:] != [DATABASE, resource.properties["resource"]["id"]]:
            yield f"the container {resource.name} calls itself otherwise"


def check_containers_are_used(deployment: Deployment) -> Iterator[str]:
    deployed = {resource.last_name for resource in deployment.find_all(OF_DATABASE)}
    source = read_product_source()
    named = set(re.findall(r'Container\(client, database, "(\w+)"\)', source))
    named |= set(re.findall(r'container_name="(\w+)"', source))
    for name in sorted(named - deployed):
        yield f"the code names the container {name}, which is not deployed"
    used = {name for name in deployed if f'"{name}"' in source}
    for name in sorted(deployed - used - AWAITED):
        yield f"no code uses the container {name}"
    for name in sorted(AWAITED & used):
        yield f"there is code for {name} now: it is not awaited any more"


def check_blobs_and_queues(deployment: Deployment) -> Iterator[str]:
    blobs = {resource.last_name for resource in deployment.find_all(OF_STORAGE)}
    if blobs != {*BLOB_CONTAINERS, *OF_SERVICES[deployment.environment]}:
        yield f"blob containers are {sorted(blobs)}"
    queues = {
        resource.last_name
        for resource in deployment.find_all(
            "Microsoft.Storage/storageAccounts/queueServices/queues"
        )
    }
    if queues != {requests.QUEUE, requests.POISON, rings.QUEUE, rings.POISON}:
        yield f"queues are {sorted(queues)}"
    for name in re.findall(r'queue_name="([\w-]+)"', read_product_source()):
        if name not in queues:
            yield f"a trigger waits at the queue {name}, which is not deployed"


def check_old_blobs_go(deployment: Deployment) -> Iterator[str]:
    policy = deployment.find_only("Microsoft.Storage/storageAccounts/managementPolicies")
    kept = {
        rule["definition"]["filters"]["prefixMatch"][0]: rule["definition"]["actions"]["baseBlob"][
            "delete"
        ]["daysAfterModificationGreaterThan"]
        for rule in policy.properties["policy"]["rules"]
    }
    captured = {"dev": {}, "prod": {"telemetry-capture/": 90}}[deployment.environment]
    if kept != {**captured, "dead-letters/": 90}:
        yield f"blobs are kept for so many days: {kept}"


@functools.cache  # of all deployments that are checked it is the same
def read_product_source() -> str:
    files = sorted((ROOT / "functions/tocsin").rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
