"""Show stored alerts to the people who watch the site."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.usecases.ports import Document, Live

# What the database adds to a document is of no use to a browser.
_SYSTEM_FIELDS = {"_rid", "_self", "_etag", "_ts", "_attachments", "_lsn"}


async def push_alerts(documents: Sequence[Document], *, live: Live) -> None:
    """Send each alert to its site, in the order of the change feed.

    Raises DeliveryError when one cannot be handed over: the feed then delivers the batch again,
    and a browser tells an alert it has by its id.
    """
    for document in documents:
        alert = {name: value for name, value in document.items() if name not in _SYSTEM_FIELDS}
        await live.send(
            alert["siteId"], {"type": "alert", "siteId": alert["siteId"], "alert": alert}
        )
