"""What a bundle.json says to people: the shipped ones in full, a strange one as far as it goes."""

from __future__ import annotations

import json

import pytest

from tests.paths import ROOT
from tocsin.domain.models.bundle_card import Card, KindFound, parse_card

BUNDLES = sorted((ROOT / "ml_model/bundles").glob("*/bundle.json"))


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.parent.name)
def test_a_shipped_bundle_tells_how_good_it_was(path: object) -> None:
    content = path.read_bytes()  # type: ignore[attr-defined]
    card = parse_card(content)
    document = json.loads(content)
    assert card.version == document["version"]
    assert card.rows == document["training"]["rows"]
    assert card.metrics is not None
    assert card.metrics.recall == document["metrics"]["events"]["recall"]
    assert set(card.metrics.kinds) == set(document["metrics"]["events"]["by_kind"])


def test_what_is_missing_or_no_figure_is_left_open() -> None:
    assert parse_card(b'{"version": "1"}') == Card("1", None, None, None, None, None, None)
    strange = {
        "version": "1",
        "training": ["24"],
        "calibration": {"target_per_day": "0.5"},
        "metrics": {
            "events": {"recall": True, "total": 2.5, "by_kind": {"spike": {"total": 2, "found": 1},
                                                                  "odd": 3, "none": {"total": 1}}},
            "device_days": float("inf"),
        },
    }  # fmt: skip
    card = parse_card(json.dumps(strange).encode())
    assert (card.rows, card.target_per_day) == (None, None)
    assert card.metrics is not None
    assert (card.metrics.recall, card.metrics.faults, card.metrics.device_days) == (None,) * 3
    assert card.metrics.kinds == {"spike": KindFound(2, 1, None)}
