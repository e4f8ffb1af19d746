"""``python -m local traces``: the way of one message, as a tree of spans."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from local.standins.insights.items import StoredSpan
from local.standins.insights.state import read_spans

DEVICE, ALERT = "tocsin.device", "tocsin.alert"
LISTED = 20
_SHOWN = ("tocsin.device", "tocsin.site", "faas.invocation_id", "tocsin.alert", "tocsin.kind",
          "tocsin.channel", "tocsin.outcome", "tocsin.dead_letter",
          "tocsin.batch_messages")  # fmt: skip


def run(options: argparse.Namespace, folder: Path) -> int:
    """Returns 0, or 1 where there is no such trace. *folder*: where the stand-in keeps spans."""
    spans = read_spans(folder)
    if options.id is None:
        lines = [*list_traces(spans, device_id=options.device)]
        if not lines:
            print("no trace is kept; run with --traces, and wait for a message", file=sys.stderr)
            return 1
    else:
        lines = [*draw_trace([span for span in spans if span.trace_id == options.id])]
        if not lines:
            print(f"there is no trace {options.id!r:.80}", file=sys.stderr)
            return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def list_traces(spans: Iterable[StoredSpan], *, device_id: str | None) -> Iterator[str]:
    """The newest traces, a line of JSON each, the newest first."""
    by_trace: dict[str, list[StoredSpan]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    traces = [
        trace
        for trace in by_trace.values()
        if device_id is None or any(span.attributes.get(DEVICE) == device_id for span in trace)
    ]
    traces.sort(key=lambda trace: min(span.began for span in trace), reverse=True)
    for trace in traces[:LISTED]:
        alerts = {span.attributes[ALERT] for span in trace if ALERT in span.attributes}
        devices = {span.attributes[DEVICE] for span in trace if DEVICE in span.attributes}
        yield json.dumps(
            {
                "trace": trace[0].trace_id,
                "began": min(span.began for span in trace),
                "devices": sorted(devices),
                "alerts": sorted(alerts),
                "spans": len(trace),
            }
        )


def draw_trace(spans: Sequence[StoredSpan]) -> Iterator[str]:
    """A line a span below its parent: from when (ms since the trace began), how long, what."""
    if not spans:
        return
    known = {span.span_id for span in spans}
    start = min(_read_time(span.began) for span in spans)
    children: dict[str, list[StoredSpan]] = {}
    for span in sorted(spans, key=lambda span: span.began):
        children.setdefault(span.parent_id if span.parent_id in known else "", []).append(span)
    yield f"trace {spans[0].trace_id}"
    yield "    at ms   took ms"
    yield from _draw(children, "", start, depth=0)


def _draw(
    children: dict[str, list[StoredSpan]], parent: str, start: datetime, *, depth: int
) -> Iterator[str]:
    for span in children.get(parent, ()):
        at = (_read_time(span.began) - start).total_seconds() * 1_000
        failed = "" if span.success else "  FAILED"
        about = "  ".join(
            f"{name.rpartition('.')[2]}={span.attributes[name]}"
            for name in _SHOWN
            if name in span.attributes and (depth == 0 or name not in _SHOWN[:2])
        )
        name = "  " * depth + span.name
        yield f"{at:9.0f} {span.duration_ms:9d}  {name:<34}{about}{failed}".rstrip()
        yield from _draw(children, span.span_id, start, depth=depth + 1)


def _read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)
