"""Show stored alerts to the people who watch the site, and have its work planned anew."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.domain.requests import Request
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Requests

# What the database adds to a document is of no use to a browser.
_SYSTEM_FIELDS = {"_rid", "_self", "_etag", "_ts", "_attachments", "_lsn"}
DEBOUNCE_S = 1  # alerts seldom come alone: one run sees all of this second's


async def push_alerts(
    documents: Sequence[Document], *, live: Live, requests: Requests, now_ms: int
) -> None:
    """Send each alert to its site, in the order of the change feed.

    Raises DeliveryError when one cannot be handed over: the feed then delivers the batch again,
    a browser tells an alert it has by its id, and a run that is asked for twice is done once.
    """
    try:
        for request in _requests(documents, now_ms):
            await requests.put(request, delay_s=DEBOUNCE_S)
    finally:
        # A queue that is away must not keep people from seeing the alert.
        for document in documents:
            await _show(document, live)


async def _show(document: Document, live: Live) -> None:
    alert = {name: value for name, value in document.items() if name not in _SYSTEM_FIELDS}
    await live.send(alert["siteId"], {"type": "alert", "siteId": alert["siteId"], "alert": alert})


def _requests(documents: Sequence[Document], now_ms: int) -> list[Request]:
    """One a site: all alerts that were raised there."""
    alerted: dict[str, dict[str, int]] = {}
    for document in documents:
        if document["type"] == "raised":
            alerted.setdefault(str(document["siteId"]), {})[str(document["deviceId"])] = int(
                document["t"]
            )
    return [
        Request(site_id, "alert", now_ms, f"alert of {', '.join(devices)}", devices)
        for site_id, devices in alerted.items()
    ]
