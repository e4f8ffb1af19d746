"""The published JSON schemas, which lie beside a checkout on some machines only."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.paths import SHARED

SCHEMAS = SHARED / "schemas"


def checked(document: dict[str, Any], schema_name: str, definition: str | None = None) -> list[str]:
    """What is wrong with *document*; skips the test where the schema is not there."""
    path = SCHEMAS / schema_name
    if not path.is_file():
        pytest.skip(f"needs the published {schema_name} in {SCHEMAS.parent.name}/{SCHEMAS.name}")
    schema = json.loads(path.read_text(encoding="utf-8"))
    if definition is not None:
        schema = {**schema, "$ref": f"#/definitions/{definition}"}
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [error.message for error in validator.iter_errors(document)]
