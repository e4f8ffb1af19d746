"""What would be deployed for dev and for prod, against what the code needs of it."""

from __future__ import annotations

import pytest

from tests.unit.infra.compilers import BICEP, find_errors, need_reader
from tests.unit.infra.deployment import Deployment, read_deployment
from tests.unit.infra.rules.containers import Container, check_containers_equal
from tests.unit.infra.rules.every import RULES

pytestmark = pytest.mark.usefixtures("_reader")


@pytest.fixture(scope="module")
def _reader() -> None:
    need_reader()


@pytest.fixture(scope="module", params=["dev", "prod"])
def deployment(request: pytest.FixtureRequest, _reader: None) -> Deployment:
    return read_deployment(request.param)


def test_the_files_are_bicep_without_an_error_or_a_warning() -> None:
    assert find_errors(BICEP) == ""


@pytest.mark.parametrize("rule", RULES)
def test_rule(deployment: Deployment, rule: str) -> None:
    assert list(RULES[rule](deployment)) == []


def test_containers_equal_the_local_ones(
    deployment: Deployment, local_containers: frozenset[Container]
) -> None:
    assert local_containers
    assert list(check_containers_equal(deployment, local_containers)) == []


def test_every_module_is_used_and_every_parameter_reaches_a_resource() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in BICEP.rglob("*.bicep")}
    main = sources[BICEP / "main.bicep"]
    for path in sources:
        name = path.relative_to(BICEP).as_posix()
        assert name == "main.bicep" or f"'{name}'" in main, f"{name} is used by nobody"
