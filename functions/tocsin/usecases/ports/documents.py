"""Documents as the database keeps them; their formats are in docs/formats.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
