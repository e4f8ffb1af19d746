"""The tables of docs/azure.md, made from what would be deployed.

``python -m tests.unit.infra.table`` writes them into the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.paths import ROOT
from tests.unit.infra.deployment import Deployment, Resource, read_deployment, strip_token
from tests.unit.infra.rules.roles import ASSIGNMENTS, OF_DATABASE, ROLE_NAMES, read_grant

PAGE = ROOT / "docs/azure.md"
# Parts of another resource of the table: named with it, not by themselves.
PARTS = {
    ASSIGNMENTS,
    OF_DATABASE,
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Storage/storageAccounts/queueServices",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
}


def make_resources_table(dev: Deployment, prod: Deployment) -> str:
    """A line for each type of resource: its names, and where they differ how."""
    lines = ["| resource | names in dev | beside these in prod |", "|---|---|---|"]
    kinds = list(dict.fromkeys(resource.type for resource in (*dev.resources, *prod.resources)))
    for kind in kinds:
        if kind not in PARTS:
            small, large = _count_names(dev.find_all(kind)), _count_names(prod.find_all(kind))
            lines.append(f"| `{kind}` | {_join_names(small)} | {_join_names(large - small)} |")
    return "\n".join(lines)


def make_roles_table(dev: Deployment) -> str:
    lines = ["| who | role | on | why |", "|---|---|---|---|"]
    lines += sorted(_make_role_lines(dev))
    return "\n".join(lines)


def fill_page(tables: Sequence[tuple[str, str]], page: str) -> str:
    """*page* with each table between its two marks."""
    for name, table in tables:
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(start)
        _, _, after = rest.partition(end)
        page = f"{before}{start}\n\n{table}\n\n{end}{after}"
    return page


def make_tables() -> list[tuple[str, str]]:
    """Raises BicepError when the files are none that can be deployed."""
    dev, prod = read_deployment("dev"), read_deployment("prod")
    return [("resources", make_resources_table(dev, prod)), ("roles", make_roles_table(dev))]


def _count_names(resources: Sequence[Resource]) -> Counter[str]:
    return Counter(_shorten(resource) for resource in resources)


def _shorten(resource: Resource) -> str:
    parts = resource.name.split("/")
    name = parts[-1] if len(parts) > 1 else resource.name
    name = strip_token(name)
    return "(a GUID)" if re.fullmatch(r"[0-9a-f-]{36}", name) else name


def _join_names(names: Counter[str]) -> str:
    shown = [
        f"`{name}`" + (f" ({count} of them)" if count > 1 else "") for name, count in names.items()
    ]
    return ", ".join(shown) or ""


def _make_role_lines(deployment: Deployment) -> Iterator[str]:
    for assignment in deployment.find_all(ASSIGNMENTS) + deployment.find_all(OF_DATABASE):
        grant = read_grant(assignment)
        if grant is not None:
            # A role of the database's own kind holds no text.
            why = assignment.properties.get("description", "Documents are read and written")
            yield f"| `{grant.who}` | {ROLE_NAMES[grant.role]} | `{grant.on}` | {why} |"


if __name__ == "__main__":
    PAGE.write_text(fill_page(make_tables(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
