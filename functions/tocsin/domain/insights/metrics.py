"""Figures in the text form that Prometheus reads (exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MEDIA_TYPE = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value, of what its ``labels`` say."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gauge:
    """What can rise and fall. ``name`` ends in its unit; ``meaning`` is one sentence.

    All figures here are gauges: what one instance of the app has counted since its start says
    nothing of the others, and a scraper reaches another one each time.
    """

    name: str
    meaning: str
    samples: Sequence[Sample]


def write_exposition(gauges: Iterable[Gauge]) -> bytes:
    """*gauges* as text; one without samples is left out, for it says nothing."""
    lines: list[str] = []
    for gauge in gauges:
        if gauge.samples:
            lines += [
                f"# HELP {gauge.name} {_escape(gauge.meaning)}",
                f"# TYPE {gauge.name} gauge",
                *(_write_sample(gauge.name, sample) for sample in gauge.samples),
            ]
    return ("\n".join(lines) + "\n").encode()


def _write_sample(name: str, sample: Sample) -> str:
    labels = ",".join(
        f'{label}="{_escape(value, quoted=True)}"' for label, value in sample.labels.items()
    )
    value = repr(float(sample.value)).removesuffix(".0")
    return f"{name}{f'{{{labels}}}' if labels else ''} {value}"


def _escape(text: str, *, quoted: bool = False) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return escaped.replace('"', r"\"") if quoted else escaped
