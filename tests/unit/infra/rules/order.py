"""What Azure refuses in the wrong order comes in the right one, and main.bicep says why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from tests.unit.infra.deployment import Deployment

# The later module, and what has to be there before it.
BEFORE = {
    "rolesOfCapture": {"lake", "identities"},
    "events": {"rolesOfCapture"},
    "rolesOfHub": {"events"},
    "hub": {"rolesOfHub"},
    "endpoints": {"network", "host", "lake", "events", "cosmos", "webPubSub", "vault"},
    "rolesOfApp": {"host", "lake", "events", "hub", "cosmos", "webPubSub", "monitoring", "vault"},
    "app": {"rolesOfApp", "endpoints", "host", "network"},
}
MODULE = re.compile(r"^module (\w+) .*?^}", re.MULTILINE | re.DOTALL)


def check_order(deployment: Deployment) -> Iterator[str]:
    needs = find_needs(_read_main(deployment))
    for later, wanted in BEFORE.items():
        for earlier in sorted(wanted - _find_all_before(later, needs)):
            yield f"{later} does not wait for {earlier}"


def check_reasons_of_order(deployment: Deployment) -> Iterator[str]:
    lines = _read_main(deployment).splitlines()
    for before, line in pairwise(lines):
        if line.strip().startswith("dependsOn:") and not before.strip().startswith("//"):
            yield "a dependsOn of main.bicep does not say why"


def check_steps_of_roles(deployment: Deployment) -> Iterator[str]:
    for module, step in (
        ("rolesOfCapture", "capture"),
        ("rolesOfHub", "hub"),
        ("rolesOfApp", "app"),
    ):
        body = next((m[0] for m in MODULE.finditer(_read_main(deployment)) if m[1] == module), "")
        if f"step: '{step}'" not in body or "'rbac.bicep'" not in body:
            yield f"{module} does not give the roles of the step {step}"


def find_needs(source: str) -> Mapping[str, set[str]]:
    """By module the modules that its text names: their outputs, or in dependsOn."""
    bodies = {match[1]: match[0] for match in MODULE.finditer(source)}
    return {
        name: {
            other
            for other in bodies
            if other != name
            and re.search(rf"\b{other}!?\.outputs\b|dependsOn: \[[^]]*\b{other}\b", body)
        }
        for name, body in bodies.items()
    }


def _find_all_before(module: str, needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = set(needs.get(module, ()))
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= needs.get(name, set()) - found
    return found


def _read_main(deployment: Deployment) -> str:
    return (deployment.folder / "main.bicep").read_text(encoding="utf-8")
