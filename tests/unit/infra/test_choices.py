"""What parameters choose: a person who deploys, secrets of others, mails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.unit.infra.compilers import need_reader
from tests.unit.infra.deployment import Deployment, read_deployment
from tests.unit.infra.rules.keys import check_keys_are_off, check_no_setting_holds_a_key
from tests.unit.infra.rules.roles import ASSIGNMENTS, OF_DATABASE, VAULT, find_grants

DEPLOYER = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    need_reader()
    folder: Path = tmp_path_factory.mktemp("choices") / "infra"
    shutil.copytree(ROOT / "infra", folder)
    parameters = folder / "bicep/main.prod.bicepparam"
    lines = [
        line
        for line in parameters.read_text(encoding="utf-8").splitlines()
        if not line.startswith(("param deployer", "param alertEmail"))
    ]
    lines += [
        f"param deployerId = '{DEPLOYER}'",
        "param deployerType = 'ServicePrincipal'",
        "param alertEmail = 'plant@example.com'",
        "param pageAddress = 'https://tocsin.example.com'",
        "param secretSettings = {\n  MAIL_PASSWORD: 'mail-password'\n}",
    ]
    parameters.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_deployment("prod", folder / "bicep")


def test_who_deploys_publishes_registers_and_reads(chosen: Deployment) -> None:
    found = {
        (assignment.properties["principalType"], assignment.properties["roleDefinitionId"][-36:])
        for assignment in chosen.find_all(ASSIGNMENTS)
        if assignment.properties["principalId"] == DEPLOYER
    }
    assert found == {
        (
            "ServicePrincipal",
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        ),  # Storage Blob Data Contributor
        ("ServicePrincipal", "4fc6c259-987e-4a07-842e-c321cc9d413f"),  # IoT Hub Data Contributor
    }
    (reader,) = (
        assignment
        for assignment in chosen.find_all(OF_DATABASE)
        if assignment.properties["principalId"] == DEPLOYER
    )
    assert reader.properties["roleDefinitionId"].endswith("0001")


def test_a_secret_of_others_is_in_a_vault_that_the_app_may_read(chosen: Deployment) -> None:
    vault = chosen.find_only("Microsoft.KeyVault/vaults")
    assert vault.properties["publicNetworkAccess"] == "Disabled"
    assert VAULT in find_grants(chosen)
    assert chosen.app_settings["MAIL_PASSWORD"] == (
        f"@Microsoft.KeyVault(VaultName={vault.name};SecretName=mail-password)"
    )
    assert "pe-vault" in {
        door.name for door in chosen.find_all("Microsoft.Network/privateEndpoints")
    }
    assert list(check_keys_are_off(chosen)) == []
    assert list(check_no_setting_holds_a_key(chosen)) == []


def test_messages_link_to_a_domain_of_ones_own(chosen: Deployment) -> None:
    assert chosen.app_settings["TOCSIN_PAGE"] == "https://tocsin.example.com"


def test_alarms_and_the_budget_are_mailed(chosen: Deployment) -> None:
    group = chosen.find_only("Microsoft.Insights/actionGroups").properties
    assert [mail["emailAddress"] for mail in group["emailReceivers"]] == ["plant@example.com"]
    budget = chosen.find_only("Microsoft.Consumption/budgets").properties
    assert all(
        told["contactEmails"] == ["plant@example.com"] for told in budget["notifications"].values()
    )
