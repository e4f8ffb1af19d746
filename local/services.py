"""The services of the local stack: how each is started."""

from __future__ import annotations

import base64
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local.endpoints import COSMOS_KEY, INSIGHTS_KEY, IOTHUB_KEY, WEBPUBSUB_KEY, Endpoints
from local.identities.grants import APP, DEPLOYER
from local.processes import ROOT, Child

NODE_MODULES = ROOT / "local" / "node_modules"

# What scoring needs: the first has the models in memory before there is work for the second.
SCORING = ("warm_up", "score_telemetry")
# What the platform gives a process so that it gets tokens of its identity, and of no other.
IDENTITY_HEADERS = {APP: "tocsin-local-process-of-the-app", DEPLOYER: "tocsin-local-terminal"}
# The storage accounts of a run without keys. Azurite wants a key for each, which opens nothing.
ACCOUNTS = ("sthost", "stlake")


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


def find_telemetry(state: Path) -> Path:
    """The folder of the traces and metrics that the app has sent."""
    return state / "insights"


def make_insights(endpoints: Endpoints, state: Path) -> Child:
    """Application Insights, as far as it takes traces and metrics."""
    identities = [] if endpoints.keyless is None else _choose_opening(endpoints, "")
    return _make_python(
        "insights",
        state,
        "--state", str(find_telemetry(state)),
        "--address", endpoints.address,
        "--port", str(endpoints.insights),
        "--key", INSIGHTS_KEY,
        *identities,
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
