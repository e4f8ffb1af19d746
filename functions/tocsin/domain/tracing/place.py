"""A place in a trace, and how it is written between services (W3C Trace Context).

Ids follow from the message, so that a batch that runs again tells the same trace, and whoever goes
on with an alert knows its place without having been told of the spans before it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

# The second is how Event Hubs called it before there was a standard; it holds the same.
PROPERTIES = ("traceparent", "Diagnostic-Id")
LENGTH = 55
_WRITTEN = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Place:
    """trace_id: 32 hex digits. span_id: 16. is_chosen: whether whoever began the trace keeps it."""

    trace_id: str
    span_id: str
    is_chosen: bool = True

    def to_text(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_chosen else '00'}"

    def go_on(self, step: str) -> Place:
        """The place of *step* below this one; of the same step always the same."""
        named = f"{self.trace_id}-{self.span_id}-{step}".encode()
        return replace(self, span_id=hashlib.blake2b(named, digest_size=8).hexdigest())


def parse_place(text: object) -> Place | None:
    """The place that *text* names; None for anything else, which is no reason to refuse anything.

    What comes from a device is anyone's word.
    """
    if not isinstance(text, str) or len(text) != LENGTH:
        return None
    found = _WRITTEN.fullmatch(text)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return Place(found[1], found[2], bool(int(found[3], 16) & 1))


def find_origin(properties: Mapping[str, str]) -> Place | None:
    """Where the device, or who sent for it, says that its message is in a trace."""
    places = (parse_place(properties.get(name)) for name in PROPERTIES)
    return next((place for place in places if place is not None), None)


def derive_place(device_id: str, partition: str, sequence_number: int) -> Place:
    """The first place of a message whose device names none; the same at each delivery."""
    named = f"{partition}-{sequence_number}-{device_id}".encode(errors="replace")
    digest = hashlib.blake2b(named, digest_size=24).hexdigest()
    return Place(digest[:32], digest[32:], is_chosen=False)


def is_of_share(place: Place, share: float) -> bool:
    """Whether the trace is among that *share* of all traces, from 0 to 1: by its id, so that
    everyone decides alike."""
    return int(place.trace_id[16:], 16) < share * 2**64
