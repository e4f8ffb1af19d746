"""Documents of the container ``readings``: packed to be stored, unpacked to be read.

Of 55 bytes that a value took, 50 said nothing of it: digits, names, what a sensor's steps and the
value before tell already. Outside stays what a query asks for, and what people look for.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from reprlib import repr as brief
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.packing.content import (
    ANOMALOUS,
    CHANNELS,
    SCORE,
    TIME,
    Content,
    read_content,
    write_content,
)
from tocsin.domain.packing.rows import Rows
from tocsin.domain.stored import take_field

PACKED: Final = "packed"
_COLUMNS = ("t", "channels", "score", "anomalous", "contributions")
_REST = ("sensors", "states", "badValues", "standing", "rhythm", "habits")
_INSIDE = frozenset((*_COLUMNS, *_REST))


def pack_message(document: Mapping[str, Any]) -> dict[str, Any]:
    """One document packed, as ``pack_messages`` does."""
    (packed,) = pack_messages([document])
    return packed


def pack_messages(documents: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The *documents* with their columns packed, in their order.

    Of the contributions only those of anomalous readings are kept. Everything else comes back as it
    was, but for whole numbers beyond 2**53, of which a float has only the first digits. Raises
    TypeError, ValueError or OverflowError where a column holds no numbers that a float has.
    """
    packed: list[dict[str, Any]] = [{} for _ in documents]

    def count(index: int) -> int:
        return len(documents[index]["t"])

    # Messages of as many readings side by side: by itself each takes three times as long.
    for _, group in groupby(sorted(range(len(documents)), key=count), key=count):
        alike = [*group]
        contents = _pack_alike([documents[index] for index in alike])
        for index, content in zip(alike, contents, strict=True):
            packed[index] = _write_outside(documents[index], content)
    return packed


def unpack_columns(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with its columns as they were before it was packed, without the rest that is
    packed beside them; a document that is not packed as it is. Raises DamagedDocumentError."""
    return document if document.get(PACKED) is None else _unpack(document, with_rest=False)


def unpack_message(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document as it was before it was packed; one that is not packed as it is.

    Raises DamagedDocumentError.
    """
    return document if document.get(PACKED) is None else _unpack(document, with_rest=True)


def _pack_alike(documents: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """Of documents that have as many readings."""
    stacks = [[*_list_rows(document)] for document in documents]
    ends = np.cumsum([len(stack) for stack in stacks]).tolist()
    starts = [0, *ends[:-1]]
    table = np.array([row for stack in stacks for row in stack], dtype=np.float64)
    table[starts] -= table[starts, :1]
    rows = Rows(table)
    for document, start, end in zip(documents, starts, ends, strict=True):
        shares = document["contributions"]
        odd = np.flatnonzero(document["anomalous"])
        yield write_content(
            [*document["channels"]],
            [*shares],
            len(document["t"]),
            rows=rows.write(start, end),
            shares=np.array([*shares.values()], dtype=np.float64)[:, odd]
            if len(odd) and shares
            else np.empty((0, 0)),
            rest={name: document[name] for name in _REST if name in document},
        )


def _list_rows(document: Mapping[str, Any]) -> Iterator[Sequence[float | None]]:
    yield document["t"]
    yield document["anomalous"]
    yield document["score"]
    yield from document["channels"].values()


def _write_outside(document: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in _INSIDE}
    scores = [score for score in document["score"] if score is not None]
    return {
        **kept,
        "readings": len(document["t"]),
        "anomalousReadings": sum(document["anomalous"]),
        "highestScore": max(scores, default=None),
        PACKED: base64.b64encode(content).decode(),
    }


def _unpack(document: Mapping[str, Any], *, with_rest: bool) -> dict[str, Any]:
    first_t = take_field(document, "firstT", int)
    try:
        content = read_content(base64.b64decode(document[PACKED], validate=True))
        times = content.table[TIME].astype(np.int64) + first_t
        rest = content.read_rest() if with_rest else {}
    except (ValueError, TypeError, OverflowError) as error:
        raise DamagedDocumentError(
            f"the stored document {brief(document.get('id'))} of device "
            f"{brief(document.get('deviceId'))} is damaged: packed cannot be unpacked: {error}"
        ) from error
    kept = {name: value for name, value in document.items() if name != PACKED}
    return {**kept, "t": times.tolist(), **_list_columns(content), **rest}


def _list_columns(content: Content) -> dict[str, Any]:
    table = content.table
    numbers = _list_numbers(table[SCORE:])
    odd = table[ANOMALOUS] > 0
    shares = np.zeros((len(content.shared), len(odd)))
    if len(content.shared):
        shares[:, odd] = content.shares
    return {
        "channels": dict(zip(content.channels, numbers[CHANNELS - SCORE :], strict=True)),
        "score": numbers[0],
        "anomalous": odd.tolist(),
        "contributions": dict(zip(content.shared, shares.tolist(), strict=True)),
    }


def _list_numbers(table: NDArray[np.float64]) -> list[list[float | None]]:
    """Each row as a list, None where it is NaN."""
    rows: list[list[float | None]] = table.tolist()
    for index in np.flatnonzero(np.isnan(table).any(axis=1)).tolist():
        rows[index] = [None if value != value else value for value in rows[index]]  # noqa: PLR0124 (NaN)
    return rows
