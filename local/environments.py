"""The settings by which the parts of the local stack find each other."""

from __future__ import annotations

from pathlib import Path

from local.prepare import DATABASE
from local.services import Endpoints
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


def list_app_settings(endpoints: Endpoints, state: Path) -> dict[str, str]:
    """Settings that win over local.settings.json, since ports may differ from its."""
    return {
        "AzureWebJobsStorage": endpoints.storage_connection,
        "TelemetryHub": endpoints.eventhub_connection,
        "CosmosDB": endpoints.cosmos_connection,
        "BlobStorage": endpoints.storage_connection,
        "IotHub": endpoints.iothub_connection,
        "WebPubSub": endpoints.webpubsub_connection,
        # Read by `requests`, which azure-iot-hub is built on; written when the hub starts.
        "REQUESTS_CA_BUNDLE": str(find_authority(state)),
        **list_signing_settings(state),
    }


def list_device_settings(endpoints: Endpoints, authority: str) -> dict[str, str]:
    """How devices and their provisioning reach the hub, and which *authority* (PEM) they trust."""
    return {
        "IOTHUB_CONNECTION": endpoints.iothub_connection,
        "IOTHUB_CA_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
    }


def list_command_settings(endpoints: Endpoints, state: Path) -> dict[str, str]:
    """All that ``device_sim`` and ``ml_model`` need to work on a running stack."""
    return {
        **list_device_settings(endpoints, str(find_authority(state))),
        "TOCSIN_PAGE": f"http://{endpoints.host}:{endpoints.front}",
        "CosmosDB": endpoints.cosmos_connection,
        "COSMOS_DATABASE": DATABASE,
        "BlobStorage": endpoints.storage_connection,
        KEY_FILE_SETTING: str(find_signing_key(state)),
        **list_signing_settings(state),
    }
