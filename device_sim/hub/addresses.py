"""Where the hub is: the settings every command that talks to it reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from device_sim.errors import UsageError

EXAMPLE = "HostName=HUB:443;SharedAccessKeyName=iothubowner;SharedAccessKey=KEY"


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub, the name devices dial, and the CA they trust (PEM).

    connection: its service connection string; None where the person signed in opens its registry.
    service_host: where its registry is, with a port where it is not the usual one.
    """

    connection: str | None
    device_host: str
    ca_certificate: str | None
    service_host: str = ""


def hub_from_environment(environment: Mapping[str, str] = os.environ) -> Hub:
    """Read ``IOTHUB_CONNECTION``, or ``IotHub__hostName`` of a hub without keys, and
    ``IOTHUB_CA_FILE``.

    Raises UsageError that names the setting and what it should look like.
    """
    certificate = _certificate(environment.get("IOTHUB_CA_FILE", ""))
    connection = environment.get("IOTHUB_CONNECTION", "")
    host = environment.get("IotHub__hostName", "")
    if host and not connection:
        return Hub(None, host.split(":")[0], certificate, host)
    parts = dict(part.split("=", 1) for part in connection.split(";") if "=" in part)
    missing = {"HostName", "SharedAccessKeyName", "SharedAccessKey"} - parts.keys()
    if missing:
        raise UsageError(
            f"IOTHUB_CONNECTION lacks {', '.join(sorted(missing))}; set it to {EXAMPLE}, or "
            "IotHub__hostName to the host name of a hub that you are signed in to"
        )
    return Hub(
        connection=connection,
        device_host=parts["HostName"].split(":")[0],
        ca_certificate=certificate,
        service_host=parts["HostName"],
    )


def _certificate(path: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"IOTHUB_CA_FILE {path}: {error}; name the hub's CA file in PEM"
        ) from error
