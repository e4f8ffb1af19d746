"""Whose lines the host shows."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from local.standins.functions_host import logs
from local.standins.functions_host.logs import InvocationLabel, current_invocation


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the host's handler writes."""
    root, sdks = logging.getLogger(), logging.getLogger("azure")
    handlers, level, of_sdks = root.handlers, root.level, sdks.level
    sdks.setLevel(logging.NOTSET)  # the product, once loaded, has raised it
    logs.set_up({})
    stream = io.StringIO()
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    sdks.setLevel(of_sdks)
    logging.captureWarnings(capture=False)


def _list_messages(written: io.StringIO) -> list[str]:
    return [json.loads(line)["message"] for line in written.getvalue().splitlines()]


def test_lines_of_the_sdks_that_the_app_uses_are_shown_as_the_worker_ships_them(
    written: io.StringIO,
) -> None:
    sdk = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
    token = current_invocation.set(InvocationLabel("f", "1"))
    sdk.info("the app's request")
    current_invocation.reset(token)
    sdk.info("the host's own request")
    assert _list_messages(written) == ["the app's request"]


def test_a_line_of_the_app_names_the_run_and_its_trace(written: io.StringIO) -> None:
    token = current_invocation.set(InvocationLabel("f", "1", "a" * 32))
    logging.getLogger("tocsin").warning("said")
    current_invocation.reset(token)
    line = json.loads(written.getvalue())
    assert (line["function"], line["invocationId"], line["traceId"]) == ("f", "1", "a" * 32)


def test_the_hosts_own_reconnects_are_said_by_the_host_alone(
    written: io.StringIO,
) -> None:
    logging.getLogger("azure.eventhub.aio._client").warning("again")
    logging.getLogger("azure.storage").warning("of another SDK")
    assert _list_messages(written) == ["of another SDK"]
