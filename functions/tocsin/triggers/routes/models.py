"""The HTTP API of model bundles: how good the active one is, and which others there are."""

from __future__ import annotations

from dataclasses import asdict

import msgspec

from tocsin.domain.access.principal import VIEWER
from tocsin.domain.errors import NotFoundError
from tocsin.domain.models.bundle_card import Card, Metrics
from tocsin.triggers.api.answers import Output
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.usecases.ports.bundles import Published


class KindFoundShown(Output):
    """Faults of a kind in the evaluation, and how many were found, after how long (s)."""

    total: int
    found: int
    median_delay_s: float | None


class MetricsShown(Output):
    """The evaluation of a bundle in its training; null for what it does not say. ``precision`` and
    ``recall`` of faults lie between 0 and 1."""

    faults: int | None
    found: int | None
    precision: float | None
    recall: float | None
    median_delay_s: float | None
    false_alerts_per_device_day: float | None
    device_days: float | None
    kinds: dict[str, KindFoundShown]


class CardShown(Output):
    """The active bundle: how many readings (``rows``) of how many devices it was trained on, by
    which command, and the false alerts a device and day that its threshold was found for."""

    version: str
    rows: int | None
    devices: int | None
    command: str | None
    data_sha256: str | None
    target_per_day: float | None
    metrics: MetricsShown | None


class VerdictOnBundle(Output):
    """What the last comparison of a version said (``at`` in ms), held against ``active`` on
    ``deviceDays``; ``reasons`` say why it is not fit to be promoted."""

    at: int
    fit: bool
    reasons: list[str]
    active: str
    device_days: float


class PublishedShown(Output):
    """A version in the storage, and when it was uploaded (ms). ``verdict``: null where it was never
    compared, or the log says why it cannot be read."""

    version: str
    uploaded_at: int
    verdict: VerdictOnBundle | None


class BundlesShown(Output):
    """What is published for a profile. ``card`` is null where ``refused`` says why.

    ``previous``: the version that scored before. ``rolledBack``: the one that a roll-back left.
    ``published``: the newest upload first; ``cut``: there are more.
    """

    profile: str
    card: CardShown | None
    refused: str | None
    previous: str | None
    rolled_back: str | None
    published: list[PublishedShown]
    cut: bool


async def show_model(call: Call[Nothing, Nothing]) -> BundlesShown:
    """How good the active model bundle of a profile is, and which others are published."""
    services, name = call.services, call.path["profile"]
    profile = services.profiles.get(name)
    if profile is None:
        there = ", ".join(sorted(services.profiles))
        raise NotFoundError(f"there is no profile {name!r:.80}; there are {there}")
    found = await services.bundle_book.look(profile)
    return BundlesShown(
        profile=name,
        card=None if found.card is None else _show_card(found.card),
        refused=found.refused,
        previous=found.previous,
        rolled_back=found.rolled_back,
        published=[_show_published(each) for each in found.published],
        cut=found.cut,
    )


def _show_published(published: Published) -> PublishedShown:
    verdict = published.verdict
    return PublishedShown(
        version=published.version,
        uploaded_at=published.uploaded_at,
        verdict=None
        if verdict is None
        else VerdictOnBundle(
            at=round(verdict.compared_at.timestamp() * 1_000),
            fit=verdict.fit,
            reasons=list(verdict.reasons),
            active=verdict.active,
            device_days=verdict.device_days,
        ),
    )


def _show_card(card: Card) -> CardShown:
    metrics = None if card.metrics is None else _show_metrics(card.metrics)
    return msgspec.structs.replace(CardShown(**{**asdict(card), "metrics": None}), metrics=metrics)


def _show_metrics(metrics: Metrics) -> MetricsShown:
    kinds = {kind: KindFoundShown(**asdict(part)) for kind, part in metrics.kinds.items()}
    return MetricsShown(**{**asdict(metrics), "kinds": kinds})


ROUTES = (
    Route(
        "show_model", "GET", "models/{profile}", VIEWER, Nothing, Nothing, {200: BundlesShown},
        show_model, fails=frozenset({404}),
    ),
)  # fmt: skip
