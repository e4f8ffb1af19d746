"""The services of the local stack: where they listen, how they are started and reached."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from local.listening.addresses import require_loopback
from local.processes import ROOT, Child

NODE_MODULES = ROOT / "local" / "node_modules"

# Published keys of the emulators, and keys in their manner for the stand-ins that have none:
# they open nothing but a server on this machine.
COSMOS_KEY = (
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
)
IOTHUB_KEY = "dG9jc2luLWxvY2FsLWlvdGh1Yi1kZXZlbG9wbWVudA=="
WEBPUBSUB_KEY = "dG9jc2luLWxvY2FsLXdlYnB1YnN1Yi1kZXZlbG9wbWVudA=="

# What scoring needs: the first has the models in memory before there is work for the second.
SCORING = ("warm_up", "score_telemetry")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where each service listens: on this machine alone."""

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

    def __post_init__(self) -> None:
        """Raises ValueError when other machines could reach *address*: no service may have it."""
        require_loopback(self.address)

    @classmethod
    def free(cls, address: str) -> Endpoints:
        """Endpoints on ports that are free now, but for MQTT, whose port the device SDK fixes."""
        names = [field.name for field in fields(cls) if field.name not in {"address", "mqtt"}]
        sockets = [socket.socket() for _ in names]
        for probe in sockets:
            probe.bind((address, 0))
        ports = {
            name: int(probe.getsockname()[1]) for name, probe in zip(names, sockets, strict=True)
        }
        for probe in sockets:
            probe.close()
        return cls(address=address, **ports)

    def ports(self) -> dict[str, int]:
        """Every port by the name of what listens on it."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "address"
        }

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
        return f"AccountEndpoint=http://{self.host}:{self.cosmos}/;AccountKey={COSMOS_KEY};"

    @property
    def webpubsub_connection(self) -> str:
        return (
            f"Endpoint=http://{self.host}:{self.webpubsub};AccessKey={WEBPUBSUB_KEY};Version=1.0;"
        )

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
    return Child(
        "azurite",
        command,
        log_path=state / "logs" / "azurite.log",
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
        "--key", IOTHUB_KEY,
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
        "--key", COSMOS_KEY,
    )  # fmt: skip


def make_webpubsub(endpoints: Endpoints, state: Path) -> Child:
    """Web PubSub."""
    return _make_python(
        "webpubsub",
        state,
        "--address", endpoints.address,
        "--port", str(endpoints.webpubsub),
        "--key", WEBPUBSUB_KEY,
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
    )  # fmt: skip


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
