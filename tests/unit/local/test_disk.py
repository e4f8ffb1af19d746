"""A full disk is recognised by trying it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from local.__main__ import main
from local.disk import PROBE, is_full, means_full

FULL = Path("/dev/full")  # every write to it meets a full disk
needs_full = pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")


def test_a_disk_with_room_is_not_full_and_is_left_as_it_was(tmp_path: Path) -> None:
    assert not is_full(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_not_a_full_disk(tmp_path: Path) -> None:
    assert not is_full(tmp_path / "missing")


@needs_full
def test_a_full_disk_is_called_full(tmp_path: Path) -> None:
    (tmp_path / PROBE).symlink_to(FULL)
    assert is_full(tmp_path)


@pytest.mark.parametrize(
    ("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)]
)
def test_quotas_count_too(number: int, full: bool) -> None:
    assert means_full(OSError(number, "why")) is full


@needs_full
def test_a_command_that_meets_it_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def write_much(_: object) -> int:
        return FULL.write_bytes(b"much")

    assert main(["check"], {"check": write_much}) == 1
    told = capsys.readouterr().err
    assert told.startswith("failed: the disk is full")
    assert told.count("\n") == 1


def test_other_errors_are_not_taken_for_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        main(["check"], {"check": lambda _: len((tmp_path / "missing").read_bytes())})
