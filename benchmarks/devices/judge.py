"""What the API says of a device that was tried, against what it must say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.devices.trial import Fault, Trial

AFTERWARDS = 30  # periods after a fault in which the return to normal may raise another alert


@dataclass(frozen=True, slots=True)
class Heard:
    """Answers of the API: the alerts of a device, its latest state, and a chart of its end."""

    alerts: Sequence[Mapping[str, Any]]
    device: Mapping[str, Any]
    readings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a trial; ``missed``: what should be and is not, in words."""

    device: str
    readings: int
    cause: str | None
    channel: str | None
    delay_s: float | None
    false_alerts: int
    not_scored: Mapping[str, int]
    remarks: Sequence[str]
    missed: Sequence[str]


def judge(trial: Trial, heard: Heard) -> Verdict:
    """Hold what was heard of *trial* against its fault and what it must say."""
    fault = trial.fault
    inside = [alert for alert in heard.alerts if fault.from_t <= alert["t"] <= fault.to_t]
    until = fault.to_t + AFTERWARDS * trial.period_ms
    false = [
        alert
        for alert in heard.alerts
        if not fault.from_t <= alert["t"] <= until and not _is_of_our_end(alert, trial)
    ]
    named = [alert for alert in inside if _names(alert, fault)]
    first = min(named or inside, key=lambda alert: int(alert["t"]), default=None)
    not_scored = {each["reason"]: each["readings"] for each in heard.readings["notScored"]}
    missed = [
        *([] if inside else ["its fault was not found"]),
        *([] if named or not inside else ["no alert named the channel and the cause"]),
        *(f"a false alert of cause {alert['cause']} at {alert['t']}" for alert in false),
        *_list_unsaid(trial, heard, not_scored),
        *_list_unlike(trial, heard, named),
    ]
    return Verdict(
        device=trial.device,
        readings=trial.readings,
        cause=None if first is None else first["cause"],
        channel=None if first is None else name_channel(first),
        delay_s=None if first is None else (first["t"] - fault.from_t) / 1_000,
        false_alerts=len(false),
        not_scored=not_scored,
        remarks=heard.device["remarks"],
        missed=missed,
    )


def _is_of_our_end(alert: Mapping[str, Any], trial: Trial) -> bool:
    """Whether it says that the device fell silent, as it did when all of *trial* was sent."""
    return bool(alert["cause"] == "silence" and alert["t"] >= trial.last_t)


def name_channel(alert: Mapping[str, Any]) -> str | None:
    """The channel that an alert blames most."""
    if alert["subject"] is not None:
        return str(alert["subject"])
    shares: Mapping[str, float] = alert["contributions"]
    return max(shares, key=lambda name: shares[name], default=None)


def _names(alert: Mapping[str, Any], fault: Fault) -> bool:
    return alert["cause"] == fault.cause and name_channel(alert) == fault.channel


def _list_unlike(trial: Trial, heard: Heard, named: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Where limits were not passed and left as they should, or what came late is not called so."""
    for level in trial.levels:
        ends = [alert["clearedAt"] for alert in named if alert["limit"]["level"] == level]
        if len(ends) != 1 or ends[0] is None:
            yield f"the {level} was raised {len(ends)} times, and ended at {ends}"
    if trial.levels and heard.device["passedLimits"]:
        yield f"it is still beyond {heard.device['passedLimits']}"
    if trial.newest_t is not None and not any(alert["late"] for alert in named):
        yield "no alert says that its readings came late"


def _list_unsaid(trial: Trial, heard: Heard, not_scored: Mapping[str, int]) -> list[str]:
    scores = heard.readings["series"].get("score", {"values": []})["values"]
    remarks = " ".join(heard.device["remarks"])
    unsaid = [f"no remark says {text!r}" for text in trial.said if text not in remarks]
    if not trial.reasons & not_scored.keys():
        unsaid.append(f"no reading says that it is not scored for {sorted(trial.reasons)}")
    if scores.count(None) > sum(not_scored.values()):
        unsaid.append("some readings have no score, and nothing says why")
    if missing := sorted(trial.bad - heard.device["badValues"].keys()):
        unsaid.append(f"its bad values of {missing} are not named")
    return unsaid
