"""Where the services of the local stack listen, and what opens them."""

from __future__ import annotations

import socket
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from local.listening.addresses import require_loopback

# Published keys of the emulators, and keys in their manner for the stand-ins that have none:
# they open nothing but a server on this machine.
COSMOS_KEY = (
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
)
IOTHUB_KEY = "dG9jc2luLWxvY2FsLWlvdGh1Yi1kZXZlbG9wbWVudA=="
MAIL_PORT = 1025  # of `python -m local mail`, which runs beside the stack if somebody starts it
INSIGHTS_KEY = "00000000-0000-4000-8000-00000000cafe"  # an address, and no secret in Azure either
WEBPUBSUB_KEY = "dG9jc2luLWxvY2FsLXdlYnB1YnN1Yi1kZXZlbG9wbWVudA=="

AMQPS = 5671  # the clients of Event Hubs dial no other with a token


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
    insights: int = 8084
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

    @property
    def insights_connection(self) -> str:
        scheme = "http" if self.keyless is None else "https"
        url = f"{scheme}://{self.host}:{self.insights}"
        return f"InstrumentationKey={INSIGHTS_KEY};IngestionEndpoint={url}"

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
    def page_url(self) -> str:
        return f"http://{self.host}:{self.front}"

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
