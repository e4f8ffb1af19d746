"""What the app counts and times of its own work, in the words of OpenTelemetry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing that is counted or measured.

    ``name``: in the namespace ``tocsin``. ``unit``: as UCUM writes it, with what is counted in
    braces (OpenTelemetry, Semantic Conventions: Metrics). ``meaning``: one sentence. ``adds_up``:
    whether it is a count; else its values are kept as how many, sum, least and most.
    """

    name: str
    unit: str
    meaning: str
    adds_up: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """What a measurement is about; empty where it is about no one of these.

    There are no others, so that no device can multiply what is kept and paid for.
    """

    site: str = ""
    profile: str = ""
    channel: str = ""
    outcome: str = ""

    def to_attributes(self) -> dict[str, str]:
        """Named as those of spans are."""
        named = {
            "tocsin.site": self.site,
            "tocsin.profile": self.profile,
            "tocsin.channel": self.channel,
            "tocsin.outcome": self.outcome,
        }
        return {name: value for name, value in named.items() if value}


NO_LABELS = Labels()


@dataclass(frozen=True, slots=True)
class Measurement:
    """``value``: in the unit of its instrument."""

    instrument: Instrument
    value: float
    labels: Labels = NO_LABELS


READINGS = Instrument(
    "tocsin.scoring.readings",
    "{reading}",
    "Readings that were stored, `scored` or `not_scored`.",
    adds_up=True,
)
MESSAGES = Instrument(
    "tocsin.scoring.messages",
    "{message}",
    "Messages that were stored, `on_time` or `late`, and those that were `known` already.",
    adds_up=True,
)
DEAD_LETTERS = Instrument(
    "tocsin.scoring.dead_letters",
    "{message}",
    "Messages that could not be used, by the reason.",
    adds_up=True,
)
ALERTS = Instrument(
    "tocsin.scoring.alerts", "{alert}", "Alerts that were `raised` or `cleared`.", adds_up=True
)
LAG = Instrument(
    "tocsin.scoring.lag", "s", "Age of the oldest message of a batch when the batch was stored."
)
BATCH_DURATION = Instrument("tocsin.scoring.duration", "s", "How long a batch took.")
BATCH_SIZE = Instrument("tocsin.scoring.batch_size", "{message}", "Messages of a batch.")
FAILED_BATCHES = Instrument(
    "tocsin.scoring.failed_batches",
    "{batch}",
    "Batches that broke off and come again, by the kind of error.",
    adds_up=True,
)
SHOWING_DELAY = Instrument(
    "tocsin.alerts.delay",
    "s",
    "From when the hub took the deciding message until its alert was shown.",
)
PLANNING_RUNS = Instrument(
    "tocsin.planning.runs", "{run}", "Runs at a site, by what became of them.", adds_up=True
)
PLANNING_DURATION = Instrument(
    "tocsin.planning.duration", "s", "How long a plan was searched for, by its status."
)
PLANNING_GAP = Instrument(
    "tocsin.planning.gap",
    "1",
    "How far a plan may be from the best one: a share of what a plan can change.",
)
DELIVERIES = Instrument(
    "tocsin.notifications.deliveries",
    "{delivery}",
    "Attempts to tell people, `sent`, `failed` for good or `pending` for another attempt.",
    adds_up=True,
)
INSTRUMENTS = (
    READINGS,
    MESSAGES,
    DEAD_LETTERS,
    ALERTS,
    LAG,
    BATCH_DURATION,
    BATCH_SIZE,
    FAILED_BATCHES,
    SHOWING_DELAY,
    PLANNING_RUNS,
    PLANNING_DURATION,
    PLANNING_GAP,
    DELIVERIES,
)
