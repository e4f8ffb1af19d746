"""What an operator does in the API, done through the front door."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

WITHIN_S = 30.0


def change_setting(url: str, kind: str, site: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a merge *patch* to a site's tasks, overrides or optimiser (docs/api.md).

    *url*: the front door's, with its last slash. Raises OSError when it cannot be done.
    """
    request = urllib.request.Request(  # noqa: S310 (our own front door)
        f"{url}api/settings/{kind}?site={site}",
        data=json.dumps(patch).encode(),
        headers={"Content-Type": "application/merge-patch+json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 (as above)
        changed: dict[str, Any] = json.load(answer)
    return changed
