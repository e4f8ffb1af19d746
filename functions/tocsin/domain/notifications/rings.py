"""What waits in the queue ``notifications``: the site that has to be served (docs/formats.md)."""

from __future__ import annotations

import json
from typing import Any

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.sites import check_site_id

QUEUE = "notifications"
POISON = f"{QUEUE}-poison"  # where the functions host moves what failed five times


def write_ring(site_id: str) -> dict[str, Any]:
    return {"siteId": site_id}


def parse_ring(body: bytes) -> str:
    """The site. Raises InvalidRequestError saying what is malformed."""
    try:
        return check_site_id(json.loads(body)["siteId"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRequestError(f"a ring that cannot be read: {error!r:.200}") from error
