"""Stand-ins on free addresses, one of each for a test module."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import services
from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.processes import Child


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one name are one test to workers that run side by side: the others never run."""
    counted = Counter(item.nodeid for item in items)
    if twice := sorted(name for name, count in counted.items() if count > 1):
        raise pytest.UsageError(f"several tests have one name: {', '.join(twice)}")


@pytest.fixture(autouse=True)
def plain_log_records() -> None:
    """An app that a test started has its own kind of records for the whole process: no other test
    is to see them."""
    logging.setLogRecordFactory(logging.LogRecord)


@pytest.fixture(scope="module")
def endpoints() -> Endpoints:
    return Endpoints.free(find_free_address())


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def iothub(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    yield from _running(services.make_iothub(endpoints, state))


@pytest.fixture(scope="module")
def cosmos(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    yield from _running(services.make_cosmos(endpoints, state))


@pytest.fixture(scope="module")
def webpubsub(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    yield from _running(services.make_webpubsub(endpoints, state))


@pytest.fixture(scope="module")
def insights(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    yield from _running(services.make_insights(endpoints, state))


@pytest.fixture(scope="module")
def front_door(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    yield from _running(services.make_front_door(endpoints, state))


@pytest.fixture(scope="module")
def azurite(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    yield from _running(services.make_azurite(endpoints, state))


def _running(child: Child) -> Iterator[Child]:
    child.start()
    yield child
    child.stop()
