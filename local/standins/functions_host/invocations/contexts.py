"""The ``context`` parameter that functions see, and its parts."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

import azure.functions as func


@dataclass(frozen=True, slots=True)
class Failure:
    """The exception that a retry follows."""

    source: str
    message: str
    stack_trace: str


@dataclass(frozen=True, slots=True)
class RetryContext:
    """Which attempt this is: 0 is the first; -1 as the maximum means without end."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: Failure | None = None


def new_trace_parent() -> str:
    """A W3C trace parent of a trace that begins here."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The W3C trace that an invocation belongs to."""

    trace_parent: str = field(default_factory=new_trace_parent)
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def trace_id(self) -> str:
        """Empty where a caller named something else than a trace."""
        parts = self.trace_parent.split("-")
        return parts[1] if len(parts) == 4 else ""

    @property
    def Traceparent(self) -> str:  # noqa: N802 (the worker's older spelling, which apps still use)
        return self.trace_parent

    @property
    def Tracestate(self) -> str:  # noqa: N802 (see above)
        return self.trace_state


class Context(func.Context):
    """One invocation, as the function's ``context`` parameter shows it."""

    def __init__(
        self,
        *,
        function_name: str,
        invocation_id: str,
        local_storage: threading.local,
        trace: TraceContext,
        retry: RetryContext,
    ) -> None:
        self._function_name = function_name
        self._invocation_id = invocation_id
        self._local_storage = local_storage
        self._trace = trace
        self._retry = retry

    @property
    def invocation_id(self) -> str:
        return self._invocation_id

    @property
    def thread_local_storage(self) -> threading.local:  # type: ignore[override]  # they say type[]
        return self._local_storage

    @property
    def function_name(self) -> str:
        return self._function_name

    @property
    def function_directory(self) -> str:
        return str(Path.cwd())

    @property
    def trace_context(self) -> TraceContext:  # type: ignore[override]  # their class is private
        return self._trace

    @property
    def retry_context(self) -> RetryContext:  # type: ignore[override]  # their class is private
        return self._retry
