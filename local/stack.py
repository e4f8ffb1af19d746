"""The local Azure as a whole: started in order, each part killed and restarted at will."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from local import services
from local.func_host import func_host
from local.prepare import (
    create_blob_containers,
    create_cosmos_containers,
    create_queue,
    publish_models,
    write_local_settings,
)
from local.processes import ROOT, Child
from local.services import Endpoints

HostKind = Literal["embedded", "func"]
Tell = Callable[[str], None]


class PortInUseError(RuntimeError):
    """Another program listens where a service should."""


class Stack:
    """Azurite, the stand-ins, the functions host and the front door.

    ``children`` holds them by name; the first four know nothing of each other.
    """

    def __init__(
        self, endpoints: Endpoints, state: Path, *, host: HostKind = "embedded", tell: Tell = print
    ) -> None:
        self.endpoints = endpoints
        self.state = state
        self._tell = tell
        app = ROOT / "functions"
        self.children: dict[str, Child] = {
            "azurite": services.azurite(endpoints, state),
            "iothub": services.iothub(endpoints, state),
            "cosmos": services.cosmos(endpoints, state),
            "webpubsub": services.webpubsub(endpoints, state),
            "functions_host": services.functions_host(
                endpoints, state, app=app, env=self.environment()
            )
            if host == "embedded"
            else func_host(endpoints, state, app=app, env=self.environment()),
            "front_door": services.front_door(endpoints, state),
        }

    def environment(self) -> dict[str, str]:
        """Settings that win over local.settings.json, since ports may differ from its."""
        return {
            "AzureWebJobsStorage": self.endpoints.storage_connection,
            "TelemetryHub": self.endpoints.eventhub_connection,
            "CosmosDB": self.endpoints.cosmos_connection,
            "BlobStorage": self.endpoints.storage_connection,
            "IotHub": self.endpoints.iothub_connection,
            "WebPubSub": self.endpoints.webpubsub_connection,
            # Read by `requests`, which azure-iot-hub is built on; written when the hub starts.
            "REQUESTS_CA_BUNDLE": str(authority_of(self.state)),
        }

    def device_environment(self) -> dict[str, str]:
        return device_environment(self.endpoints, str(self.children["iothub"].ready["ca"]))

    @property
    def url(self) -> str:
        return f"http://{self.endpoints.host}:{self.endpoints.front}/"

    def start(self) -> None:
        """Start everything and create what a deployment would create.

        Raises PortInUseError or ProcessFailedError naming the service.
        """
        self._check_ports()
        write_local_settings(ROOT / "functions")
        self._start_together("azurite", "iothub", "cosmos", "webpubsub")
        with ThreadPoolExecutor() as pool:
            for done in [
                pool.submit(create_cosmos_containers, self.endpoints.cosmos_connection),
                pool.submit(self._prepare_blobs),
            ]:
                done.result()
        self._start_together("functions_host", "front_door")

    def stop(self) -> None:
        """Stop everything, the youngest first."""
        for child in reversed(self.children.values()):
            child.stop()

    def fallen(self) -> list[Child]:
        """The children that ended though nobody asked them to."""
        return [child for child in self.children.values() if not child.running]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _prepare_blobs(self) -> None:
        create_blob_containers(self.endpoints.storage_connection)
        create_queue(self.endpoints.storage_connection)
        publish_models({**os.environ, **self.environment()})

    def _start_together(self, *names: str) -> None:
        with ThreadPoolExecutor() as pool:
            started = {name: pool.submit(self.children[name].start) for name in names}
            for name, done in started.items():
                done.result()
                self._tell(f"  ✓ {name}")

    def _check_ports(self) -> None:
        for name, port in self.endpoints.ports().items():
            with socket.socket() as probe:
                if probe.connect_ex((self.endpoints.address, port)) == 0:
                    raise PortInUseError(
                        f"port {port} of {self.endpoints.address} is taken, {name} needs it; "
                        "is another demo running?"
                    )


def authority_of(state: Path) -> Path:
    """Where the hub keeps the certificate authority (PEM) that its own certificate is from."""
    return state / "iothub/certificates/ca.pem"


def device_environment(endpoints: Endpoints, authority: str) -> dict[str, str]:
    """How devices and their provisioning reach the hub, and which *authority* (PEM) they trust."""
    return {
        "IOTHUB_CONNECTION": endpoints.iothub_connection,
        "IOTHUB_CA_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
    }
