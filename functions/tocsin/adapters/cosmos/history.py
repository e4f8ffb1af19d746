"""Cosmos DB: a device's stored readings as columns, for windows and to tell what is known."""

from __future__ import annotations

import numpy as np

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.readings import PACKED_COLUMNS
from tocsin.domain.devices.readings import LONG_MS
from tocsin.domain.messages.values import columns_of
from tocsin.domain.packing.messages import unpack_columns
from tocsin.domain.profile import Profile
from tocsin.domain.windows.known import layer_readings
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.documents import Document

HISTORY_PAGE = 16
MOST_STORED = 1_000  # messages; what lies behind them counts as not known, and is stored once more

_OF_PROFILE = "c.deviceId = @device AND c.profile = @profile"
# The first epoch is not named in a document.
_OF_FIRST_EPOCH, _OF_EPOCH = "NOT IS_DEFINED(c.epoch)", "c.epoch = @epoch"


async def find_history(
    container: Container,
    device_id: str,
    profile: Profile,
    *,
    before_t: int,
    count: int,
    epoch: int,
) -> History:
    """The newest *count* readings before *before_t* (ms)."""
    query = (
        f"SELECT TOP @count {PACKED_COLUMNS}, c.t, c.channels FROM c WHERE {_OF_PROFILE} "  # noqa: S608 (constants)
        f"AND c.firstT < @before AND {name_epoch(epoch)} ORDER BY c.firstT DESC"
    )
    documents = container.query_items(
        query,
        parameters=query_parameters(
            count=count, device=device_id, profile=profile.name, before=before_t, epoch=epoch
        ),
        partition_key=device_id,
        max_item_count=HISTORY_PAGE,
    )
    history = History.empty(profile)
    async for document in documents:
        history = _prepend(history, document, profile, 0, before_t)
        if len(history.t) >= count:
            break
    # Late messages may lie between the readings of another; each time counts once.
    return History.empty(profile).merge(history.t, history.values, keep=count)


async def find_stored(
    container: Container, device_id: str, profile: Profile, *, from_t: int, to_t: int
) -> list[History]:
    """The readings from *from_t* to *to_t* (ms, both included), as ``layer_readings`` has them."""
    query = (
        f"SELECT TOP {MOST_STORED} {PACKED_COLUMNS}, c.t, c.channels FROM c "  # noqa: S608 (constants)
        f"WHERE {_OF_PROFILE} AND c.lastT >= @from AND c.firstT <= @to "
        "AND (c.firstT >= @since OR c.long = true) ORDER BY c.firstT DESC"
    )
    documents = container.query_items(
        query,
        parameters=query_parameters(
            **{"from": from_t, "to": to_t, "since": from_t - LONG_MS},
            device=device_id,
            profile=profile.name,
        ),
        partition_key=device_id,
    )
    found = History.empty(profile)
    async for document in documents:
        found = _prepend(found, document, profile, from_t, to_t + 1)
    return layer_readings(found.t, found.values)


def name_epoch(epoch: int) -> str:
    """The condition on documents of one *epoch* of the device's clock, the parameter ``@epoch``."""
    return _OF_EPOCH if epoch else _OF_FIRST_EPOCH


def _prepend(
    history: History, document: Document, profile: Profile, from_t: int, before_t: int
) -> History:
    unpacked = read_sound(unpack_columns, document)
    if unpacked is None:
        return history
    t = np.array(unpacked["t"], dtype=np.int64)
    values = columns_of(unpacked["channels"], profile, len(t)).T.astype(np.float32)
    wanted = (t >= from_t) & (t < before_t)
    return History(
        np.concatenate((t[wanted], history.t)), np.concatenate((values[wanted], history.values))
    )
