"""One request of a route that is served, and what makes it one that is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.unit.tocsin.workshops import SITE

Values = Mapping[str, str]
NORTH = {"site": SITE}


@dataclass(frozen=True)
class Sample:
    """A request that is served, and what makes it one that is refused.

    bad_params: changes to its parameters, each naming the parameter that the answer has to name.
    bad_bodies: bodies by what the answer has to say.
    """

    route: Values = field(default_factory=dict)
    params: Values = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    status: int = 200
    bad_params: Sequence[tuple[str, str]] = ()
    bad_bodies: Sequence[tuple[Mapping[str, Any], str]] = ()
