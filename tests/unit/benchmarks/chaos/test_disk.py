"""A small disk and its last byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.chaos.disk import NoSmallDiskError, fill, small_disk


def test_a_filled_disk_takes_not_one_byte_more_and_its_ballast_can_be_dropped(
    tmp_path: Path,
) -> None:
    try:
        with small_disk(tmp_path / "disk", mebibytes=1) as disk:
            fill(disk / "ballast")
            assert shutil.disk_usage(disk).free == 0
            with pytest.raises(OSError, match="No space left"):
                (disk / "more").write_bytes(b"x")
            (disk / "ballast").unlink()
            (disk / "more").write_bytes(b"x")
    except NoSmallDiskError as error:
        pytest.skip(str(error))
