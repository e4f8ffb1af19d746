"""The list of what is deployed is CycloneDX, whole, and the same for the same locks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from local.supply.locked import PYTHONS
from local.supply.pins import read_requirements
from local.supply.sbom import write_sbom

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def read_sbom(python: str = "3.11") -> dict[str, Any]:
    sbom: dict[str, Any] = json.loads(write_sbom(python=python, made_at=NOON))
    return sbom


@pytest.mark.parametrize("python", PYTHONS)
def test_it_is_valid(python: str) -> None:
    text = write_sbom(python=python, made_at=NOON)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_it_follows_from_the_locks_and_the_time_alone() -> None:
    assert write_sbom(python="3.11", made_at=NOON) == write_sbom(python="3.11", made_at=NOON)
    assert read_sbom("3.11")["serialNumber"] != read_sbom("3.13")["serialNumber"]


def test_everything_the_app_asks_for_is_in_it_with_its_hashes() -> None:
    components = {entry["name"]: entry for entry in read_sbom()["components"]}
    assert {pin.name for pin in read_requirements()} <= set(components)
    assert components["torch"]["version"] == "2.13.0+cpu"
    for entry in components.values():
        (reference,) = entry["externalReferences"]
        assert reference["hashes"]
        assert entry["purl"].startswith(("pkg:pypi/", "pkg:npm/"))


def test_what_the_page_is_built_of_is_in_it_and_its_tools_are_not() -> None:
    components = {entry["name"]: entry for entry in read_sbom()["components"]}
    for name in ("react", "@azure/web-pubsub-client", "uplot"):
        assert components[name]["purl"].startswith("pkg:npm/")
        (reference,) = components[name]["externalReferences"]
        assert [entry["alg"] for entry in reference["hashes"]] == ["SHA-512"]
    assert not components.keys() & {"vite", "typescript", "eslint", "ajv", "axe-core"}


def test_nothing_of_tests_and_training_is_in_it() -> None:
    names = {entry["name"] for entry in read_sbom()["components"]}
    assert not names & {"pytest", "mypy", "ruff", "uv", "pandas", "scikit-learn", "azure-eventhub"}


def test_the_programming_model_is_the_one_for_that_python() -> None:
    def find_version(python: str) -> str:
        components = {entry["name"]: entry["version"] for entry in read_sbom(python)["components"]}
        version: str = components["azure-functions"]
        return version

    assert find_version("3.12").startswith("1.")
    assert find_version("3.13").startswith("2.")


def test_everything_is_there_because_something_needs_it() -> None:
    sbom = read_sbom()
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in sbom["dependencies"]}
    reached, ahead = set(), ["tocsin"]
    while ahead:
        reference = ahead.pop()
        if reference not in reached:
            reached.add(reference)
            ahead += needs[reference]
    assert reached == {"tocsin"} | {entry["bom-ref"] for entry in sbom["components"]}
