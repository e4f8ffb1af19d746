"""``python -m local sbom``: everything that is deployed, as a CycloneDX list (SBOM).

It follows from the locks alone, so the same locks give the same list on any machine.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from local.setup import locks
from local.supply.locked import Locked, describe_environment, read_lock
from local.supply.npm_lock import DASHBOARD, NodePackage, list_shipped
from local.supply.pins import PYPROJECT

SYSTEM = "linux"  # where functions run


def write_sbom(*, python: str, made_at: datetime) -> str:
    """The list for functions on *python* (3.11) and their page, as CycloneDX 1.6 in JSON."""
    deployed, page = list_deployed(python), list_shipped(DASHBOARD)
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    root = Component(
        type=ComponentType.APPLICATION, name=project["name"], version=project["version"],
        bom_ref=project["name"], description=project["description"],
        licenses=[DisjunctiveLicense(id=project["license"])],
    )  # fmt: skip
    bom = Bom(
        serial_number=_number(project["version"], python, deployed, page),
        metadata=BomMetaData(component=root, timestamp=made_at.astimezone(UTC)),
    )
    components = {entry.name: _describe(entry) for entry in deployed}
    parts = {package.name: _describe_node(package) for package in page}
    for component in [*components.values(), *parts.values()]:
        bom.components.add(component)
    direct = [components[entry.name] for entry in deployed if entry.direct]
    direct += [parts[package.name] for package in page if package.direct]
    bom.register_dependency(root, direct)
    for package in page:
        bom.register_dependency(parts[package.name], [parts[name] for name in package.wants])
    for name, component in components.items():
        wanted = [components[entry.name] for entry in deployed if name in entry.wanted_by]
        bom.register_dependency(component, wanted)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def list_deployed(python: str) -> list[Locked]:
    """The releases in the deployed package, by name."""
    environment = describe_environment(python, SYSTEM)
    entries = [*read_lock(locks.FUNCTIONS), *read_lock(locks.TORCH)]
    chosen = [entry for entry in entries if entry.applies(environment)]
    return sorted(chosen, key=lambda entry: entry.name)


def _describe(entry: Locked) -> Component:
    url = PackageURL("pypi", name=entry.name, version=entry.version)
    return Component(
        type=ComponentType.LIBRARY, name=entry.name, version=entry.version, purl=url,
        bom_ref=url.to_string(),
        # One of these files is installed: the one for the machine.
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url.to_string()),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in entry.hashes],
            )
        ],
    )  # fmt: skip


def _describe_node(package: NodePackage) -> Component:
    namespace, _, name = package.name.rpartition("/")
    url = PackageURL("npm", namespace=namespace or None, name=name, version=package.version)
    return Component(
        type=ComponentType.LIBRARY, name=package.name, version=package.version, purl=url,
        bom_ref=url.to_string(),
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url.to_string()),
                hashes=[HashType(alg=HashAlgorithm.SHA_512, content=package.sha512)],
            )
        ],
    )  # fmt: skip


def _number(
    version: str, python: str, deployed: Sequence[Locked], page: Sequence[NodePackage]
) -> uuid.UUID:
    """A serial number that changes when what is deployed does."""
    lines = [f"{locked.name}=={locked.version}" for locked in deployed]
    lines += [f"{package.name}=={package.version}" for package in page]
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(("tocsin", version, python, *lines)))
