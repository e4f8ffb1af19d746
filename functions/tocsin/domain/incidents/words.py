"""What an incident says to people: what is odd, by how much, for how long."""

from __future__ import annotations

from tocsin.domain.alerts.alert import is_silence_id
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.sources import Source, TopChannel
from tocsin.domain.limits.bounds import Breach

MOST_NAMED = 3
LONG_MS = 24 * 60 * 60 * 1_000  # of a silence after which it may be for good


def describe_incident(incident: Incident) -> str:
    """One line: which devices, and what is wrong with the first of them."""
    sources = incident.process.sources
    trouble = describe_trouble(sources[0]) + _say_late(incident)
    if len(sources) == 1:
        return f"{sources[0].device_id}: {trouble}"
    named = ", ".join(source.device_id for source in sources[:MOST_NAMED])
    more = len(sources) - MOST_NAMED
    place = f" in {incident.building}" if incident.building else ""
    devices = f"{named} and {more} more" if more > 0 else named
    return f"{len(sources)} devices{place} ({devices}): {trouble}"


def _say_late(incident: Incident) -> str:
    return "; found when its readings came late, it is over" if incident.process.came_late else ""


def advise(incident: Incident, now_ms: int) -> str:
    """What to do about it where nothing but people ends it; empty for all others."""
    silent = [source for source in incident.process.sources if _is_long_silent(source, now_ms)]
    if not silent:
        return ""
    which = "it is" if len(silent) == 1 else f"{len(silent)} of them are"
    return f"; if {which} gone for good, take it out of service with a maintenance window"


def _is_long_silent(source: Source, now_ms: int) -> bool:
    since = [
        episode.order
        for episode in source.episodes
        if episode.is_active and is_silence_id(episode.alert_id)
    ]
    return bool(since) and now_ms - min(since) >= LONG_MS


def describe_trouble(source: Source) -> str:
    """What raised its alerts, in words; limits first, since people set them."""
    alarms_first = sorted(source.limits, key=lambda breach: breach.level)
    said = [describe_breach(breach) for breach in alarms_first[:MOST_NAMED]]
    rest = _describe_rest(source)
    if rest:
        said.append(rest)
    return "; ".join(said) or "behaves unusually"


def _describe_rest(source: Source) -> str:
    if "score" in source.causes and source.top:
        return "; ".join(describe_channel(channel) for channel in source.top[:MOST_NAMED])
    if source.sensors:
        return ", ".join(f"sensor {name} is {how}" for name, how in source.sensors)
    if "silence" in source.causes:
        return "sends nothing"
    if "start" in source.causes:
        return "does not start as usual"
    return ""


def describe_breach(breach: Breach) -> str:
    """Such as ``vibration_mm_s 7.9 mm/s, above the alarm at 7.1 mm/s``; or above its own range,
    where nobody set the limit."""
    where = "above" if breach.side == "high" else "below"
    value, limit = (
        "" if number is None else f" {_round(number)} {breach.unit}"
        for number in (breach.value, breach.limit)
    )
    at = f" at{limit}" if limit else ""
    what = "its own range" if breach.learned else f"the {breach.level}"
    return f"{breach.channel}{value}, {where} {what}{at}"


def describe_channel(channel: TopChannel) -> str:
    """Such as ``vibration_mm_s 7.9, usually 1.1 to 2.4; 71 % of the score``; the unit is part of
    the name of a channel."""
    value = "" if channel.value is None else f" {_round(channel.value)}"
    usual = ""
    if channel.low is not None and channel.high is not None:
        usual = f", usually {_round(channel.low)} to {_round(channel.high)}"
    return f"{channel.name}{value}{usual}; {channel.share:.0%} of the score".replace("%", " %")


def describe_time(since_t: int, until_ms: int) -> str:
    """How long, in the largest unit that says it well."""
    seconds = max(until_ms - since_t, 0) // 1_000
    if seconds < 120:
        return f"for {seconds} s"
    if seconds < 7_200:
        return f"for {seconds // 60} min"
    return f"for {seconds // 3_600} h"


def _round(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:.0f}"
