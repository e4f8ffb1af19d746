"""The archive that holds an exported program: what is in it, checked before it is used."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final, Self

import torch
from torch import Tensor

from tocsin.domain.errors import InvalidBundleError

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_ENTRIES: Final = 1_000
MOST_JSON_BYTES: Final = 4 * 1024 * 1024  # parsed, it takes some twenty times as much
# The only type of number that our programs keep or convert to, as the archive numbers types.
FLOAT: Final = 7
STRIDED: Final = 7
_LARGEST_SIZE: Final = 2**40
_ENTRY: Final = b"PK\x01\x02"  # begins each entry of the archive's directory
# All that our exporter writes; the sample inputs, which torch would unpickle, are empty.
_NAMES: Final = re.compile(
    r"data/(weights|constants)/[A-Za-z0-9_]+(\.json)?|data/sample_inputs/model\.pt"
    r"|models/model\.json|archive_format|archive_version|byteorder"
    r"|\.data/version|\.data/serialization_id"
)
_ENCRYPTED: Final = 1
_SAMPLES: Final = "data/sample_inputs/model.pt"
_UNREADABLE: Final = (KeyError, zipfile.BadZipFile, EOFError, RuntimeError, ValueError)


class Archive:
    """The entries of a ``.pt2`` file, all below one folder."""

    def __init__(self, entries: zipfile.ZipFile, folder: str) -> None:
        self._entries = entries
        self._folder = folder

    @classmethod
    def open(cls, content: bytes) -> Self:
        """Raises InvalidBundleError when this is no archive as our exporter writes them."""
        # Before the directory is read: a long one alone would fill the memory.
        if len(content) > MOST_BYTES or content.count(_ENTRY) > MOST_ENTRIES:
            raise InvalidBundleError(
                f"the program has more than {MOST_BYTES} bytes or {MOST_ENTRIES} entries"
            )
        try:
            entries = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise InvalidBundleError(f"the program is no archive: {error}") from error
        listed = entries.infolist()
        if not listed:
            raise InvalidBundleError("the program has no entries")
        folder = listed[0].filename.partition("/")[0]
        _check(listed, folder, len(content))
        return cls(entries, folder)

    def text(self, name: str) -> str:
        try:
            return self._read(name).decode()
        except UnicodeDecodeError as error:
            raise InvalidBundleError(f"{name} of the program is no text") from error

    def json(self, name: str) -> Any:  # noqa: ANN401 (whatever JSON holds)
        content = self._read(name)
        if len(content) > MOST_JSON_BYTES:
            raise InvalidBundleError(f"{name} of the program has {len(content)} bytes")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InvalidBundleError(f"{name} of the program is no JSON: {error}") from error

    def tensors(self, kind: str) -> dict[str, Tensor]:
        """The tensors of *kind*, ``weights`` or ``constants``, by their name in the program."""
        config = self.json(f"data/{kind}/model_{kind}_config.json")["config"]
        return {name: self._tensor(kind, name, entry) for name, entry in config.items()}

    def _tensor(self, kind: str, name: str, entry: Mapping[str, Any]) -> Tensor:
        meta = entry["tensor_meta"]
        if entry["use_pickle"] is not False or not isinstance(meta, dict):
            raise InvalidBundleError(f"{name!r} of the program is pickled")
        if meta["device"]["type"] != "cpu" or meta["layout"] != STRIDED:
            raise InvalidBundleError(f"{name!r} of the program is no plain tensor of the CPU")
        dtype = require_dtype(meta["dtype"])
        sizes = [_require_size(size) for size in meta["sizes"]]
        strides = [_require_size(stride) for stride in meta["strides"]]
        # A number that stands in several places would make a small file a large tensor.
        if _require_size(meta["storage_offset"]) or math.prod(sizes) != _reach(sizes, strides):
            raise InvalidBundleError(f"{name!r} of the program does not lie in one piece")
        content = bytearray(self._read(f"data/{kind}/{entry['path_name']}"))
        wanted = math.prod(sizes) * dtype.itemsize
        if len(content) != wanted:
            raise InvalidBundleError(
                f"{name!r} has {len(content)} bytes in the program, not {wanted}"
            )
        if not content:
            return torch.empty(sizes, dtype=dtype)
        return torch.frombuffer(content, dtype=dtype).as_strided(sizes, strides)

    def _read(self, name: str) -> bytes:
        try:
            return self._entries.read(f"{self._folder}/{name}")
        except _UNREADABLE as error:
            raise InvalidBundleError(f"{name} of the program cannot be read: {error}") from error


def require_dtype(number: object) -> torch.dtype:
    if type(number) is not int or number != FLOAT:
        raise InvalidBundleError(f"the program has {number!r:.40} for a type of number")
    return torch.float32


def _check(entries: list[zipfile.ZipInfo], folder: str, size: int) -> None:
    if len({entry.filename for entry in entries}) != len(entries):
        raise InvalidBundleError("the program has an entry twice")
    for entry in entries:
        # What zipfile has shortened or turned (a NUL, a backslash) is no name of ours.
        top, _, name = entry.orig_filename.partition("/")
        if top != folder or not _NAMES.fullmatch(name):
            raise InvalidBundleError(f"the program has an entry {entry.orig_filename!r:.80}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & _ENCRYPTED:
            raise InvalidBundleError(f"{entry.filename!r} is compressed or encrypted")
        if name == _SAMPLES and entry.file_size:
            raise InvalidBundleError("the program brings sample inputs, which are pickled")
    if sum(entry.file_size for entry in entries) > size:
        raise InvalidBundleError("the program's entries are larger than the program")


def _require_size(size: object) -> int:
    number = size.get("as_int") if isinstance(size, dict) else None
    if type(number) is not int or not 0 <= number < _LARGEST_SIZE:
        raise InvalidBundleError(f"a tensor of the program has a size of {size!r:.60}")
    return number


def _reach(sizes: list[int], strides: list[int]) -> int:
    """How many numbers lie between the first and the last one, both counted."""
    if 0 in sizes:
        return 0
    return 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
