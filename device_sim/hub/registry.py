"""The hub's device registry: fetching keys, registering devices, tagging their twins."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Twin
from msrest.exceptions import ClientException, HttpOperationError
from urllib3.util.retry import Retry

from device_sim.errors import RegistryError
from device_sim.hub.addresses import Hub

TIMEOUT_S = 15
CONCURRENT = 8
ATTEMPTS = 4
LONGEST_PAUSE_S = 5.0
KEY_BYTES = 32
MOST_QUOTED = 300

Result = TypeVar("Result")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A device to register and the tags of its twin."""

    device: str
    tags: Mapping[str, Any]


class Registry(Protocol):
    """The few calls made of a device registry. Each raises RegistryError when it fails."""

    def key_of(self, device: str) -> str | None:
        """The device's primary key; None when it is not registered."""

    def create(self, device: str) -> bool:
        """Register the device with fresh keys. False when it exists, which stays as it is."""

    def tag(self, device: str, tags: Mapping[str, Any]) -> None:
        """Set these tags of the device's twin, leaving others."""


class HubRegistry:
    """The registry through azure-iot-hub, with time-outs and retries on 429 and 5xx."""

    def __init__(self, hub: Hub) -> None:
        self._hub = _call_hub("the connection", _open_registry, hub)
        settings = self._hub.protocol.config
        settings.connection.timeout = TIMEOUT_S
        # The SDK's own policy is written for an older urllib3: it would not retry PATCH.
        settings.retry_policy = _retries

    def key_of(self, device: str) -> str | None:
        try:
            found = _call_hub(device, self._hub.get_device, device)
        except NoSuchDeviceError:
            return None
        return str(found.authentication.symmetric_key.primary_key)

    def create(self, device: str) -> bool:
        keys = [base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() for _ in range(2)]
        try:
            _call_hub(device, self._hub.create_device_with_sas, device, *keys, "enabled")
        except DeviceExistsError:
            return False
        return True

    def tag(self, device: str, tags: Mapping[str, Any]) -> None:
        _call_hub(device, self._hub.update_twin, device, Twin(tags=dict(tags)))


def _open_registry(hub: Hub) -> IoTHubRegistryManager:
    if hub.connection is not None:
        return IoTHubRegistryManager.from_connection_string(hub.connection)
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (slow, and seldom needed)

    return IoTHubRegistryManager.from_token_credential(hub.service_host, DefaultAzureCredential())


def _retries() -> Retry:
    return Retry(
        total=ATTEMPTS,
        backoff_factor=0.3,
        backoff_max=LONGEST_PAUSE_S,
        status_forcelist=(429, 500, 502, 503, 504),
        # Creating a device twice answers 409, and tags are set, not added: all may be repeated.
        allowed_methods=None,
        raise_on_status=False,
    )


class NoSuchDeviceError(RegistryError):
    """The device is not registered."""


class DeviceExistsError(RegistryError):
    """The device is registered already."""


def _call_hub(subject: str, function: Callable[..., Answer], *arguments: object) -> Answer:
    try:
        return function(*arguments)
    except HttpOperationError as error:
        status = error.response.status_code
        text = f"{subject}: the device registry answered {status}"
        if status == 404:
            raise NoSuchDeviceError(text) from error
        if status == 409:
            raise DeviceExistsError(text) from error
        hint = "; check IOTHUB_CONNECTION's key, or your role" if status in {401, 403} else ""
        # The SDK's error says no more than the status; the answer says what is missing.
        reason = f": {error.response.text[:MOST_QUOTED]}" if error.response.text else ""
        raise RegistryError(text + hint + reason) from error
    except (ClientException, OSError, ValueError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise RegistryError(f"{subject}: the device registry cannot be used: {reason}") from error


def device_keys(registry: Registry, devices: Sequence[str]) -> dict[str, str]:
    """The primary key of each device.

    Raises RegistryError that names devices not registered and how to register them.
    """
    found = dict(zip(devices, _concurrently(registry.key_of, devices), strict=True))
    missing = [device for device, key in found.items() if key is None]
    if missing:
        named = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        raise RegistryError(
            f"not registered: {named} ({len(missing)} of {len(found)} devices); register with "
            "python -m device_sim provision"
        )
    return {device: key for device, key in found.items() if key is not None}


def provision_devices(registry: Registry, enrolments: Iterable[Enrolment]) -> int:
    """Register each device that is not yet, and set its tags. Returns how many were new."""

    def enrol(enrolment: Enrolment) -> bool:
        created = registry.create(enrolment.device)
        registry.tag(enrolment.device, enrolment.tags)
        return created

    return sum(_concurrently(enrol, list(enrolments)))


def _concurrently(function: Callable[[Any], Result], arguments: Sequence[Any]) -> list[Result]:
    with ThreadPoolExecutor(CONCURRENT) as pool:
        return list(pool.map(function, arguments))
