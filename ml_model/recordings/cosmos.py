"""Recordings from what the functions have stored in Cosmos DB.

Each device is read by itself, page by page from its newest message back, so that the readings kept
bound the memory, however much is stored. Late messages are put in their place; a time that two
messages have counts once, with the values of the one that begins first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import contextmanager
from typing import Any

import numpy as np
from azure.core.exceptions import AzureError
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy
from numpy.typing import NDArray

from ml_model.recording import Recording, RecordingError
from tocsin.domain.packing.messages import unpack_columns
from tocsin.domain.profile import Profile
from tocsin.domain.values import columns_of

PAGE = 200  # messages
MOST_READINGS = 5_000_000  # of all devices together; about 60 device-days at one a second
_OF_PROFILE = "c.profile = @profile AND c.lastT >= @since AND c.firstT < @until"
_DEVICES = f"SELECT DISTINCT VALUE c.deviceId FROM c WHERE {_OF_PROFILE}"  # noqa: S608 (constants)
_READINGS = (
    "SELECT c.id, c.deviceId, c.firstT, c.packed, c.t, c.channels FROM c "  # noqa: S608 (constants)
    f"WHERE {_OF_PROFILE} ORDER BY c.firstT DESC"
)


@contextmanager
def open_database(environment: Mapping[str, str]) -> Iterator[DatabaseProxy]:
    """The product's database, named as its settings name it, with bounded waits.

    ``CosmosDB`` holds a connection string, or ``CosmosDB__accountEndpoint`` the account's address
    for the signed-in identity; ``COSMOS_DATABASE`` the database. Raises RecordingError when neither
    is set, and in one line for whatever the database answers while it is open.
    """
    name = environment.get("COSMOS_DATABASE", "tocsin")
    try:
        with _open_client(environment) as client:
            yield client.get_database_client(name)
    except (AzureError, ValueError) as error:  # ValueError: a malformed connection string
        reason = " ".join(str(error).split())[:300]
        raise RecordingError(f"the database {name!r} cannot be read: {reason}") from error


def read_stored(
    container: ContainerProxy,
    profile: Profile,
    since_ms: int,
    until_ms: int,
    *,
    most: int = MOST_READINGS,
    report: Callable[[float], None] = lambda _: None,
) -> list[Recording]:
    """The readings of *profile* from *since_ms* until before *until_ms*, one recording a device.

    Each device's newest are kept, at most its part of *most*. *report* gets the share that has
    been read, 0 to 1. Raises RecordingError when there are none.
    """
    asked = _name_parameters(profile=profile.name, since=since_ms, until=until_ms)
    found = container.query_items(_DEVICES, parameters=asked, enable_cross_partition_query=True)
    devices = sorted(str(device) for device in found)
    recordings = []
    for number, device in enumerate(devices):

        def of_device(t_ms: int, number: int = number) -> None:
            share = min(1.0, (until_ms - t_ms) / max(1, until_ms - since_ms))
            report((number + share) / len(devices))

        t, values = _read_device(
            container, device, asked, profile, most=readings_each(devices, most), report=of_device
        )
        inside = (t >= since_ms) & (t < until_ms)
        if inside.any():
            t, values = t[inside], values[inside]
            recordings.append(Recording(device, t, values, np.full(len(t), "", dtype="U1")))
    if not recordings:
        raise RecordingError(
            f"no reading of profile {profile.name!r} is stored from {format_time(since_ms)} until "
            f"{format_time(until_ms)}; choose another time with --since and --until"
        )
    return recordings


def readings_each(devices: Sized, most: int = MOST_READINGS) -> int:
    """How many readings of each device are kept."""
    return most // max(1, len(devices))


def format_time(t_ms: int) -> str:
    return f"{np.datetime64(t_ms, 'ms')}Z"


def _open_client(environment: Mapping[str, str]) -> CosmosClient:
    options: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 30, "retry_total": 3}
    if connection := environment.get("CosmosDB"):
        return CosmosClient.from_connection_string(connection, **options)
    if endpoint := environment.get("CosmosDB__accountEndpoint"):
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (not needed with a key)

        return CosmosClient(endpoint, DefaultAzureCredential(), **options)
    raise RecordingError(
        "set CosmosDB to a connection string, or CosmosDB__accountEndpoint to the account's address"
    )


def _read_device(
    container: ContainerProxy,
    device: str,
    asked: list[dict[str, object]],
    profile: Profile,
    *,
    most: int,
    report: Callable[[int], None],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A device's newest readings, ``t`` ``[n]`` and values ``[n, c]``, at most *most*."""
    parts = [(np.empty(0, np.int64), np.empty((0, len(profile.channels)), np.float32))]
    readings = 0
    for document in container.query_items(
        _READINGS, parameters=asked, partition_key=device, max_item_count=PAGE
    ):
        parts.append(_parse_columns(document, profile))
        readings += len(parts[-1][0])
        report(int(parts[-1][0][0]))
        if readings >= most:
            break
    parts.reverse()
    t, first = np.unique(np.concatenate([t for t, _ in parts]), return_index=True)
    return t[-most:], np.concatenate([values for _, values in parts])[first[-most:]]


def _parse_columns(
    document: Mapping[str, Any], profile: Profile
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A message's times ``[n]`` and values ``[n, c]``, NaN where missing."""
    unpacked = unpack_columns(document)
    t = np.array(unpacked["t"], dtype=np.int64)
    return t, columns_of(unpacked["channels"], profile, len(t)).T.astype(np.float32)


def _name_parameters(**values: object) -> list[dict[str, object]]:
    return [{"name": f"@{name}", "value": value} for name, value in values.items()]
