"""The service side through azure-iot-hub: devices, twins, queries, statistics, refusals."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Device, QuerySpecification, Twin, TwinProperties
from msrest.exceptions import HttpOperationError

from local.endpoints import IOTHUB_KEY, Endpoints
from local.processes import Child
from tests.contract.iothub_clients import KEY, SECOND_KEY, register, sas_token


def status_of(operation: Callable[[], Any]) -> int:
    """HTTP status of a refused operation."""
    with pytest.raises(HttpOperationError) as refusal:
        operation()
    return int(refusal.value.response.status_code)


def test_create_read_update_delete(manager: IoTHubRegistryManager) -> None:
    made = manager.create_device_with_sas("crud", KEY, SECOND_KEY, "enabled")
    assert made.authentication.symmetric_key.primary_key == KEY
    read = manager.get_device("crud")
    assert (read.device_id, read.status, read.etag) == ("crud", "enabled", made.etag)
    changed = manager.update_device_with_sas("crud", made.etag, SECOND_KEY, KEY, "disabled")
    assert changed.status == "disabled"
    assert changed.generation_id == made.generation_id
    assert manager.get_device("crud").authentication.symmetric_key.primary_key == SECOND_KEY
    manager.delete_device("crud")
    assert status_of(lambda: manager.get_device("crud")) == 404


def test_keys_are_made_when_none_are_given(manager: IoTHubRegistryManager) -> None:
    manager.create_device_with_sas("keyless", "", "", "enabled")
    keys = manager.get_device("keyless").authentication.symmetric_key
    assert len(keys.primary_key) == len(keys.secondary_key) == 44
    assert keys.primary_key != keys.secondary_key


def test_conflicts(manager: IoTHubRegistryManager) -> None:
    register(manager, "conflict")
    assert status_of(lambda: register(manager, "conflict")) == 409
    stale = manager.get_device("conflict").etag
    manager.update_device_with_sas("conflict", stale, KEY, SECOND_KEY, "enabled")

    def update(etag: str) -> Device:
        return manager.update_device_with_sas("conflict", etag, KEY, SECOND_KEY, "enabled")

    assert status_of(lambda: update(stale)) == 412
    assert status_of(lambda: manager.delete_device("conflict", stale)) == 412
    assert update("*").device_id == "conflict"
    twin = manager.get_twin("conflict")
    manager.update_twin("conflict", Twin(tags={"a": 1}), twin.etag)
    assert status_of(lambda: manager.update_twin("conflict", Twin(tags={"a": 2}), twin.etag)) == 412
    assert manager.get_twin("conflict").tags == {"a": 1}


def test_devices_that_are_not_there(manager: IoTHubRegistryManager) -> None:
    with pytest.raises(HttpOperationError) as refusal:
        manager.get_device("nobody")
    assert refusal.value.response.headers["iothub-errorcode"] == "DeviceNotFound"
    assert json.loads(refusal.value.response.text)["Message"].startswith("ErrorCode:DeviceNotFound")
    assert status_of(lambda: manager.get_twin("nobody")) == 404
    assert status_of(lambda: manager.delete_device("nobody")) == 404
    assert status_of(lambda: manager.update_twin("nobody", Twin(tags={}), "*")) == 404


def test_what_a_device_may_be(manager: IoTHubRegistryManager) -> None:
    for device_id in ("blank id", "x" * 129, "a/b"):
        assert status_of(lambda name=device_id: register(manager, name)) in {400, 501}  # type: ignore[misc]
    make = manager.create_device_with_sas
    assert status_of(lambda: make("bad-key", "not base64!", KEY, "enabled")) == 400
    assert status_of(lambda: make("bad-status", KEY, KEY, "sleeping")) == 400
    x509 = manager.create_device_with_certificate_authority
    assert status_of(lambda: x509("x509", "enabled")) == 501


def test_twins_merge_replace_and_count_versions(manager: IoTHubRegistryManager) -> None:
    register(manager, "twin")

    def change(tags: object = None, desired: object = None) -> Twin:
        properties = None if desired is None else TwinProperties(desired=desired)
        return manager.update_twin("twin", Twin(tags=tags, properties=properties), "*")

    assert change(tags={"siteId": "north", "floor": {"n": 1, "wing": "a"}}).version == 2
    twin = change(tags={"floor": {"wing": None}}, desired={"a": {"b": 1, "c": 2}, "d": [1, 2]})
    assert twin.tags == {"siteId": "north", "floor": {"n": 1}}
    assert twin.properties.desired["$version"] == 2
    twin = change(desired={"a": {"b": None}, "d": "text"})
    values = {key: value for key, value in twin.properties.desired.items() if key[0] != "$"}
    assert values == {"a": {"c": 2}, "d": "text"}
    assert twin.properties.desired["$version"] == 3
    replaced = manager.replace_twin("twin", Twin(properties=TwinProperties(desired={"e": 1})), "*")
    assert replaced.tags == {}
    assert set(replaced.properties.desired) == {"e", "$version", "$metadata"}
    assert replaced.properties.desired["$version"] == 4
    again = manager.update_twin("twin", manager.get_twin("twin"), "*")
    assert again.properties.desired["e"] == 1


@pytest.mark.parametrize(
    "desired",
    [{"a.b": 1}, {"$a": 1}, {"__proto__": {"x": 1}}, {"big": "x" * 40_000}],
    ids=["dot", "dollar", "proto", "big"],
)
def test_what_a_twin_may_not_hold(manager: IoTHubRegistryManager, desired: dict[str, Any]) -> None:
    if "limits" not in {device.device_id for device in manager.get_devices()}:
        register(manager, "limits")
    patch = Twin(properties=TwinProperties(desired=desired))
    assert status_of(lambda: manager.update_twin("limits", patch, "*")) in {400, 413}
    assert manager.get_twin("limits").properties.desired["$version"] == 1


def test_queries(manager: IoTHubRegistryManager) -> None:
    for n, site in enumerate(["north", "south", "south"]):
        register(manager, f"query-{n}")
        manager.update_twin(f"query-{n}", Twin(tags={"site": site, "n": n}), "*")
    assert ids(manager, "SELECT * FROM devices WHERE tags.site = 'south'") == ["query-1", "query-2"]
    assert ids(manager, "select * from devices where tags.site = 'south' and tags.n < 2") == [
        "query-1"
    ]
    assert ids(manager, "SELECT * FROM devices WHERE deviceId = 'query-0'") == ["query-0"]
    assert ids(manager, "SELECT * FROM devices WHERE tags.n >= 1 AND status != 'disabled'") == [
        "query-1",
        "query-2",
    ]
    for n, site in enumerate(["o'hare", "a\\b", 'say "so"', "Werk Süd/1"]):
        register(manager, f"odd-{n}")
        manager.update_twin(f"odd-{n}", Twin(tags={"site": site}), "*")
    for n, literal in enumerate([r"'o\'hare'", r"'a\\b'", r"'say \"so\"'", r"'Werk S\u00fcd/1'"]):
        assert ids(manager, f"SELECT * FROM devices WHERE tags.site = {literal}") == [f"odd-{n}"]
    assert status_of(lambda: ids(manager, r"SELECT * FROM devices WHERE tags.site = '\x'")) == 400
    assert set(ids(manager, "SELECT * FROM devices")) >= {"query-0", "query-1", "query-2"}


def ids(manager: IoTHubRegistryManager, query: str) -> list[str]:
    result = manager.query_iot_hub(QuerySpecification(query=query), max_item_count=100)
    return [twin.device_id for twin in result.items]


def test_queries_come_in_pages(manager: IoTHubRegistryManager) -> None:
    for n in range(5):
        register(manager, f"page-{n}")
        manager.update_twin(f"page-{n}", Twin(tags={"paged": True}), "*")
    query = QuerySpecification(query="SELECT * FROM devices WHERE tags.paged = true")
    found: list[str] = []
    token = None
    for _ in range(3):
        result = manager.query_iot_hub(query, token, max_item_count=2)
        found += [twin.device_id for twin in result.items]
        token = result.continuation_token
    assert found == [f"page-{n}" for n in range(5)]
    assert token is None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT deviceId FROM devices",
        "SELECT * FROM devices WHERE tags.a = 1 OR tags.b = 2",
        "SELECT * FROM devices WHERE IS_DEFINED(tags.a)",
        "SELECT * FROM devices.jobs",
        "SELECT * FROM devices WHERE unknown = 1",
    ],
)
def test_queries_beyond_the_supported_part(manager: IoTHubRegistryManager, query: str) -> None:
    with pytest.raises(HttpOperationError) as refusal:
        manager.query_iot_hub(QuerySpecification(query=query))
    assert refusal.value.response.status_code == 501
    assert query in refusal.value.response.text


def test_statistics(manager: IoTHubRegistryManager) -> None:
    before = manager.get_device_registry_statistics()
    manager.create_device_with_sas("counted", KEY, KEY, "disabled")
    after = manager.get_device_registry_statistics()
    assert after.total_device_count == before.total_device_count + 1
    assert after.disabled_device_count == before.disabled_device_count + 1
    assert manager.get_service_statistics().connected_device_count == 0


def test_what_is_not_supported_is_said_by_name(manager: IoTHubRegistryManager) -> None:
    for operation, name in [
        (lambda: manager.get_modules("queried"), "GET /devices/queried/modules"),
        (lambda: manager.bulk_create_or_update_devices([]), "POST /devices"),
    ]:
        with pytest.raises(HttpOperationError) as refusal:
            operation()  # type: ignore[no-untyped-call]  # the SDK has no types
        assert refusal.value.response.status_code == 501
        assert name in refusal.value.response.text


def devices_status(endpoints: Endpoints, hub: Child, token: str | None) -> int:
    response = requests.get(
        f"https://{endpoints.host}:{endpoints.iothub}/devices?api-version=2021-04-12",
        headers={} if token is None else {"Authorization": token},
        verify=hub.ready["ca"],
        timeout=10,
    )
    assert response.ok or "IotHubUnauthorizedAccess" in response.text
    return response.status_code


def test_only_the_owner_is_served(endpoints: Endpoints, iothub: Child) -> None:
    host = f"{endpoints.host}:{endpoints.iothub}"
    later = time.time() + 60
    owner = sas_token(host, IOTHUB_KEY, later, "iothubowner")
    assert devices_status(endpoints, iothub, owner) == 200
    for refused in [
        sas_token(host, KEY, later, "iothubowner"),
        sas_token(host, IOTHUB_KEY, later, "service"),
        sas_token(host, IOTHUB_KEY, later),
        sas_token(host, IOTHUB_KEY, time.time() - 1, "iothubowner"),
        sas_token("elsewhere.azure-devices.net", IOTHUB_KEY, later, "iothubowner"),
        "Bearer something",
        None,
    ]:
        assert devices_status(endpoints, iothub, refused) == 401


def test_bodies_that_are_no_json(endpoints: Endpoints, iothub: Child) -> None:
    host = f"{endpoints.host}:{endpoints.iothub}"
    headers = {"Authorization": sas_token(host, IOTHUB_KEY, time.time() + 60, "iothubowner")}
    for body, status in [(b"{", 400), (b"[]", 400), (b"x" * 1024 * 1024 * 2, 413)]:
        response = requests.put(
            f"https://{host}/devices/broken?api-version=2021-04-12",
            data=body,
            headers=headers,
            verify=iothub.ready["ca"],
            timeout=10,
        )
        assert response.status_code == status


AMQP = b"AMQP\x00\x01\x00\x00"


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        AMQP
        + b"\x00\x00\x00\x08\x02\x00\x00\x00"
        + b"\x00\x00\x00\x0c\x02\x00\x00\x00\xff\xff\xff\xff",
        AMQP + b"\x00\x00\x00\x04\x00\x00\x00\x00",
        AMQP + b"\x00\x00\x00\x0d\x02\x00\x00\x00\x00\x53\x14\xc0\x01\x00",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
        bytes(range(256)) * 16,
    ],
    ids=["http", "amqp-type", "amqp-size", "amqp-transfer", "tls", "bytes"],
)
def test_garbage_on_any_port_leaves_it_serving(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager, garbage: bytes
) -> None:
    for port in (endpoints.mqtt, endpoints.iothub, endpoints.amqp):
        with socket.create_connection((endpoints.address, port), timeout=5) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass
    assert manager.get_service_statistics().connected_device_count == 0
    assert iothub.running
