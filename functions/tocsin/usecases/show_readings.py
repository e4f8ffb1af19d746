"""A device's recent past for a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.downsampling import min_max_indices
from tocsin.domain.errors import InvalidRequestError
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.operators import Fleet

DEFAULT_RANGE_MS = 60 * 60 * 1_000
DEFAULT_MAX = 500
LARGEST_MAX = 5_000
# A day of a device that reports every five seconds.
MOST_MESSAGES = 17_280
# Beyond it a JSON number is no longer exact.
LAST_MS = 2**53


async def show_readings(
    device_id: str, *, from_t: int | None, to_t: int | None, most: int, now_ms: int, fleet: Fleet
) -> dict[str, Any]:
    """Every channel and the score as series of at most *most* points each, peaks kept.

    ``from_t`` and ``to_t`` are event times in ms, both included; the last hour by default.
    Raises InvalidRequestError for an empty range, or *most* outside 2…5000.
    """
    to_t = now_ms if to_t is None else to_t
    from_t = to_t - DEFAULT_RANGE_MS if from_t is None else from_t
    if not -LAST_MS <= from_t < to_t <= LAST_MS:
        raise InvalidRequestError("from must be before to (both in ms since the epoch)")
    if not 2 <= most <= LARGEST_MAX:
        raise InvalidRequestError(f"max must lie between 2 and {LARGEST_MAX}")
    documents = await fleet.readings(device_id, from_t=from_t, to_t=to_t, most=MOST_MESSAGES)
    t = np.array([t for document in documents for t in document["t"]], dtype=np.int64)
    inside = (t >= from_t) & (t <= to_t)
    columns = _columns(documents)
    return {
        "deviceId": device_id,
        "from": from_t,
        "to": to_t,
        "readings": int(np.count_nonzero(inside)),
        "threshold": documents[-1]["threshold"] if documents else None,
        "series": {
            name: _series(t[inside], column[inside], most) for name, column in columns.items()
        },
    }


def _columns(documents: Sequence[Document]) -> dict[str, NDArray[np.float64]]:
    """Each channel, and ``score``, as float64 over all readings, NaN where missing."""
    names = {name for document in documents for name in document["channels"]}
    columns = {
        name: [
            document["channels"].get(name) or [None] * len(document["t"]) for document in documents
        ]
        for name in sorted(names)
    }
    columns["score"] = [document["score"] for document in documents]
    return {
        name: np.array([value for part in parts for value in part], dtype=np.float64)
        for name, parts in columns.items()
    }


def _series(
    t: NDArray[np.int64], values: NDArray[np.float64], most: int
) -> Mapping[str, list[float | None]]:
    order = np.argsort(t, kind="stable")
    t, values = t[order], values[order]
    shown = min_max_indices(values, most)
    return {
        "t": t[shown].tolist(),
        "values": [None if value != value else value for value in values[shown].tolist()],  # noqa: PLR0124 (NaN)
    }
