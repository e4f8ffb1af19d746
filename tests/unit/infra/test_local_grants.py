"""The laptop's roles are those of a deployment, and its settings have the same names."""

from __future__ import annotations

from pathlib import Path

from local.endpoints import Endpoints
from local.environments import list_app_settings
from local.identities.grants import read_deployed
from tests.unit.infra.compilers import need_reader
from tests.unit.infra.deployment import read_deployment
from tests.unit.infra.local_grants import list_grants, read_with_deployer


def test_the_laptop_grants_what_bicep_grants() -> None:
    need_reader()
    assert read_deployed() == list_grants(read_with_deployer()), (
        "write them anew: python -m tests.unit.infra.local_grants"
    )


def test_a_run_without_keys_has_the_settings_of_a_deployment(tmp_path: Path) -> None:
    need_reader()
    deployed = read_deployment("dev").app_settings
    local = list_app_settings(Endpoints.without_keys("127.0.0.1", tmp_path), tmp_path)
    named = {name for name, value in local.items() if "__" in name and value}
    assert named == {name for name in deployed if "__" in name}
    for name in named:
        if name.endswith("__credential"):
            assert local[name] == deployed[name]


def test_a_run_without_keys_holds_no_key(tmp_path: Path) -> None:
    endpoints = Endpoints.without_keys("127.0.0.1", tmp_path)
    for name, value in list_app_settings(endpoints, tmp_path).items():
        assert "AccountKey" not in value, name
        assert "SharedAccessKey" not in value, name
        assert "AccessKey" not in value, name
