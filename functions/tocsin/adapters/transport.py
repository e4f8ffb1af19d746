"""The HTTP transport of the clients on the hot path."""

from __future__ import annotations

from azure.core.pipeline.transport import AioHttpTransport


def quick_transport() -> AioHttpTransport:
    """A transport that reads no environment, for one client.

    With it, each request looks for a proxy and a ``.netrc`` first, in a thread: half the cost of a
    small write. A function app has neither.
    """
    return AioHttpTransport(use_env_settings=False)
