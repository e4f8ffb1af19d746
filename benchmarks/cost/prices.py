"""The price table: public list prices with their date, entered by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True, slots=True)
class Prices:
    """In ``currency``, each for what its name says."""

    entered: str
    currency: str
    region: str
    note: str
    cosmos_million_request_units: float
    cosmos_autoscale_hundred_units_hour: float
    cosmos_gigabyte_month: float
    hub_unit_month: Mapping[str, float]
    stream_unit_month: float
    stream_million_events: float
    functions_gigabyte_second: float
    functions_million_executions: float
    logs_gigabyte: float


def read_prices() -> Prices:
    return Prices(**json.loads(TABLE.read_text(encoding="utf-8")))
