"""IoT Hub: the devices' twins, read and ordered through azure-iot-hub."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.adapters.failures import LONGEST_TEXT, describe, judge_status, tell_apart
from tocsin.adapters.identity import blocking_credential_for
from tocsin.domain.devices.twins import Twin
from tocsin.domain.errors import DeliveryError
from tocsin.domain.plans.orders import Order
from tocsin.settings import Connection

if TYPE_CHECKING:
    from azure.iot.hub import IoTHubRegistryManager

TIMEOUT_S = 5
ATTEMPTS = 2
LONGEST_PAUSE_S = 2.0
CALLS_AT_ONCE = 8
PAGE = 100
NOT_FOUND = 404

Answer = TypeVar("Answer")


class IotHubTwins:
    """The port Twins over one hub.

    The SDK blocks, and takes a third of a second to import: it is imported by the first call, and
    works in threads of its own.
    """

    def __init__(self, connection: Connection, *, calls_at_once: int = CALLS_AT_ONCE) -> None:
        self._connection = connection
        self._threads = ThreadPoolExecutor(calls_at_once, "iothub")

    @functools.cached_property
    def _hub(self) -> IoTHubRegistryManager:
        return _registry_manager(self._connection)

    async def list_twins(self, site_id: str) -> list[Twin]:
        return await self._call(lambda: self._query(_write_query(site_id)))

    async def find_twin(self, device_id: str) -> Twin | None:
        try:
            return await self._call(lambda: _convert_twin(self._hub.get_twin(device_id)))
        except NotRegisteredError:
            return None

    async def send_order(self, device_id: str, order: Order) -> None:
        await self._call(lambda: self._update(device_id, order))

    def _update(self, device_id: str, order: Order) -> None:
        from azure.iot.hub import models  # noqa: PLC0415 (see the class)

        desired = {"allocation": order.to_document()}
        patch = models.Twin(properties=models.TwinProperties(desired=desired))
        self._hub.update_twin(device_id, patch)

    def _query(self, text: str) -> list[Twin]:
        from azure.iot.hub.models import QuerySpecification  # noqa: PLC0415 (see the class)

        found: list[Twin] = []
        continuation: str | None = None
        while True:
            page = self._hub.query_iot_hub(QuerySpecification(query=text), continuation, PAGE)
            found += [_convert_twin(twin) for twin in page.items]
            continuation = page.continuation_token
            if not continuation:
                return found

    async def _call(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call_hub, work)


class NotRegisteredError(DeliveryError):
    """The hub knows no such device."""


def call_hub(work: Callable[[], Answer]) -> Answer:
    """Do *work*, its failures in our own words."""
    from msrest.exceptions import (  # noqa: PLC0415 (see IotHubTwins)
        ClientRequestError,
        HttpOperationError,
    )

    with tell_apart("IoT Hub takes no such call"):
        try:
            return work()
        except HttpOperationError as error:
            status = error.response.status_code
            # The SDK's error says no more than the status; the answer says what is missing.
            reason = error.response.text or describe(error)
            text = f"IoT Hub answered {status}: {reason[:LONGEST_TEXT]}"
            if status == NOT_FOUND:
                raise NotRegisteredError(text) from error
            raise judge_status(status)(text) from error
        except (ClientRequestError, OSError) as error:
            raise DeliveryError(f"IoT Hub cannot be reached: {describe(error)}") from error


def _registry_manager(connection: Connection) -> IoTHubRegistryManager:
    from azure.iot.hub import IoTHubRegistryManager  # noqa: PLC0415 (see IotHubTwins)
    from urllib3.util.retry import Retry  # noqa: PLC0415 (see IotHubTwins)

    if connection.connection_string is not None:
        hub = IoTHubRegistryManager.from_connection_string(connection.connection_string)
    else:
        hub = IoTHubRegistryManager.from_token_credential(
            connection.endpoint, blocking_credential_for(connection)
        )
    settings = hub.protocol.config
    settings.connection.timeout = TIMEOUT_S
    # By itself the SDK closes the connection after each call: most of a call would be its TLS.
    settings.keep_alive = True
    # The SDK's own policy is written for an older urllib3: it would not retry PATCH, and an order
    # may be repeated.
    settings.retry_policy = lambda: Retry(
        total=ATTEMPTS,
        backoff_factor=0.3,
        backoff_max=LONGEST_PAUSE_S,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,
        raise_on_status=False,
        # A throttled hub may ask for more patience than a lease has; the next run tries again.
        respect_retry_after_header=False,
    )
    return hub


def _write_query(site_id: str) -> str:
    quoted = site_id.replace("\\", "\\\\").replace("'", "\\'")
    return f"SELECT * FROM devices WHERE tags.siteId = '{quoted}'"  # noqa: S608 (quoted above)


def _convert_twin(twin: Any) -> Twin:  # noqa: ANN401 (the SDK's model, which has no types)
    return Twin(
        device_id=twin.device_id,
        tags=twin.tags or {},
        is_enabled=twin.status != "disabled",
        desired=(twin.properties.desired or {}).get("allocation"),
        reported=(twin.properties.reported or {}).get("allocation"),
    )
