"""Every setting of the function app, with its meaning: the one list that code, docs, sample and
Bicep are held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Source(Enum):
    """Who sets it."""

    EVERYWHERE = "local.settings.json on a laptop, Bicep in Azure"
    LAPTOP = "local.settings.json on a laptop alone"
    AZURE = "Bicep in Azure alone"
    SECRET = "local.settings.json on a laptop, `secretSettings` in Azure"  # noqa: S105 (no secret)
    PLATFORM = "local.settings.json on a laptop, the platform in Azure"


class Reader(Enum):
    """Who reads it."""

    PRODUCT = "the product"
    HOST = "the functions host, for its triggers and itself"
    BOTH = "the product and the host"


@dataclass(frozen=True, slots=True)
class Address:
    """One spelling of a connection's address: the setting ``NAME__suffix``, and how it is meant."""

    suffix: str
    template: str = "{}"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    meaning: for docs/settings.md. default: what the product takes when it is not set; None where
    nothing will do. Bindings know no defaults: what the host reads has to be set.
    addresses: what a connection may have in place of a connection string, as the product reads it;
    host_addresses: as the host's triggers do.
    """

    name: str
    meaning: str
    default: str | None = None
    source: Source = Source.EVERYWHERE
    reader: Reader = Reader.PRODUCT
    addresses: Sequence[Address] = ()
    host_addresses: Sequence[str] = ()


SETTINGS: Sequence[Setting] = (
    Setting(
        "FUNCTIONS_WORKER_RUNTIME",
        "`python`; read by Core Tools (not set on Flex Consumption)",
        default="python",
        source=Source.PLATFORM,
        reader=Reader.HOST,
    ),
    Setting(
        "AzureWebJobsStorage",
        "connection of the functions host: checkpoints, keys, timers, and the queues "
        "`rebalance-requests` and `notifications`",
        reader=Reader.BOTH,
        addresses=(
            Address("queueServiceUri"),
            Address("accountName", "https://{}.queue.core.windows.net"),
        ),
        host_addresses=("blobServiceUri", "queueServiceUri", "tableServiceUri"),
    ),
    Setting(
        "TelemetryHub",
        "connection of the Event Hubs namespace that IoT Hub routes to",
        reader=Reader.HOST,
        host_addresses=("fullyQualifiedNamespace",),
    ),
    Setting("TELEMETRY_EVENT_HUB", "the event hub's name", reader=Reader.HOST),
    Setting("TELEMETRY_CONSUMER_GROUP", "its consumer group for scoring", reader=Reader.HOST),
    Setting(
        "CosmosDB",
        "connection of the database account",
        reader=Reader.BOTH,
        addresses=(Address("accountEndpoint"),),
        host_addresses=("accountEndpoint",),
    ),
    Setting(
        "AzureFunctionsJobHost__extensions__cosmosDB__connectionMode",
        "`Gateway`: the change feed is read over HTTP, the only way that the stand-in speaks; in "
        "Azure the choice is the host's own",
        default="",
        source=Source.LAPTOP,
        reader=Reader.HOST,
    ),
    Setting("COSMOS_DATABASE", "name of the database", default="tocsin", reader=Reader.BOTH),
    Setting(
        "BlobStorage",
        "connection of the storage account with `models`, `dead-letters` and `leases`",
        addresses=(
            Address("serviceUri"),
            Address("blobServiceUri"),
            Address("accountName", "https://{}.blob.core.windows.net"),
        ),
    ),
    Setting(
        "IotHub",
        "service connection of the hub, to read twins and to order tasks",
        addresses=(Address("hostName"),),
    ),
    Setting(
        "REQUESTS_CA_BUNDLE",
        "a file of certificate authorities in place of those of the system, for calls of IoT Hub: "
        "the local hub has one of its own. The path counts from `functions/`. With a hub in Azure "
        "this has to go",
        default="",
        source=Source.LAPTOP,
    ),
    Setting("WebPubSub", "connection of the live service", addresses=(Address("serviceUri"),)),
    Setting("WEB_PUBSUB_HUB", "its hub", default="tocsin"),
    Setting(
        "WEBSITE_AUTH_ENABLED",
        "App Service sets it to `True` while its authentication is on. Otherwise the API serves "
        "nobody, because anyone could forge the header that names the user",
        default="",
        source=Source.PLATFORM,
    ),
    Setting(
        "AzureWebJobsDisableHomepage",
        "`true`: the page is served at `/`, where the host would greet otherwise",
        reader=Reader.HOST,
    ),
    Setting(
        "MODEL_REFRESH_S",
        "seconds between two looks whether another model bundle is active",
        default="30",
    ),
    Setting(
        "MODEL_SIGNING_KEYS",
        "public keys (Ed25519, base64, separated by spaces or commas) that model bundles must be "
        "signed with; `python -m ml_model keygen` makes one. Without it, bundles are taken "
        "unsigned: whoever can write the container `models` then decides what scores. The log "
        "warns of this once at each start",
        default="",
    ),
    Setting(
        "FALSE_ALERTS_PER_DEVICE_DAY",
        "how many false alerts are accepted per device and day of a profile without an alert "
        "target, from 0.001 to 100; thresholds follow from it",
        default="0.5",
    ),
    Setting(
        "TRACE_SHARE",
        "of which share of messages the way is traced, from 0 to 1; where it is above 0, so are "
        "those that change an alert. Needs `APPLICATIONINSIGHTS_CONNECTION_STRING`",
        default="0",
    ),
    Setting(
        "METRICS_EVERY_S",
        "every so many seconds, from 1 to 3600, what the app counts and times of its own work is "
        "sent; 0 for never. Needs `APPLICATIONINSIGHTS_CONNECTION_STRING`",
        default="0",
    ),
    Setting(
        "PACK_READINGS",
        "`true`: the columns of stored messages are packed into one text, 2 to 8 times as short "
        "(docs/formats.md); other programs that read the database have to unpack them",
        default="false",
    ),
    Setting(
        "LONGEST_SHELF_H",
        "hours for which an incident can be shelved at most, up to 744",
        default="12",
    ),
    Setting(
        "TOCSIN_PAGE",
        "where the page is, such as `https://tocsin.example`: what is told of an incident links to "
        "it there. Without it there are no links. `python -m local` sets its own",
        default="",
    ),
    Setting(
        "SMTP_URL",
        "the mail server: `starttls://user@mail.example:587`, `smtps://…` for TLS from the start, "
        "or `smtp://…` without any, which takes no user. Without it nobody is written to by email",
        default="",
    ),
    Setting("MAIL_FROM", "the address that mails are from", default=""),
    Setting(
        "SMTP_PASSWORD",
        "of the user in `SMTP_URL`; a secret",
        default="",
        source=Source.SECRET,
    ),
    Setting(
        "SLACK_WEBHOOKS",
        "incoming webhooks of Slack, `NAME=https://…` separated by spaces; rules say the name. A "
        "secret",
        default="",
        source=Source.SECRET,
    ),
    Setting(
        "WEBHOOKS",
        "webhooks of other systems, as `SLACK_WEBHOOKS`",
        default="",
        source=Source.SECRET,
    ),
    Setting(
        "WEBHOOK_KEY",
        "the key that webhooks are signed with (HMAC-SHA256), 16 letters at least; a secret",
        default="",
        source=Source.SECRET,
    ),
    Setting(
        "DRIFT_SCHEDULE",
        "when the drift of each profile is measured: six cron fields from seconds to weekdays, "
        "UTC. In the sample seven minutes past each hour",
        reader=Reader.HOST,
    ),
    Setting(
        "REBALANCE_SCHEDULE",
        "when every site is planned, with or without an alert. In the sample every 15 seconds. A "
        "hub of tier S1 can take this for five sites (20 twin queries a minute and unit)",
        reader=Reader.HOST,
    ),
    Setting(
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "where traces and metrics are sent, and by the host logs and figures about the app: an "
        "address, since the component takes nothing by the key in it",
        default="",
    ),
    Setting(
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "the identity that it sends them with",
        source=Source.AZURE,
        reader=Reader.HOST,
    ),
    Setting(
        "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
        "the identity that the platform signs people in with, in place of a client secret",
        source=Source.AZURE,
        reader=Reader.HOST,
    ),
)
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
