"""Recordings from what the functions have stored in Cosmos DB.

Each device is read by itself, page by page from its newest message back, so that the readings kept
bound the memory, however much is stored. Late messages are put in their place; a time that two
messages have counts once, with the values of the one that begins first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from azure.core.exceptions import AzureError
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy
from numpy.typing import NDArray

from ml_model.recording import Recording, RecordingError
from tocsin.domain.messages.values import columns_of
from tocsin.domain.packing.messages import unpack_columns, unpack_message
from tocsin.domain.profile import Profile

PAGE = 200  # messages
MOST_READINGS = 5_000_000  # of all devices together; about 60 device-days at one a second
_STATE = "U16"  # holds the name of any operating state
_OF_PROFILE = "c.profile = @profile AND c.lastT >= @since AND c.firstT < @until"
_DEVICES = f"SELECT DISTINCT VALUE c.deviceId FROM c WHERE {_OF_PROFILE}"  # noqa: S608 (constants)
_READINGS = (
    "SELECT c.id, c.deviceId, c.firstT, c.packed, c.t, c.channels, c.states FROM c "  # noqa: S608 (constants)
    f"WHERE {_OF_PROFILE} ORDER BY c.firstT DESC"
)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Readings: times ``[n]``, values ``[n, c]``, NaN where missing, and the operating states that
    were stored of them ``[n]``, "" for none: of one that ran throughout there are none, and those
    that devices do not tell follow from the values."""

    t: NDArray[np.int64]
    values: NDArray[np.float32]
    states: NDArray[np.str_]

    def keep(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> _Columns:
        return _Columns(self.t[kept], self.values[kept], self.states[kept])

    def name(self, device: str) -> Recording:
        """The recording of *device*."""
        told = np.where(self.states == "", "running", self.states)
        fault = np.full(len(self.t), "", dtype="U1")
        has_told = bool((self.states != "").any())
        return Recording(device, self.t, self.values, fault, told if has_told else None)


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

        read = _read_device(
            container, device, asked, profile, most=readings_each(devices, most), report=of_device
        )
        inside = (read.t >= since_ms) & (read.t < until_ms)
        if inside.any():
            recordings.append(read.keep(inside).name(device))
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
) -> _Columns:
    """A device's newest readings, at most *most*."""
    nothing = np.empty((0, len(profile.channels)), np.float32)
    parts = [_Columns(np.empty(0, np.int64), nothing, np.empty(0, _STATE))]
    readings = 0
    for document in container.query_items(
        _READINGS, parameters=asked, partition_key=device, max_item_count=PAGE
    ):
        parts.append(_parse_columns(document, profile))
        readings += len(parts[-1].t)
        report(int(parts[-1].t[0]))
        if readings >= most:
            break
    parts.reverse()
    every = _Columns(
        np.concatenate([part.t for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.states for part in parts]),
    )
    _, first = np.unique(every.t, return_index=True)
    return every.keep(first[-most:])


def _parse_columns(document: Mapping[str, Any], profile: Profile) -> _Columns:
    tells = profile.states is not None and profile.states.told_by is not None
    unpacked = unpack_message(document) if tells else unpack_columns(document)
    t = np.array(unpacked["t"], dtype=np.int64)
    values = columns_of(unpacked["channels"], profile, len(t)).T.astype(np.float32)
    states = np.full(len(t), "", dtype=_STATE)
    for begin, state in (unpacked.get("states") or ()) if tells else ():
        states[begin:] = state or ""
    return _Columns(t, values, states)


def _name_parameters(**values: object) -> list[dict[str, object]]:
    return [{"name": f"@{name}", "value": value} for name, value in values.items()]
