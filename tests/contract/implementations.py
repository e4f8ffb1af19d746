"""A fixture that is each implementation of a port in its turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from local.endpoints import Endpoints

Opened = Callable[[Endpoints], AbstractAsyncContextManager[Any]]


def each(**implementations: tuple[Opened, str | None]) -> Any:  # noqa: ANN401 (pytest's own type)
    """By name how one is opened, and the fixture of the service it needs, None if it needs none."""

    @pytest.fixture(params=[*implementations])
    async def opened(request: pytest.FixtureRequest, endpoints: Endpoints) -> AsyncIterator[Any]:
        opener, service = implementations[request.param]
        if service is not None:
            request.getfixturevalue(service)
        async with opener(endpoints) as port:
            yield port

    return opened
