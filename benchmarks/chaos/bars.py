"""What must hold in every campaign, and in some of them."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.chaos.figures import Figures

# What must stay quick while something else is away, in ms.
MOST_SHOWN_MS = {"storage-away": 3_000.0}
MOST_STORED_MS = {"webpubsub-hangs": 2_000.0}


def list_missed(figures: Sequence[Figures]) -> list[str]:
    """Every bar that a campaign missed, in words; empty when all are met."""
    return [text for campaign in figures for text in _judge_campaign(campaign)]


def _judge_campaign(campaign: Figures) -> list[str]:
    missed = []
    if campaign.lost:
        missed.append(f"{campaign.lost} readings were lost")
    if campaign.duplicates:
        missed.append(f"{campaign.duplicates} readings were stored twice")
    if campaign.shown != campaign.raised:
        missed.append(f"{campaign.raised} alerts were raised, {campaign.shown} were shown")
    for what, found, most in (
        ("shown", campaign.shown_p99_ms, MOST_SHOWN_MS.get(campaign.name)),
        ("stored", campaign.stored_p99_ms, MOST_STORED_MS.get(campaign.name)),
    ):
        if most is not None and (found is None or found > most):
            missed.append(f"{what} with a p99 of {found} ms, allowed are {most:.0f}")
    return [f"{campaign.name}: {text}" for text in missed]
