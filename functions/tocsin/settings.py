"""Every setting the product reads, checked once. Meanings are in docs/settings.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.domain.errors import TocsinError
from tocsin.domain.signing import parse_public_keys


class InvalidSettingError(TocsinError):
    """A setting is missing or malformed."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How a service is reached: by a connection string, or by address and managed identity.

    Named and spelled as Functions does for its own bindings: ``NAME`` holds a connection string,
    or ``NAME__<suffix>`` an address, with ``NAME__clientId`` for a user-assigned identity.
    """

    name: str
    connection_string: str | None
    endpoint: str | None
    client_id: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    cosmos: Connection
    blob: Connection
    webpubsub: Connection
    iothub: Connection
    queue: Connection
    database: str
    webpubsub_hub: str
    platform_auth: bool
    model_refresh_s: float
    model_signing_keys: tuple[bytes, ...]
    false_alerts_per_device_day: float


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings of *environment*; raises InvalidSettingError naming the first bad one."""
    return Settings(
        cosmos=_connection(environment, "CosmosDB", "accountEndpoint"),
        blob=_connection(environment, "BlobStorage", "serviceUri"),
        webpubsub=_connection(environment, "WebPubSub", "serviceUri"),
        iothub=_connection(environment, "IotHub", "hostName"),
        # The host's own storage, since its queue trigger reads what is put there.
        queue=_connection(environment, "AzureWebJobsStorage", "queueServiceUri"),
        database=environment.get("COSMOS_DATABASE", "tocsin"),
        webpubsub_hub=environment.get("WEB_PUBSUB_HUB", "tocsin"),
        # Set by the platform itself while its authentication is on for the app; without it anyone
        # could send the header that names the user.
        platform_auth=environment.get("WEBSITE_AUTH_ENABLED", "").lower() == "true",
        model_refresh_s=_seconds(environment, "MODEL_REFRESH_S", "30"),
        model_signing_keys=_public_keys(environment, "MODEL_SIGNING_KEYS"),
        false_alerts_per_device_day=_rate(environment, "FALSE_ALERTS_PER_DEVICE_DAY", "0.5"),
    )


def _connection(environment: Mapping[str, str], name: str, suffix: str) -> Connection:
    connection_string = environment.get(name) or None
    endpoint = environment.get(f"{name}__{suffix}") or None
    if connection_string is None and endpoint is None:
        raise InvalidSettingError(
            f"set {name} to a connection string, or {name}__{suffix} to an address for a managed "
            "identity (docs/settings.md)"
        )
    return Connection(name, connection_string, endpoint, environment.get(f"{name}__clientId"))


def _public_keys(environment: Mapping[str, str], name: str) -> tuple[bytes, ...]:
    try:
        return parse_public_keys(environment.get(name, ""))
    except ValueError as error:
        raise InvalidSettingError(
            f"{name} must hold public keys as python -m ml_model keygen prints them: {error}"
        ) from error


def _seconds(environment: Mapping[str, str], name: str, default: str) -> float:
    text = environment.get(name, default)
    try:
        seconds = float(text)
    except ValueError as error:
        raise InvalidSettingError(f"{name} must be a number of seconds, not {text!r}") from error
    if not 0 < seconds < 86_400:
        raise InvalidSettingError(f"{name} must lie between 0 and 86400 seconds, not {text!r}")
    return seconds


def _rate(environment: Mapping[str, str], name: str, default: str) -> float:
    text = environment.get(name, default)
    try:
        rate = float(text)
    except ValueError as error:
        raise InvalidSettingError(f"{name} must be a number a day, not {text!r}") from error
    # Rarer than once in three years nothing can be told from days of normal running.
    if not 0.001 <= rate <= 100:
        raise InvalidSettingError(f"{name} must lie between 0.001 and 100 a day, not {text!r}")
    return rate
