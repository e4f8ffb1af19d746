"""The host's log: one JSON object a line on standard error, with the invocation it belongs to."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

_LEVELS = {
    "Trace": logging.DEBUG,
    "Debug": logging.DEBUG,
    "Information": logging.INFO,
    "Warning": logging.WARNING,
    "Error": logging.ERROR,
    "Critical": logging.CRITICAL,
    "None": logging.CRITICAL + 1,
}
# The SDKs under the host itself: they log each request at INFO and each reconnect at WARNING, which
# the host says once. The app's own clients log in an invocation, and all of theirs is shown.
_CHATTY = {"azure": logging.WARNING, "azure.eventhub": logging.CRITICAL, "aiohttp": logging.WARNING}


@dataclass(frozen=True, slots=True)
class InvocationLabel:
    """What a log line says of the invocation it was written in; ``trace_id`` is its operation in
    Application Insights."""

    function: str
    invocation_id: str
    trace_id: str = ""


current_invocation: ContextVar[InvocationLabel | None] = ContextVar(
    "current_invocation", default=None
)


class LevelsByCategory:
    """host.json's ``logLevel``: the longest category that begins a log line's category decides."""

    def __init__(self, levels: Mapping[str, str]) -> None:
        self._levels = {name: _LEVELS[level] for name, level in levels.items()}
        self._of = lru_cache(maxsize=256)(self._find)

    @property
    def lowest(self) -> int:
        return min([*self._levels.values(), self.of("")])

    def of(self, category: str) -> int:
        return self._of(category)

    def _find(self, category: str) -> int:
        fitting = [
            name for name in self._levels if category == name or category.startswith(f"{name}.")
        ]
        if fitting:
            return self._levels[max(fitting, key=len)]
        return self._levels.get("default", logging.INFO)


class _JsonHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in stubs alone
    def __init__(self, levels: LevelsByCategory) -> None:
        super().__init__(sys.stderr)
        self._levels = levels

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= max(self._levels.of(_category(record)), _find_own_level(record))

    def format(self, record: logging.LogRecord) -> str:
        label = current_invocation.get()
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        if label is not None:
            line["function"] = label.function
            line["invocationId"] = label.invocation_id
            line["traceId"] = label.trace_id
        return json.dumps(line, ensure_ascii=False)


def set_up(levels: Mapping[str, str]) -> None:
    """Send every log line of the process through the host's handler."""
    by_category = LevelsByCategory(levels)
    root = logging.getLogger()
    root.handlers = [_JsonHandler(by_category)]
    root.setLevel(by_category.lowest)
    logging.captureWarnings(capture=True)


def _find_own_level(record: logging.LogRecord) -> int:
    """From which level on a line of an SDK counts that the host itself uses."""
    if current_invocation.get() is not None:
        return logging.NOTSET
    fitting = [name for name in _CHATTY if f"{record.name}.".startswith(f"{name}.")]
    return _CHATTY[max(fitting, key=len)] if fitting else logging.NOTSET


def _category(record: logging.LogRecord) -> str:
    label = current_invocation.get()
    if label is None:
        return "Host"
    suffix = "" if record.name.startswith("local.standins.functions_host") else ".User"
    return f"Function.{label.function}{suffix}"
