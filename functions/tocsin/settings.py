"""Every setting the product reads, checked once. All there are: ``app_settings.declared``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.app_settings.channels import (
    ChannelSettings,
    parse_addresses,
    parse_mail_server,
    parse_page,
    parse_secret,
    parse_sender,
)
from tocsin.app_settings.declared import SETTINGS, Reader, Source
from tocsin.app_settings.reading import (
    Connection,
    InvalidSettingError,
    SettingsReader,
    parse_flag,
    parse_hours,
    parse_interval,
    parse_keys,
    parse_rate,
    parse_seconds,
    parse_share,
)

__all__ = [
    "Connection",
    "InvalidSettingError",
    "Settings",
    "find_problems",
    "read_settings",
]


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
    longest_shelf_h: float
    trace_share: float
    metrics_every_s: float
    pack_readings: bool
    insights: str
    channels: ChannelSettings


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings of *environment*; raises InvalidSettingError naming every bad one."""
    reader = SettingsReader(environment)
    settings = _read(reader)
    if reader.problems:
        raise InvalidSettingError(reader.problems)
    return settings


def find_problems(environment: Mapping[str, str]) -> list[str]:
    """All that the app misses in *environment*, for itself and for its triggers."""
    reader = SettingsReader(environment)
    _read(reader)
    for setting in SETTINGS:
        bound = setting.reader is not Reader.PRODUCT and setting.source is Source.EVERYWHERE
        if bound and setting.name not in reader.problems:
            reader.check_bound(setting)
    return list(reader.problems.values())


def _read(reader: SettingsReader) -> Settings:
    return Settings(
        cosmos=reader.read_connection("CosmosDB"),
        blob=reader.read_connection("BlobStorage"),
        webpubsub=reader.read_connection("WebPubSub"),
        iothub=reader.read_connection("IotHub"),
        # The host's own storage, since its queue trigger reads what is put there.
        queue=reader.read_connection("AzureWebJobsStorage"),
        database=reader.read_text("COSMOS_DATABASE"),
        webpubsub_hub=reader.read_text("WEB_PUBSUB_HUB"),
        # Set by the platform itself while its authentication is on for the app; without it anyone
        # could send the header that names the user.
        platform_auth=reader.read_text("WEBSITE_AUTH_ENABLED").lower() == "true",
        model_refresh_s=reader.read("MODEL_REFRESH_S", parse_seconds, 0.0),
        model_signing_keys=reader.read("MODEL_SIGNING_KEYS", parse_keys, ()),
        false_alerts_per_device_day=reader.read("FALSE_ALERTS_PER_DEVICE_DAY", parse_rate, 0.0),
        longest_shelf_h=reader.read("LONGEST_SHELF_H", parse_hours, 0.0),
        trace_share=reader.read("TRACE_SHARE", parse_share, 0.0),
        metrics_every_s=reader.read("METRICS_EVERY_S", parse_interval, 0.0),
        pack_readings=reader.read("PACK_READINGS", parse_flag, False),
        insights=reader.read_text("APPLICATIONINSIGHTS_CONNECTION_STRING"),
        channels=_read_channels(reader),
    )


def _read_channels(reader: SettingsReader) -> ChannelSettings:
    server = reader.read("SMTP_URL", parse_mail_server, None)
    sender = reader.read("MAIL_FROM", parse_sender, "")
    password = reader.read_text("SMTP_PASSWORD") or None
    if server is not None and not sender and "MAIL_FROM" not in reader.problems:
        reader.problems["MAIL_FROM"] = "MAIL_FROM must be set where SMTP_URL is"
    return ChannelSettings(
        mail=None if server is None else replace(server, sender=sender, password=password),
        slack=reader.read("SLACK_WEBHOOKS", parse_addresses, {}),
        webhooks=reader.read("WEBHOOKS", parse_addresses, {}),
        webhook_key=reader.read("WEBHOOK_KEY", parse_secret, b""),
        page_url=reader.read("TOCSIN_PAGE", parse_page, ""),
    )
