"""What gave a device away: its channels with values and usual ranges."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.sources import TopChannel

MOST = 3
LEAST_SHARE = 0.05  # below it a channel says nothing

Ranges = Mapping[str, tuple[float, float]]


def rank_channels(
    alert: Alert, values: Mapping[str, float | None], usual: Ranges
) -> tuple[TopChannel, ...]:
    """The channels with the largest shares of the alert's score, the largest first.

    values: by channel as near to the alert as they are known, in the channel's unit; usual: by
    channel its usual range. Either may lack a channel.
    """
    shares = sorted(alert.contributions.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        TopChannel(
            name,
            round(share, 4),
            values.get(name),
            *(usual.get(name) or (None, None)),
        )
        for name, share in shares[:MOST]
        if share >= LEAST_SHARE
    )
