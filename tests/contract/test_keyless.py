"""A run without keys: each role does what it is for, and without it the refusal names it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.cosmos import CosmosClient
from azure.cosmos.documents import SSLConfiguration
from azure.cosmos.exceptions import CosmosHttpResponseError
from azure.iot.hub import IoTHubRegistryManager
from azure.storage.blob import BlobServiceClient

from local import clients
from local.addresses import find_free_address
from local.endpoints import AMQPS, COSMOS_KEY, Endpoints
from local.identities.grants import APP, DEPLOYER, HUB, LOCAL, Grant, keep_grants, read_deployed
from local.identities.tokens import Tokens, find_client_id
from local.processes import Child
from local.services import IDENTITY_HEADERS
from local.stack import Stack
from tests.contract.iothub_clients import device_client, message, register
from tests.contract.keyless_probe import DEEDS
from tests.contract.probing import Probe
from tests.contract.webpubsub_clients import listening, until
from tests.waiting import wait_until

DEPLOYED = read_deployed()
# Roles whose clients do not show what they are told, and the service whose log does.
LOGGED = {"Azure Event Hubs Data Receiver": "iothub", "Monitoring Metrics Publisher": "insights"}
ROUTING = next(grant for grant in DEPLOYED if grant.who == HUB)
TRIED = [grant for grant in DEPLOYED if grant is not ROUTING]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    state = tmp_path_factory.mktemp("keyless")
    endpoints = replace(Endpoints.free(find_free_address()), amqp=AMQPS, keyless=state)
    with Stack(endpoints, state, host="none", tell=lambda _: None) as running:
        yield running


@pytest.fixture(autouse=True)
def every_grant(stack: Stack) -> Iterator[None]:
    yield
    keep_grants(stack.endpoints.identities, [*DEPLOYED, *LOCAL])


@pytest.fixture(scope="module")
def probe(stack: Stack) -> Iterator[Probe]:
    running = Probe(stack)
    yield running
    running.close()


@pytest.mark.parametrize("grant", TRIED, ids=lambda grant: f"{grant.who} {grant.role} {grant.on}")
def test_a_role_taken_away_is_named(stack: Stack, probe: Probe, grant: Grant) -> None:
    assert probe.ask(grant) is None
    without = [other for other in (*DEPLOYED, *LOCAL) if other != grant]
    keep_grants(stack.endpoints.identities, without)
    said = probe.ask(grant)
    assert said is not None
    if grant.role in LOGGED:
        said = stack.children[LOGGED[grant.role]].quote_log(5)
    assert f"{grant.who} needs the role" in said
    assert grant.role in said


def test_every_role_is_tried_or_said_not_to_be() -> None:
    tried = {(grant.who, grant.role, grant.on.rsplit("/", 1)[-1]) for grant in TRIED}
    assert tried == DEEDS.keys()
    assert len(tried) == len(TRIED), "two grants have one deed"


def test_without_its_role_the_hub_says_why_it_routes_nothing(stack: Stack) -> None:
    hub = stack.children["iothub"]
    manager = IoTHubRegistryManager.from_token_credential(
        f"{stack.endpoints.host}:{stack.endpoints.iothub}",
        clients.IdentityCredential(stack.endpoints, DEPLOYER),
    )
    manager.protocol.config.connection.verify = hub.ready["ca"]
    register(manager, "routed")
    keep_grants(
        stack.endpoints.identities, [other for other in (*DEPLOYED, *LOCAL) if other != ROUTING]
    )
    asyncio.run(send_in_vain(stack.endpoints, hub))
    wait_until(lambda: f"{HUB} needs the role {ROUTING.role}" in hub.quote_log(50))


async def send_in_vain(endpoints: Endpoints, hub: Child) -> None:
    client = device_client(endpoints, hub, "routed")
    await client.connect()
    try:
        with contextlib.suppress(Exception):  # however the SDK says that it was dropped
            await asyncio.wait_for(client.send_message(message("{}")), 3)
    finally:
        await client.shutdown()


# ── Who is not let in ────────────────────────────────────────────────────────────────────────


def test_the_accounts_key_opens_no_database(stack: Stack) -> None:
    trusted = SSLConfiguration()
    trusted.SSLCaCerts = str(stack.endpoints.certificates / "ca.pem")
    with pytest.raises(CosmosHttpResponseError, match="keys are off"):
        CosmosClient(stack.endpoints.cosmos_url, COSMOS_KEY, ssl_config=trusted)


def test_a_key_opens_no_storage(stack: Stack) -> None:
    key = base64.b64encode(b"whatever").decode()
    with (
        BlobServiceClient(
            stack.endpoints.find_storage_url("blob", "stlake"),
            credential={"account_name": "stlake", "account_key": key},
            connection_verify=str(stack.endpoints.certificates / "ca.pem"),
        ) as client,
        pytest.raises(HttpResponseError, match="KeyBasedAuthenticationNotPermitted"),
    ):
        client.get_container_client("models").get_container_properties()


TOKENS = {
    "nobody": (None, "keys are off"),
    "another-service": ("https://vault.azure.net", "not for"),
    "expired": ("", "expired"),
    "forged": ("", "refused"),
}


@pytest.mark.parametrize("caller", TOKENS)
@pytest.mark.parametrize("service", ["cosmos", "blob", "queue", "table", "iothub", "webpubsub"])
def test_a_token_has_to_be_good(stack: Stack, service: str, caller: str, tmp_path: Path) -> None:
    audience, target = DOORS[service]
    url = f"https://{stack.endpoints.address}:{stack.endpoints.ports()[service]}{target}"
    audience = audience.replace("HOST", stack.endpoints.address)
    token = make_token(caller, audience, stack.endpoints.identities, tmp_path)
    answer = requests.get(
        url,
        headers=write_authorization(service, token),
        verify=str(stack.endpoints.certificates / "ca.pem"),
        timeout=10,
    )
    assert answer.status_code in {401, 403}
    assert TOKENS[caller][1] in answer.text


@pytest.mark.parametrize("service", ["cosmos", "blob", "queue", "table", "iothub", "webpubsub"])
def test_an_identity_without_any_role_is_refused(stack: Stack, service: str) -> None:
    audience, target = DOORS[service]
    url = f"https://{stack.endpoints.address}:{stack.endpoints.ports()[service]}{target}"
    audience = audience.replace("HOST", stack.endpoints.address)
    token, _ = Tokens(stack.endpoints.identities).issue("id-stranger", audience)
    answer = requests.get(
        url,
        headers=write_authorization(service, token),
        verify=str(stack.endpoints.certificates / "ca.pem"),
        timeout=10,
    )
    assert answer.status_code == 403
    assert "id-stranger needs the role" in answer.text


# By service the audience of its tokens, and something to ask it for.
DOORS = {
    "cosmos": ("https://HOST", "/dbs/tocsin/colls/readings"),
    "blob": ("https://storage.azure.com", "/stlake/models?restype=container"),
    "queue": ("https://storage.azure.com", "/sthost/rebalance-requests?comp=metadata"),
    "table": ("https://storage.azure.com", "/sthost/Tables"),
    "iothub": ("https://iothubs.azure.net", "/devices?api-version=2021-04-12"),
    "webpubsub": (
        "https://webpubsub.azure.com",
        "/api/hubs/tocsin/groups/g/connections?api-version=2024-12-01",
    ),
}


def make_token(caller: str, audience: str, identities: Path, elsewhere: Path) -> str | None:
    if caller == "nobody":
        return None
    if caller == "another-service":
        return Tokens(identities).issue(APP, str(TOKENS[caller][0]))[0]
    if caller == "expired":
        return Tokens(identities).issue(APP, audience, lifetime_s=-5)[0]
    return Tokens(elsewhere).issue(APP, audience)[0]


def write_authorization(service: str, token: str | None) -> dict[str, str]:
    if token is None:
        return {}
    if service == "cosmos":
        return {"Authorization": quote(f"type=aad&ver=1.0&sig={token}", safe="")}
    return {"Authorization": f"Bearer {token}"}


# ── Live messages through the front door, for browsers do not trust the authority ────────────


def ask_for_client_token(endpoints: Endpoints, query: str = "group=site:north") -> str:
    token, _ = Tokens(endpoints.identities).issue(APP, "https://webpubsub.azure.com")
    answer = requests.post(
        f"{endpoints.webpubsub_url}/api/hubs/tocsin/:generateToken?{query}",
        headers={"Authorization": f"Bearer {token}"},
        verify=str(endpoints.certificates / "ca.pem"),
        timeout=10,
    )
    return str(answer.json()["token"])


def send_to_site(endpoints: Endpoints, number: int) -> None:
    token, _ = Tokens(endpoints.identities).issue(APP, "https://webpubsub.azure.com")
    answer = requests.post(
        f"{endpoints.webpubsub_url}/api/hubs/tocsin/groups/site:north/:send?api-version=2024-12-01",
        json={"n": number},
        headers={"Authorization": f"Bearer {token}"},
        verify=str(endpoints.certificates / "ca.pem"),
        timeout=10,
    )
    assert answer.status_code == 202


async def test_a_browser_hears_live_messages_through_the_front_door(stack: Stack) -> None:
    endpoints = stack.endpoints
    token = await asyncio.to_thread(ask_for_client_token, endpoints)
    door = f"ws://{endpoints.host}:{endpoints.front}/client/hubs/tocsin"
    async with listening(f"{door}?access_token={token}") as listener:
        await asyncio.to_thread(send_to_site, endpoints, 1)
        await until(lambda: bool(listener.group), "a message through the front door")
        assert listener.group[0].data == {"n": 1}


# ── The identity endpoint ────────────────────────────────────────────────────────────────────

SOUND = {"api-version": "2019-08-01", "resource": "https://storage.azure.com"}


@pytest.mark.parametrize(
    ("header", "query", "status"),
    [
        (IDENTITY_HEADERS[APP], SOUND, 200),
        (IDENTITY_HEADERS[APP], SOUND | {"client_id": find_client_id(APP)}, 200),
        (IDENTITY_HEADERS[APP], SOUND | {"client_id": find_client_id(DEPLOYER)}, 400),
        (IDENTITY_HEADERS[APP], SOUND | {"resource": ""}, 400),
        (IDENTITY_HEADERS[APP], SOUND | {"api-version": "2017-09-01"}, 400),
        ("guessed", SOUND, 401),
        ("", SOUND, 401),
    ],
)
def test_tokens_are_for_the_process_that_asks(
    stack: Stack, header: str, query: dict[str, str], status: int
) -> None:
    answer = requests.get(
        f"http://{stack.endpoints.address}:{stack.endpoints.identity}/msi/token",
        params=query,
        headers={"X-IDENTITY-HEADER": header},
        timeout=10,
    )
    assert answer.status_code == status
    assert ("access_token" in answer.json()) == (status == 200)


def test_no_page_gets_a_token(stack: Stack) -> None:
    answer = requests.get(
        f"http://{stack.endpoints.address}:{stack.endpoints.identity}/msi/token",
        params=SOUND,
        headers={"X-IDENTITY-HEADER": IDENTITY_HEADERS[APP], "Origin": "http://evil.example"},
        timeout=10,
    )
    assert answer.status_code == 403
