from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping

import pytest

from tests.paths import ROOT
from tests.unit.tocsin.schemas import checked
from tocsin.settings import Connection, InvalidSettingError, find_problems, read_settings

MINIMAL = {
    "CosmosDB": "c",
    "BlobStorage": "b",
    "WebPubSub": "w",
    "IotHub": "i",
    "AzureWebJobsStorage": "q",
}


def sample() -> dict[str, str]:
    document = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    values: dict[str, str] = document["Values"]
    return values


class Recording(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def test_every_setting_that_the_product_reads_is_in_the_sample() -> None:
    environment = Recording(sample())
    read_settings(environment)
    asked = {name for name in environment.asked if "__" not in name}
    assert {"CosmosDB", "MODEL_REFRESH_S", "WEBSITE_AUTH_ENABLED"} <= asked
    assert asked <= set(environment)


def test_the_sample_follows_its_schema() -> None:
    document = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    assert checked(document, "local.settings.schema.json") == []


def test_defaults_apply() -> None:
    settings = read_settings(MINIMAL)
    assert (settings.database, settings.webpubsub_hub) == ("tocsin", "tocsin")
    assert settings.model_refresh_s == 30
    assert settings.false_alerts_per_device_day == 0.5
    assert settings.platform_auth is False


@pytest.mark.parametrize(
    ("text", "on"), [("True", True), ("true", True), ("1", False), ("", False)]
)
def test_authentication_counts_as_on_only_when_the_platform_says_so(text: str, on: bool) -> None:
    assert read_settings({**MINIMAL, "WEBSITE_AUTH_ENABLED": text}).platform_auth is on


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("CosmosDB", "accountEndpoint"),
        ("BlobStorage", "serviceUri"),
        ("WebPubSub", "serviceUri"),
        ("IotHub", "hostName"),
        ("AzureWebJobsStorage", "queueServiceUri"),
    ],
)
def test_a_connection_takes_a_string_or_an_identity(name: str, suffix: str) -> None:
    without = {key: value for key, value in MINIMAL.items() if key != name}
    with pytest.raises(InvalidSettingError, match=f"set {name} .* {name}__{suffix}"):
        read_settings(without)
    with pytest.raises(InvalidSettingError, match=name):
        read_settings({**MINIMAL, name: ""})
    keyless = {**without, f"{name}__{suffix}": "https://x", f"{name}__clientId": "id"}
    settings = read_settings(keyless)
    every = (settings.cosmos, settings.blob, settings.webpubsub, settings.iothub, settings.queue)
    found = {one.name: one for one in every}
    assert found[name] == Connection(name, None, "https://x", "id")


@pytest.mark.parametrize(
    ("name", "suffix", "given", "endpoint"),
    [
        ("AzureWebJobsStorage", "accountName", "acme", "https://acme.queue.core.windows.net"),
        ("BlobStorage", "accountName", "acme", "https://acme.blob.core.windows.net"),
        ("BlobStorage", "blobServiceUri", "https://b", "https://b"),
    ],
)
def test_a_storage_account_may_be_named_in_the_hosts_other_spellings(
    name: str, suffix: str, given: str, endpoint: str
) -> None:
    without = {key: value for key, value in MINIMAL.items() if key != name}
    settings = read_settings({**without, f"{name}__{suffix}": given})
    found = {"AzureWebJobsStorage": settings.queue, "BlobStorage": settings.blob}
    assert found[name].endpoint == endpoint


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidSettingError) as caught:
        read_settings({"CosmosDB": "c", "MODEL_REFRESH_S": "soon"})
    assert set(caught.value.names) == {*MINIMAL, "MODEL_REFRESH_S"} - {"CosmosDB"}
    assert "WebPubSub__serviceUri" in str(caught.value)
    assert "not 'soon'" in str(caught.value)


def test_what_only_the_triggers_name_is_missed_too() -> None:
    assert find_problems(sample()) == []
    bare = {**sample(), "TelemetryHub": "", "DRIFT_SCHEDULE": "", "COSMOS_DATABASE": ""}
    lines = find_problems(bare)
    assert len(lines) == 3
    assert "TelemetryHub__fullyQualifiedNamespace" in lines[0]
    assert lines[1:] == ["set COSMOS_DATABASE", "set DRIFT_SCHEDULE"]
    keyless = {**bare, "TelemetryHub__fullyQualifiedNamespace": "x"}
    assert len(find_problems(keyless)) == 2


@pytest.mark.parametrize("text", ["", "few", "0", "-1", "nan", "inf", "0.0009", "101"])
def test_a_wrong_rate_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSettingError, match="FALSE_ALERTS_PER_DEVICE_DAY"):
        read_settings({**MINIMAL, "FALSE_ALERTS_PER_DEVICE_DAY": text})


@pytest.mark.parametrize("text", ["", "soon", "0", "-1", "nan", "inf", "86400"])
def test_a_wrong_number_of_seconds_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSettingError, match="MODEL_REFRESH_S"):
        read_settings({**MINIMAL, "MODEL_REFRESH_S": text})


@pytest.mark.parametrize("text", ["", "soon", "0.5", "-1", "nan", "inf", "3601"])
def test_a_wrong_interval_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSettingError, match="METRICS_EVERY_S"):
        read_settings({**MINIMAL, "METRICS_EVERY_S": text})


def test_an_interval_may_be_never() -> None:
    assert read_settings(MINIMAL).metrics_every_s == 0
    assert read_settings({**MINIMAL, "METRICS_EVERY_S": "60"}).metrics_every_s == 60


def test_public_keys_are_read_several_at_a_time() -> None:
    first, second = b64encode(b"a" * 32).decode(), b64encode(b"b" * 32).decode()
    for text in (f"{first} {second}", f"{first},{second}", f" {first} ,\n{second} "):
        settings = read_settings({**MINIMAL, "MODEL_SIGNING_KEYS": text})
        assert settings.model_signing_keys == (b"a" * 32, b"b" * 32)
    assert read_settings(MINIMAL).model_signing_keys == ()


@pytest.mark.parametrize("text", ["key", "YQ==", "a" * 44, "\u00fc" * 44, "YQ== "])
def test_what_is_no_public_key_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSettingError, match="MODEL_SIGNING_KEYS"):
        read_settings({**MINIMAL, "MODEL_SIGNING_KEYS": text})
