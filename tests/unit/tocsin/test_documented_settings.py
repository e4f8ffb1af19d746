"""The settings are the same in the list, in the sample, in the docs and in the code."""

from __future__ import annotations

import json
import re

from tests.paths import ROOT
from tests.unit.tocsin.settings_table import PAGE, fill_page
from tocsin.app_settings.declared import BY_NAME, SETTINGS, Reader, Source

PACKAGE = ROOT / "functions/tocsin"


def _sample() -> dict[str, str]:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    assert sample["IsEncrypted"] is False
    values: dict[str, str] = sample["Values"]
    return values


def _list_named(*, reader: Reader) -> set[str]:
    return {
        setting.name
        for setting in SETTINGS
        if setting.reader in {reader, Reader.BOTH} and setting.source is not Source.AZURE
    }


def test_the_docs_have_the_table_of_what_is_declared() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == fill_page(page), "run python -m tests.unit.tocsin.settings_table"


def test_no_setting_is_declared_twice() -> None:
    assert len(BY_NAME) == len(SETTINGS)


def test_the_sample_has_what_a_laptop_sets_in_that_order() -> None:
    declared = [setting.name for setting in SETTINGS if setting.source is not Source.AZURE]
    assert [*_sample()] == declared


def test_defaults_are_those_of_the_sample() -> None:
    for name, value in _sample().items():
        setting = BY_NAME[name]
        if setting.default is not None and setting.source is Source.EVERYWHERE:
            assert value == setting.default, name


def test_bindings_name_what_is_declared_for_the_host() -> None:
    named: set[str] = set()
    for source in (PACKAGE / "triggers").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        named |= set(re.findall(r"%(\w+)%", text))
        named |= set(re.findall(r'connection="(\w+)"', text))
    assert named, "the patterns find nothing"
    # The host's own, which no binding names.
    own = {
        "FUNCTIONS_WORKER_RUNTIME",
        "AzureWebJobsDisableHomepage",
        "AzureFunctionsJobHost__extensions__cosmosDB__connectionMode",
    }
    assert named == _list_named(reader=Reader.HOST) - own


def test_code_reads_what_is_declared_for_the_product() -> None:
    text = (PACKAGE / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'reader\.read\w*\(\s*"(\w+)"', text))
    # Read by `requests`, below azure-iot-hub.
    assert read == _list_named(reader=Reader.PRODUCT) - {"REQUESTS_CA_BUNDLE"}


def test_the_environment_is_read_in_no_other_place() -> None:
    reading = re.compile(r"os\.environ|os\.getenv")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if reading.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"bootstrap.py"}


def test_every_setting_is_json_text() -> None:
    assert all(isinstance(value, str) for value in _sample().values())
