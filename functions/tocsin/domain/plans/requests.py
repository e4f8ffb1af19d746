"""A request to rebalance a site, as it waits in the queue (docs/formats.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.sites import check_site_id
from tocsin.domain.tracing.place import Place, parse_place

QUEUE = "rebalance-requests"
POISON = f"{QUEUE}-poison"  # where the functions host moves what failed five times
Kind = Literal["timer", "alert", "operator", "settings", "unconfirmed", "follow-up"]


@dataclass(frozen=True, slots=True)
class Cause:
    """What a plan says of why it was made."""

    kind: Kind
    text: str
    requested_at: int

    def to_document(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, "requestedAt": self.requested_at}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Cause:
        return cls(document["kind"], document["text"], document["requestedAt"])


@dataclass(frozen=True, slots=True)
class Request:
    """``text``: who or what asks, in words. ``requested_at``: ms since the epoch.

    ``alerted``: by device the event time (ms) of an alert that its document may not show yet.
    ``version``: the plan that a follow-up looks after. ``trace``: where the trace goes on of the
    alert that asks, if it is traced.
    """

    site_id: str
    kind: Kind
    requested_at: int
    text: str = ""
    alerted: Mapping[str, int] = field(default_factory=dict)
    version: int | None = None
    trace: Place | None = None

    def to_document(self) -> dict[str, Any]:
        traced = {} if self.trace is None else {"traceparent": self.trace.to_text()}
        return {
            **traced,
            "siteId": self.site_id,
            "kind": self.kind,
            "requestedAt": self.requested_at,
            "text": self.text,
            "alerted": dict(self.alerted),
            "version": self.version,
        }

    @property
    def cause(self) -> Cause:
        return Cause(self.kind, self.text, self.requested_at)


def parse_request(body: bytes) -> Request:
    """Read a queue message. Raises InvalidRequestError saying what is malformed."""
    try:
        document = json.loads(body)
        kind = document["kind"]
        if kind not in get_args(Kind):
            raise InvalidRequestError(f"the request's kind is {kind!r}")
        site_id, version = check_site_id(document["siteId"]), document.get("version")
        return Request(
            site_id=site_id,
            kind=kind,
            requested_at=int(document["requestedAt"]),
            text=str(document.get("text", "")),
            alerted={str(name): int(t) for name, t in (document.get("alerted") or {}).items()},
            version=None if version is None else int(version),
            trace=parse_place(document.get("traceparent")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequestError(f"a request that cannot be read: {error!r}") from error
