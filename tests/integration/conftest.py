"""The whole local system on free addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.stack import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack of its own for a test that breaks it."""
    with Stack(Endpoints.free(find_free_address()), tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all tests of this folder and process that leave it whole."""
    endpoints = Endpoints.free(find_free_address())
    # Scoring apart, as on Azure; the stacks of other tests have one host for everything.
    with Stack(endpoints, tmp_path_factory.mktemp("stack"), scores_apart=True) as running:
        yield running
