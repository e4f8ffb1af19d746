"""The least that answers of the API hold, made from their schemas, so that none is out of date."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

API: Final = Path(__file__).parents[2] / "dashboard/api.json"
RECORDS: Final = (
    "BundlesShown", "ChannelShown", "DeviceLimitsShown", "DeviceShown", "LimitsOfSiteShown",
    "LiveReading", "OptimiserShown", "OverridesShown", "ProfileShown",
)  # fmt: skip


def make_samples() -> dict[str, Any]:
    """By name of its record, the smallest document that fits it."""
    schemas = json.loads(API.read_text(encoding="utf-8"))["components"]["schemas"]
    return {name: make_sample(schemas[name], schemas) for name in RECORDS}


def make_sample(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:  # noqa: ANN401 (JSON)
    """The smallest value that fits *schema*: null where that is allowed, else empty or 0."""
    if "$ref" in schema:
        return make_sample(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    choices = schema.get("anyOf", ())
    if choices:
        return make_sample(
            next((c for c in choices if c.get("type") == "null"), choices[0]), schemas
        )
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        return {name: make_sample(fields[name], schemas) for name in schema.get("required", fields)}
    empty = {"array": [], "string": "", "integer": 0, "number": 0, "boolean": False, "null": None}
    return schema.get("minimum", empty[schema["type"]])
