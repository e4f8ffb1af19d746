"""Devices of one's own at the hub of a running stack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.iot.device import IoTHubDeviceClient, Message
from azure.iot.hub import IoTHubRegistryManager

from local.prepare import run_module
from local.stack import Stack


@contextmanager
def connect_device(
    stack: Stack, device_id: str, *, site: str = "lab"
) -> Iterator[IoTHubDeviceClient]:
    """Register *device_id* at *site*, and connect it."""
    environment = stack.list_device_settings()
    run_module(
        ["device_sim", "provision", "--device", device_id, "--site", site],
        {**os.environ, **environment},
    )
    client = IoTHubDeviceClient.create_from_symmetric_key(
        symmetric_key=_find_key(stack, device_id),
        hostname=stack.endpoints.host,
        device_id=device_id,
        server_verification_cert=Path(environment["IOTHUB_CA_FILE"]).read_text(encoding="utf-8"),
    )
    client.connect()
    try:
        yield client
    finally:
        client.shutdown()


def send_body(client: IoTHubDeviceClient, body: str) -> None:
    """Send JSON as devices do."""
    client.send_message(
        Message(  # type: ignore[no-untyped-call]  # the SDK's own
            body, content_encoding="utf-8", content_type="application/json"
        )
    )


def _find_key(stack: Stack, device_id: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", stack.list_device_settings()["REQUESTS_CA_BUNDLE"])
        registry = IoTHubRegistryManager(stack.endpoints.iothub_connection)
        return str(registry.get_device(device_id).authentication.symmetric_key.primary_key)
