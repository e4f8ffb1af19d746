"""The benchmark of odd devices: each fault found and named, nothing false, nothing passed over."""

from __future__ import annotations

import pytest

from benchmarks.devices.__main__ import list_missed, try_devices
from local.stack import Stack


@pytest.mark.timeout(240)
def test_devices_as_they_really_are_are_understood(stack: Stack) -> None:
    assert list_missed(try_devices(stack, is_short=True)) == []
