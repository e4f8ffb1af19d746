"""The archive that holds an exported program: what is in it, checked before it is used."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final, Self

import torch
from torch import Tensor

from tocsin.domain.errors import InvalidBundleError, TocsinError

MOST_ENTRIES: Final = 10_000
# As the archive numbers them: not as torch does.
DTYPES: Final = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    12: torch.bool,
    13: torch.bfloat16,
}
STRIDED: Final = 7


class UnsupportedProgramError(TocsinError):
    """A program holds what only torch itself can run."""


class Archive:
    """The entries of a ``.pt2`` file, all below one folder."""

    def __init__(self, entries: zipfile.ZipFile, folder: str) -> None:
        self._entries = entries
        self._folder = folder

    @classmethod
    def open(cls, content: bytes) -> Self:
        """Raises InvalidBundleError when this is no archive as torch writes them."""
        try:
            entries = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise InvalidBundleError(f"the program is no archive: {error}") from error
        _check(entries.infolist(), len(content))
        return cls(entries, entries.namelist()[0].partition("/")[0])

    def text(self, name: str) -> str:
        return self._read(name).decode()

    def json(self, name: str) -> Any:  # noqa: ANN401 (whatever JSON holds)
        return json.loads(self._read(name))

    def tensors(self, kind: str) -> dict[str, Tensor]:
        """The tensors of *kind*, ``weights`` or ``constants``, by their name in the program."""
        config = self.json(f"data/{kind}/model_{kind}_config.json")["config"]
        return {name: self._tensor(kind, name, entry) for name, entry in config.items()}

    def _tensor(self, kind: str, name: str, entry: Mapping[str, Any]) -> Tensor:
        meta = entry["tensor_meta"]
        if entry["use_pickle"] or meta is None:
            raise UnsupportedProgramError(f"{name!r} is pickled")
        if meta["device"]["type"] != "cpu" or meta["layout"] != STRIDED:
            raise UnsupportedProgramError(f"{name!r} is no plain tensor of the CPU")
        dtype = dtype_of(meta["dtype"])
        sizes = [_require_size(size) for size in meta["sizes"]]
        strides = [_require_size(stride) for stride in meta["strides"]]
        content = bytearray(self._read(f"data/{kind}/{entry['path_name']}"))
        offset = _require_size(meta["storage_offset"])
        # Beside an empty tensor there is nothing to reach.
        reach = 0 if 0 in sizes else 1 + offset + _reach(sizes, strides)
        if len(content) != reach * dtype.itemsize:
            raise InvalidBundleError(
                f"{name!r} has {len(content)} bytes in the program, not {reach * dtype.itemsize}"
            )
        if not content:
            return torch.empty(sizes, dtype=dtype)
        return torch.frombuffer(content, dtype=dtype).as_strided(sizes, strides, offset)

    def _read(self, name: str) -> bytes:
        try:
            return self._entries.read(f"{self._folder}/{name}")
        except (KeyError, zipfile.BadZipFile, EOFError) as error:
            raise InvalidBundleError(f"{name} of the program cannot be read: {error}") from error


def dtype_of(number: int) -> torch.dtype:
    if number not in DTYPES:
        raise UnsupportedProgramError(f"scalar type {number}")
    return DTYPES[number]


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise InvalidBundleError(f"the program has {len(entries)} entries; at most {MOST_ENTRIES}")
    folders = {entry.filename.partition("/")[0] for entry in entries}
    names = {entry.filename for entry in entries}
    if len(names) != len(entries) or len(folders) != 1:
        raise InvalidBundleError("the program's entries are not below one folder, each once")
    for entry in entries:
        if {"", ".", ".."} & set(entry.filename.split("/")) or "\\" in entry.filename:
            raise InvalidBundleError(f"the program has an entry {entry.filename!r}")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise InvalidBundleError(f"{entry.filename!r} is compressed; torch stores entries")
    if sum(entry.file_size for entry in entries) > size:
        raise InvalidBundleError("the program's entries are larger than the program")


def _require_size(size: Mapping[str, Any]) -> int:
    if type(size.get("as_int")) is not int or not 0 <= size["as_int"] < 2**40:
        raise InvalidBundleError(f"a tensor of the program has a size of {size}")
    return int(size["as_int"])


def _reach(sizes: list[int], strides: list[int]) -> int:
    """How far behind the first number the last one lies."""
    return sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
