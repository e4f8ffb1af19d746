"""The services of the local stack: where they listen, how they are started and reached."""

from __future__ import annotations

import base64
import secrets
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from local.identities.grants import APP, DEPLOYER
from local.listening.addresses import require_loopback
from local.processes import ROOT, Child

NODE_MODULES = ROOT / "local" / "node_modules"

# Published keys of the emulators, and keys in their manner for the stand-ins that have none:
# they open nothing but a server on this machine.
COSMOS_KEY = (
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
)
IOTHUB_KEY = "dG9jc2luLWxvY2FsLWlvdGh1Yi1kZXZlbG9wbWVudA=="
MAIL_PORT = 1025  # of `python -m local mail`, which runs beside the stack if somebody starts it
WEBPUBSUB_KEY = "dG9jc2luLWxvY2FsLXdlYnB1YnN1Yi1kZXZlbG9wbWVudA=="

# What scoring needs: the first has the models in memory before there is work for the second.
SCORING = ("warm_up", "score_telemetry")


AMQPS = 5671  # the clients of Event Hubs dial no other with a token
# What the platform gives a process so that it gets tokens of its identity, and of no other.
IDENTITY_HEADERS = {APP: "tocsin-local-process-of-the-app", DEPLOYER: "tocsin-local-terminal"}
# The storage accounts of a run without keys. Azurite wants a key for each, which opens nothing.
ACCOUNTS = ("sthost", "stlake")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where each service listens: on this machine alone.

    ``keyless``: the folder of the run's state, when identities with roles open the services (over
    TLS, since no client sends their tokens otherwise); None when keys do.
    """

    address: str = "127.0.0.1"
    mqtt: int = 8883
    iothub: int = 8443
    amqp: int = 5672
    cosmos: int = 8081
    webpubsub: int = 8082
    blob: int = 10000
    queue: int = 10001
    table: int = 10002
    functions: int = 7071
    front: int = 4280
    identity: int = 8083
    keyless: Path | None = None

    def __post_init__(self) -> None:
        """Raises ValueError when other machines could reach *address*: no service may have it."""
        require_loopback(self.address)

    @classmethod
    def without_keys(cls, address: str, state: Path) -> Endpoints:
        """The usual ports, for a run without keys."""
        return cls(address=address, amqp=AMQPS, keyless=state)

    @classmethod
    def free(cls, address: str) -> Endpoints:
        """Endpoints on ports that are free now, but for MQTT, whose port the device SDK fixes."""
        kept = {"address", "mqtt", "keyless"}
        names = [field.name for field in fields(cls) if field.name not in kept]
        sockets = [socket.socket() for _ in names]
        for probe in sockets:
            probe.bind((address, 0))
        ports: dict[str, Any] = {
            name: int(probe.getsockname()[1]) for name, probe in zip(names, sockets, strict=True)
        }
        for probe in sockets:
            probe.close()
        return cls(address=address, **ports)

    def ports(self) -> dict[str, int]:
        """Every port by the name of what listens on it."""
        unused = {"address", "keyless"} | ({"identity"} if self.keyless is None else set())
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in unused
        }

    @property
    def identities(self) -> Path:
        """The folder of the identities and their roles, in a run without keys."""
        assert self.keyless is not None, "identities are asked for in a run without keys"
        return self.keyless / "identity"

    @property
    def certificates(self) -> Path:
        """The folder of the certificates that the services show, in a run without keys."""
        assert self.keyless is not None, "only a run without keys has TLS everywhere"
        return self.keyless / "iothub/certificates"

    @property
    def cosmos_url(self) -> str:
        scheme = "http" if self.keyless is None else "https"
        return f"{scheme}://{self.host}:{self.cosmos}/"

    @property
    def webpubsub_url(self) -> str:
        scheme = "http" if self.keyless is None else "https"
        return f"{scheme}://{self.host}:{self.webpubsub}"

    def find_storage_url(self, service: str, account: str) -> str:
        """The address of ``blob``, ``queue`` or ``table`` of an account, without keys."""
        return f"https://{self.address}:{self.ports()[service]}/{account}"

    @property
    def host(self) -> str:
        """The name clients dial; the default address is called by its usual name."""
        return "localhost" if self.address == "127.0.0.1" else self.address

    @property
    def iothub_connection(self) -> str:
        return (
            f"HostName={self.host}:{self.iothub};SharedAccessKeyName=iothubowner;"
            f"SharedAccessKey={IOTHUB_KEY}"
        )

    @property
    def eventhub_connection(self) -> str:
        return (
            f"Endpoint=sb://{self.host}:{self.amqp};SharedAccessKeyName=local;"
            f"SharedAccessKey={IOTHUB_KEY};UseDevelopmentEmulator=true"
        )

    @property
    def cosmos_connection(self) -> str:
        return f"AccountEndpoint={self.cosmos_url};AccountKey={COSMOS_KEY};"

    @property
    def mail_server(self) -> str:
        return f"smtp://{self.host}:{MAIL_PORT}"

    @property
    def webpubsub_connection(self) -> str:
        return f"Endpoint={self.webpubsub_url};AccessKey={WEBPUBSUB_KEY};Version=1.0;"

    @property
    def storage_connection(self) -> str:
        account = "devstoreaccount1"
        key = (  # published by Azurite
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
        )
        return (
            f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};"
            f"BlobEndpoint=http://{self.address}:{self.blob}/{account};"
            f"QueueEndpoint=http://{self.address}:{self.queue}/{account};"
            f"TableEndpoint=http://{self.address}:{self.table}/{account};"
        )


def make_azurite(endpoints: Endpoints, state: Path) -> Child:
    """Azurite, as npm installs it: blobs, queues and tables, behind the guard of every port."""
    command = [
        shutil.which("node") or "node",
        "--import", (ROOT / "local/standins/azurite/guard.js").as_uri(),
        str(NODE_MODULES / "azurite/dist/src/azurite.js"),
        "--location", str(state / "azurite"),
        "--silent", "--skipApiVersionCheck", "--disableTelemetry",
    ]  # fmt: skip
    for service, port in (
        ("blob", endpoints.blob),
        ("queue", endpoints.queue),
        ("table", endpoints.table),
    ):
        command += [f"--{service}Host", endpoints.address, f"--{service}Port", str(port)]
    env: dict[str, str] = {}
    if endpoints.keyless is not None:
        command += [
            "--cert", str(endpoints.certificates / "server.pem"),
            "--key", str(endpoints.certificates / "server-key.pem"),
            "--oauth", "basic",
        ]  # fmt: skip
        key = base64.b64encode(secrets.token_bytes(64)).decode()
        env = {
            "AZURITE_ACCOUNTS": ";".join(f"{account}:{key}" for account in ACCOUNTS),
            "TOCSIN_IDENTITIES": str(endpoints.identities),
        }
    return Child(
        "azurite",
        command,
        log_path=state / "logs" / "azurite.log",
        env=env,
        # Azurite starts its three services one after the other; tables come last.
        ready_after=lambda line: line.startswith("Azurite Table service is successfully listening"),
    )


def make_iothub(endpoints: Endpoints, state: Path) -> Child:
    """IoT Hub with its Event-Hubs-compatible endpoint."""
    command = [
        shutil.which("node") or "node",
        str(ROOT / "local/standins/iothub/main.js"),
        "--state", str(state / "iothub"),
        "--address", endpoints.address,
        "--mqtt-port", str(endpoints.mqtt),
        "--https-port", str(endpoints.iothub),
        "--amqp-port", str(endpoints.amqp),
        *(
            ["--key", IOTHUB_KEY]
            if endpoints.keyless is None
            else ["--identities", str(endpoints.identities)]
        ),
        "--event-hub", "telemetry",
        "--enrich", "siteId=$twin.tags.siteId",
    ]  # fmt: skip
    return Child("iothub", command, log_path=state / "logs" / "iothub.log")


def make_cosmos(endpoints: Endpoints, state: Path) -> Child:
    """Cosmos DB (NoSQL)."""
    return _make_python(
        "cosmos",
        state,
        "--state", str(state / "cosmos"),
        "--address", endpoints.address,
        "--port", str(endpoints.cosmos),
        *_choose_opening(endpoints, COSMOS_KEY),
    )  # fmt: skip


def make_webpubsub(endpoints: Endpoints, state: Path) -> Child:
    """Web PubSub."""
    return _make_python(
        "webpubsub",
        state,
        "--address", endpoints.address,
        "--port", str(endpoints.webpubsub),
        *_choose_opening(endpoints, WEBPUBSUB_KEY),
    )  # fmt: skip


def make_functions_host(
    endpoints: Endpoints, state: Path, *, app: Path, env: Mapping[str, str]
) -> Child:
    """The embedded Functions host, running the app in the folder *app*."""
    return _make_python(
        "functions_host",
        state,
        "--app", str(app),
        "--address", endpoints.address,
        "--port", str(endpoints.functions),
        env=env,
    )  # fmt: skip


def make_scoring_host(
    endpoints: Endpoints, state: Path, *, app: Path, env: Mapping[str, str]
) -> Child:
    """A second functions host, which scores and does nothing else."""
    return _make_python(
        "functions_host",
        state,
        "--app", str(app),
        "--address", endpoints.address,
        "--port", "0",  # nobody calls it
        "--functions", *SCORING,
        env=env,
        called="scoring_host",
    )  # fmt: skip


def make_front_door(endpoints: Endpoints, state: Path) -> Child:
    """The page, and /api as a signed-in operator."""
    return _make_python(
        "front_door",
        state,
        "--address", endpoints.address,
        "--port", str(endpoints.front),
        "--functions-url", f"http://{endpoints.address}:{endpoints.functions}",
        *(
            []
            if endpoints.keyless is None
            else [
                "--live-url", endpoints.webpubsub_url,
                "--authority", str(endpoints.certificates / "ca.pem"),
            ]
        ),
    )  # fmt: skip


def make_identity(endpoints: Endpoints, state: Path) -> Child:
    """The platform's identity endpoint, for a run without keys."""
    processes = [f"{header}={who}" for who, header in IDENTITY_HEADERS.items()]
    return _make_python(
        "identity",
        state,
        "--folder", str(endpoints.identities),
        "--address", endpoints.address,
        "--port", str(endpoints.identity),
        *(part for process in processes for part in ("--process", process)),
    )  # fmt: skip


def _choose_opening(endpoints: Endpoints, key: str) -> list[str]:
    """What opens a stand-in: *key*, or identities."""
    if endpoints.keyless is None:
        return ["--key", key]
    return [
        "--identities", str(endpoints.identities),
        "--certificates", str(endpoints.certificates),
    ]  # fmt: skip


def _make_python(
    name: str,
    state: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    called: str | None = None,
) -> Child:
    return Child(
        called or name,
        [sys.executable, "-m", f"local.standins.{name}", *arguments],
        log_path=state / "logs" / f"{called or name}.log",
        env=env,
    )
