"""The context of a run, as the worker hands it to a function."""

from __future__ import annotations

import threading

import azure.functions as func

from local.standins.functions_host.invocations.contexts import (
    Context,
    RetryContext,
    TraceContext,
)

INVOCATION = "run-1"
HOST_TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def make_context(function: str, invocation_id: str = INVOCATION) -> func.Context:
    return Context(
        function_name=function,
        invocation_id=invocation_id,
        local_storage=threading.local(),
        trace=TraceContext(HOST_TRACE),
        retry=RetryContext(),
    )
