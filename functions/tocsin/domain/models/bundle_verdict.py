"""What the last comparison said of a bundle: the file ``verdict.json`` beside its bundle.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.domain.errors import InvalidBundleError

VERDICT_FILE = "verdict.json"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison said of the bundle ``version``, held against ``active``.

    ``reasons``: why it is not fit, with their figures; empty when it is. ``device_days``: how much
    was scored. ``target_per_day``: false alerts allowed a device and day.
    """

    profile: str
    version: str
    active: str
    compared_at: datetime
    fit: bool
    reasons: tuple[str, ...]
    device_days: float
    target_per_day: float

    def document(self) -> dict[str, Any]:
        """The content of verdict.json (docs/formats.md)."""
        return {
            "profile": self.profile,
            "version": self.version,
            "active": self.active,
            "compared_at": round(self.compared_at.timestamp() * 1_000),
            "fit": self.fit,
            "reasons": list(self.reasons),
            "device_days": self.device_days,
            "target_per_day": self.target_per_day,
        }

    def sentence(self) -> str:
        """The verdict with its date and figures, in one line."""
        called = "fit" if self.fit else "not fit"
        reasons = "".join(f"; {reason}" for reason in self.reasons)
        return (
            f"{self.profile} {self.version} was called {called} on "
            f"{self.compared_at:%Y-%m-%d %H:%M} UTC, held against {self.active} on "
            f"{self.device_days:g} device-days, {self.target_per_day:g} false alerts allowed a "
            f"device and day{reasons}"
        )


def parse_verdict(content: bytes, where: str) -> Verdict:
    """The verdict in *content*. Raises InvalidBundleError that names *where* it lies when it is
    none."""
    try:
        document = json.loads(content)
        return Verdict(
            profile=str(document["profile"]),
            version=str(document["version"]),
            active=str(document["active"]),
            compared_at=datetime.fromtimestamp(document["compared_at"] / 1_000, tz=UTC),
            fit=document["fit"] is True,
            reasons=tuple(str(reason) for reason in document["reasons"]),
            device_days=float(document["device_days"]),
            target_per_day=float(document["target_per_day"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise InvalidBundleError(
            f"{where} holds no verdict of a comparison: compare the bundle again "
            "(python -m ml_model compare)"
        ) from error
