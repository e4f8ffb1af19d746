"""Which run of a function it is, as logs and traces say it."""

from __future__ import annotations

import azure.functions as func

from tocsin.domain.tracing.place import parse_place
from tocsin.domain.tracing.span import Invocation


def read_invocation(context: func.Context) -> Invocation:
    """What the host says of the run, and where in its own trace that is, if it says so."""
    place = parse_place(getattr(context.trace_context, "trace_parent", None))
    return Invocation(context.function_name, context.invocation_id, place)
