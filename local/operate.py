"""What an operator does in the API, done through the front door."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from local.prepare import PreparationError

WITHIN_S = 30.0


def change_setting(url: str, kind: str, site: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a merge *patch* to a site's tasks, overrides or optimiser (docs/api.md).

    *url*: the front door's, with its last slash. Raises PreparationError when it is refused or
    the API does not answer.
    """
    what = f"{kind} of site {site} not set"
    return call_api(url, "PATCH", f"settings/{kind}?{urlencode({'site': site})}", patch, what=what)


def call_api(
    url: str, method: str, path: str, body: Mapping[str, Any] | None = None, *, what: str
) -> dict[str, Any]:
    """Call the route *path* below the front door's *url*; returns its JSON.

    Raises PreparationError, saying *what* did not work, when it is refused or nobody answers.
    """
    request = urllib.request.Request(  # noqa: S310 (our own front door)
        f"{url}api/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 (as above)
            content: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        said = _read_detail(error.read(10_000).decode(errors="replace"))
        raise PreparationError(f"{what}: {error.code} {said}") from error
    except OSError as error:
        raise PreparationError(
            f"{what}: nothing answers at {url} ({error}); a demo has to run, and one at another "
            "address is named by --address"
        ) from error
    return content


def _read_detail(text: str) -> str:
    """What a problem of the API (RFC 9457) says; the text itself where it is none."""
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError):
        return text
