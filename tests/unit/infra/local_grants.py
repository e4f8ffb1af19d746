"""The grants of a run without keys, made from what would be deployed.

``python -m tests.unit.infra.local_grants`` writes them into ``local/identities/grants.json``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from local.identities.grants import DEPLOYED_FILE, DEPLOYER, Grant, write_grants
from tests.unit.infra.deployment import Deployment, find_identity, read_deployment
from tests.unit.infra.rules.roles import ASSIGNMENTS, OF_DATABASE, ROLE_NAMES, find_scope

PERSON = "11111111-1111-1111-1111-111111111111"
UNIQUE = re.compile(r"-?[a-z2-7]{13}$")


def read_with_deployer() -> Deployment:
    """What dev would deploy for a person who is named, who gets roles too. Raises BicepError."""
    before = os.environ.get("AZURE_PRINCIPAL_ID")
    os.environ["AZURE_PRINCIPAL_ID"] = PERSON
    try:
        return read_deployment("dev")
    finally:
        if before is None:
            del os.environ["AZURE_PRINCIPAL_ID"]
        else:
            os.environ["AZURE_PRINCIPAL_ID"] = before


def list_grants(deployment: Deployment) -> list[Grant]:
    return sorted(_read_all(deployment), key=str)


def _read_all(deployment: Deployment) -> Iterator[Grant]:
    for assignment in deployment.find_all(ASSIGNMENTS) + deployment.find_all(OF_DATABASE):
        role = assignment.properties["roleDefinitionId"].rsplit("/", 1)[-1]
        who = find_identity(assignment.properties["principalId"]) or DEPLOYER
        yield Grant(who, ROLE_NAMES[role], shorten_id(find_scope(assignment)))


def shorten_id(scope: str) -> str:
    """An id from its provider on, without what makes names unique worldwide."""
    _, _, path = scope.partition("/providers/")
    provider, kind, name, *rest = path.split("/")
    return "/".join([provider, kind, UNIQUE.sub("", name), *rest])


if __name__ == "__main__":
    DEPLOYED_FILE.write_text(write_grants(list_grants(read_with_deployer())), encoding="utf-8")
