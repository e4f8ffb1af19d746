"""What an operator does in the API, done through the front door."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from local.prepare import PreparationError

WITHIN_S = 30.0


def change_setting(url: str, kind: str, site: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a merge *patch* to a site's tasks, overrides or optimiser (docs/api.md).

    *url*: the front door's, with its last slash. Raises PreparationError when it is refused or
    the API does not answer.
    """
    request = urllib.request.Request(  # noqa: S310 (our own front door)
        f"{url}api/settings/{kind}?site={site}",
        data=json.dumps(patch).encode(),
        headers={"Content-Type": "application/merge-patch+json"},
        method="PATCH",
    )
    what = f"{kind} of site {site} not set"
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 (as above)
            changed: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        said = error.read(2_000).decode(errors="replace")
        raise PreparationError(f"{what}: {error.code} {said}") from error
    except OSError as error:
        raise PreparationError(f"{what}: {error}") from error
    return changed
