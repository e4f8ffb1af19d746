"""What the log may say of requests that are no HTTP."""

from __future__ import annotations

import logging

from aiohttp.http import HttpProcessingError


class _MalformedRequests(logging.Filter):
    """Drops the parser's words, which quote the request: a header's credentials among them."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg, record.args = "a request that is not HTTP was refused", ()
            record.exc_info = record.exc_text = None
        return True


_MALFORMED_REQUESTS = _MalformedRequests()


def hide_malformed_requests() -> None:
    logging.getLogger("aiohttp.server").addFilter(_MALFORMED_REQUESTS)
