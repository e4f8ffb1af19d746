"""What is packed of a message, as bytes: a head, the rows of its readings, and a text of the rest.

All of it is compressed together: little at a time, and names in it come twice.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.packing.dictionary import WORDS
from tocsin.domain.packing.rows import Rows, read_rows

VERSION: Final = 1
# The version, the readings, and the bytes of names, rows and contributions; the rest follows them.
_HEAD: Final = struct.Struct("<BHHII")
MOST_READINGS, MOST_CHANNELS = 2**16 - 1, 256
_LONGEST: Final = 16 * 1024 * 1024  # unpacked: the longest message that is taken has a tenth of it
_RAW_DEFLATE: Final = -15
TIME, ANOMALOUS, SCORE, CHANNELS = range(
    4
)  # the rows, in their order; a channel each from the last


@dataclass(frozen=True, slots=True)
class Content:
    """A message of n readings of c channels, unpacked.

    ``channels``, ``shared``: the names of the channels that were sent, and of those that have a
    share of the score. ``table``: ``[3 + c, n]``, NaN where missing. ``shares``: of the k anomalous
    readings, a row for each that is ``shared``. ``rest``: JSON.
    """

    channels: Sequence[str]
    shared: Sequence[str]
    table: NDArray[np.float64]
    shares: NDArray[np.float64]
    rest: bytes

    def read_rest(self) -> dict[str, Any]:
        """Raises ValueError where it is no object."""
        rest = json.loads(self.rest)
        if not isinstance(rest, dict):
            raise ValueError("its rest is no object")  # noqa: TRY004 (of what was stored)
        return rest


def write_content(
    channels: Sequence[str],
    shared: Sequence[str],
    readings: int,
    *,
    rows: bytes,
    shares: NDArray[np.float64],
    rest: Mapping[str, Any],
) -> bytes:
    """The bytes of a Content; *rows* are those of its table.

    Raises ValueError where there are more than MOST_READINGS or MOST_CHANNELS.
    """
    if readings > MOST_READINGS or max(len(channels), len(shared)) > MOST_CHANNELS:
        raise ValueError(
            f"{readings} readings of {len(channels)} channels; at most {MOST_READINGS} of "
            f"{MOST_CHANNELS} are packed"
        )
    # A share of the score is kept for every channel of the profile, a column for those sent.
    names = _write_json([channels] if shared == channels else [channels, shared])
    of_shares = Rows(shares).write(0, len(shares)) if shares.size else b""
    deflate = zlib.compressobj(zdict=WORDS, wbits=_RAW_DEFLATE)
    head = _HEAD.pack(VERSION, readings, len(names), len(rows), len(of_shares))
    parts = (head, names, rows, of_shares, _write_json(rest))
    return deflate.compress(b"".join(parts)) + deflate.flush()


def read_content(packed: bytes) -> Content:
    """Raises ValueError where *packed* is not what ``write_content`` gave."""
    try:
        content = _inflate(packed)
        version, readings, *lengths = _HEAD.unpack_from(content)
    except (zlib.error, struct.error) as error:
        raise ValueError(str(error)) from error
    if version != VERSION:
        raise ValueError(f"it has version {version}; {VERSION} is known")
    names_end, rows_end, shares_end = np.cumsum([_HEAD.size + lengths[0], *lengths[1:]]).tolist()
    channels, *others = _read_names(content[_HEAD.size : names_end])
    table = read_rows(content[names_end:rows_end], CHANNELS + len(channels), readings)
    if not np.isfinite(table[TIME]).all():
        raise ValueError("its times are none")
    shared = others[0] if others else channels
    odd = int((table[ANOMALOUS] > 0).sum()) if shared else 0
    of_shares = content[rows_end:shares_end]
    shares = read_rows(of_shares, len(shared), odd) if odd else np.empty((len(shared), 0))
    return Content(channels, shared, table, shares, content[shares_end:])


def _inflate(packed: bytes) -> bytes:
    inflate = zlib.decompressobj(_RAW_DEFLATE, zdict=WORDS)
    content = inflate.decompress(packed, _LONGEST)
    if not inflate.eof or inflate.unused_data:
        raise ValueError("its end is missing, or not where it should be")
    return content


def _read_names(text: bytes) -> list[list[str]]:
    names = json.loads(text)
    if not names or not all(
        type(part) is list
        and {*map(type, part)} <= {str}
        and len({*part}) == len(part) <= MOST_CHANNELS
        for part in names
    ):
        raise ValueError("it does not name its channels")
    return list(names)


def _write_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
