"""The settings by which the parts of the local stack find each other."""

from __future__ import annotations

from pathlib import Path

from local.endpoints import Endpoints
from local.identities.grants import APP, DEPLOYER, RUN_FILE
from local.identities.tokens import find_client_id
from local.prepare import DATABASE
from local.services import IDENTITY_HEADERS
from ml_model.release.signing import KEY_FILE_SETTING, PUBLIC_SETTING, make_key, read_public_key


def find_authority(state: Path) -> Path:
    """Where the hub keeps the certificate authority (PEM) that its own certificate is from."""
    return state / "iothub/certificates/ca.pem"


def find_signing_key(state: Path) -> Path:
    """Where the private key (PEM) lies that signs the model bundles of a run."""
    return state / "signing/key.pem"


def keep_signing_key(state: Path) -> Path:
    """The private key of *state*'s runs, made where there is none yet."""
    key = find_signing_key(state)
    if not key.exists():
        make_key(key)
    return key


def list_signing_settings(state: Path) -> dict[str, str]:
    """The public key that the app trusts; nothing before there is one."""
    key = find_signing_key(state)
    return {PUBLIC_SETTING: read_public_key(key)} if key.exists() else {}


def is_keyless(state: Path) -> bool:
    """Whether the data in *state* is of a run without keys."""
    return (state / "identity" / RUN_FILE).exists()


def list_app_settings(endpoints: Endpoints, state: Path) -> dict[str, str]:
    """Settings that win over local.settings.json, since ports may differ from its."""
    page = {"TOCSIN_PAGE": endpoints.page_url}
    if endpoints.keyless is not None:
        return {
            **page,
            **_list_keyless_settings(endpoints),
            **_list_identity(endpoints, APP),
            **list_signing_settings(state),
        }
    return {
        **page,
        "AzureWebJobsStorage": endpoints.storage_connection,
        "TelemetryHub": endpoints.eventhub_connection,
        "CosmosDB": endpoints.cosmos_connection,
        "BlobStorage": endpoints.storage_connection,
        "IotHub": endpoints.iothub_connection,
        "WebPubSub": endpoints.webpubsub_connection,
        "APPLICATIONINSIGHTS_CONNECTION_STRING": endpoints.insights_connection,
        # Of `python -m local mail`; without it, deliveries say that nobody listens there.
        "SMTP_URL": endpoints.mail_server,
        "MAIL_FROM": "tocsin@localhost",
        # Read by `requests`, which azure-iot-hub is built on; written when the hub starts.
        "REQUESTS_CA_BUNDLE": str(find_authority(state)),
        **list_signing_settings(state),
    }


def _list_keyless_settings(endpoints: Endpoints) -> dict[str, str]:
    """The app settings of a deployment, by the same names; a test compares them with Bicep's."""
    client_id = find_client_id(APP)
    return {
        # local.settings.json has connection strings; a name without a value is none.
        "AzureWebJobsStorage": "",
        "TelemetryHub": "",
        "CosmosDB": "",
        "BlobStorage": "",
        "IotHub": "",
        "WebPubSub": "",
        "AzureWebJobsStorage__blobServiceUri": endpoints.find_storage_url("blob", "sthost"),
        "AzureWebJobsStorage__queueServiceUri": endpoints.find_storage_url("queue", "sthost"),
        "AzureWebJobsStorage__tableServiceUri": endpoints.find_storage_url("table", "sthost"),
        "AzureWebJobsStorage__credential": "managedidentity",
        "AzureWebJobsStorage__clientId": client_id,
        "TelemetryHub__fullyQualifiedNamespace": endpoints.host,
        "TelemetryHub__credential": "managedidentity",
        "TelemetryHub__clientId": client_id,
        "CosmosDB__accountEndpoint": endpoints.cosmos_url,
        "CosmosDB__credential": "managedidentity",
        "CosmosDB__clientId": client_id,
        "BlobStorage__serviceUri": endpoints.find_storage_url("blob", "stlake"),
        "BlobStorage__clientId": client_id,
        "IotHub__hostName": f"{endpoints.host}:{endpoints.iothub}",
        "IotHub__clientId": client_id,
        "WebPubSub__serviceUri": endpoints.webpubsub_url,
        "WebPubSub__clientId": client_id,
        "APPLICATIONINSIGHTS_CONNECTION_STRING": endpoints.insights_connection,
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": f"Authorization=AAD;ClientId={client_id}",
    }


def _list_identity(endpoints: Endpoints, who: str) -> dict[str, str]:
    """What the platform sets for a process that has the identity *who*, and whom it trusts."""
    authority = str(endpoints.certificates / "ca.pem")
    return {
        "IDENTITY_ENDPOINT": f"http://{endpoints.address}:{endpoints.identity}/msi/token",
        "IDENTITY_HEADER": IDENTITY_HEADERS[who],
        "SSL_CERT_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
    }


def list_device_settings(endpoints: Endpoints, authority: str) -> dict[str, str]:
    """How devices and their provisioning reach the hub, and which *authority* (PEM) they trust."""
    if endpoints.keyless is not None:
        return {
            "IOTHUB_CONNECTION": "",
            "IotHub__hostName": f"{endpoints.host}:{endpoints.iothub}",
            "IOTHUB_CA_FILE": authority,
            **_list_identity(endpoints, DEPLOYER),
        }
    return {
        "IOTHUB_CONNECTION": endpoints.iothub_connection,
        "IOTHUB_CA_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
    }


def list_command_settings(endpoints: Endpoints, state: Path) -> dict[str, str]:
    """All that ``device_sim`` and ``ml_model`` need to work on a running stack."""
    services = (
        {"CosmosDB": endpoints.cosmos_connection, "BlobStorage": endpoints.storage_connection}
        if endpoints.keyless is None
        else {
            "CosmosDB": "",
            "CosmosDB__accountEndpoint": endpoints.cosmos_url,
            "BlobStorage": "",
            "BlobStorage__serviceUri": endpoints.find_storage_url("blob", "stlake"),
        }
    )
    return {
        **list_device_settings(endpoints, str(find_authority(state))),
        "TOCSIN_PAGE": endpoints.page_url,
        "COSMOS_DATABASE": DATABASE,
        **services,
        KEY_FILE_SETTING: str(find_signing_key(state)),
        **list_signing_settings(state),
    }
