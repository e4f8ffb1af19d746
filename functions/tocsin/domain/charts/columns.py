"""The readings of many stored messages as columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.charts.stored_message import StoredMessage

SCORE = "score"  # the score's column, beside those of the channels


def stack_times(messages: Sequence[StoredMessage]) -> NDArray[np.int64]:
    """The event time (ms) of each reading, message after message."""
    return np.fromiter(chain.from_iterable(message.t for message in messages), dtype=np.int64)


def stack_columns(messages: Sequence[StoredMessage]) -> dict[str, NDArray[np.float64]]:
    """Each channel, and the score, over all readings; NaN where missing."""
    columns = {name: _stack_channel(messages, name) for name in sorted(_channel_names(messages))}
    columns[SCORE] = _stack([message.score for message in messages])
    return columns


def stack_anomalous(messages: Sequence[StoredMessage]) -> NDArray[np.int64]:
    """1 for each anomalous reading, else 0; 0 where it was not asked for."""
    flags = (message.anomalous or [False] * len(message.t) for message in messages)
    return np.fromiter(chain.from_iterable(flags), dtype=np.int64)


def _channel_names(messages: Sequence[StoredMessage]) -> set[str]:
    return set(chain.from_iterable(message.channels for message in messages))


def _stack_channel(messages: Sequence[StoredMessage], name: str) -> NDArray[np.float64]:
    return _stack([message.channels.get(name) or [None] * len(message.t) for message in messages])


def _stack(parts: Sequence[Sequence[float | None]]) -> NDArray[np.float64]:
    return np.array(list(chain.from_iterable(parts)), dtype=np.float64)
