"""Which alerts of a stretch that was judged once more are news, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

from tocsin.domain.alerts.alert import Alert, LateRun


@dataclass(frozen=True, slots=True)
class Span:
    """From ``from_t`` to ``to_t`` (event times, ms), with what ``t`` lists of its readings."""

    from_t: int
    to_t: int
    t: Sequence[int]


def find_late_alerts(
    judged: Iterable[Alert],
    span: Span,
    known: Sequence[Alert],
    still_open: Iterable[tuple[int, str | None]],
) -> list[Alert]:
    """Both changes of each late alert of *span*, the raised one first.

    judged: what judging the stretch in its order raised and cleared. known: the alerts of the
    device that are stored from around that time; still_open: when those it is in were raised (ms),
    and what they are about. What overlaps one about the same is known to people already.
    """
    raised, cleared = _pair(judged)
    told = [*_list_told(known), *((t, inf, about) for t, about in still_open)]
    halves = {(alert.alert_id, alert.change) for alert in known}
    found: list[Alert] = []
    for alert_id, alert in raised.items():
        if not alert.is_silence:
            pair = _say_late(alert, cleared.get(alert_id), span)
            is_begun = (alert_id, "raised") in halves and (alert_id, "cleared") not in halves
            if is_begun and _is_late(alert_id, known):
                found.append(pair[1])  # a run that broke off between them
            elif _is_news(pair, span, told):
                found += pair
    return found


def _pair(judged: Iterable[Alert]) -> tuple[dict[str, Alert], dict[str, Alert]]:
    raised: dict[str, Alert] = {}
    cleared: dict[str, Alert] = {}
    for alert in judged:
        (raised if alert.change == "raised" else cleared)[alert.alert_id] = alert
    return raised, cleared


def _say_late(raised: Alert, cleared: Alert | None, span: Span) -> tuple[Alert, Alert]:
    """Both halves, marked; what was not over with the last reading ends there: whether it goes on
    is judged by what comes in time."""
    end = cleared or _end(raised, span.t[-1])
    readings = sum(raised.t <= t <= end.t for t in span.t)
    late = LateRun(readings, end.t)
    return replace(raised, late=late), replace(end, late=late)


def _end(raised: Alert, t: int) -> Alert:
    limit = raised.limit
    return replace(
        raised,
        change="cleared",
        t=t,
        score=None,
        threshold=None,
        cause=None,
        contributions={},
        limit=None if limit is None else replace(limit, value=None),
    )


def _is_news(
    pair: tuple[Alert, Alert], span: Span, told: Sequence[tuple[float, float, str | None]]
) -> bool:
    raised, cleared = pair
    if cleared.t < span.from_t or raised.t > span.to_t:
        return False
    about = _name_about(raised)
    return not any(
        about == other and raised.t <= end and cleared.t >= start for start, end, other in told
    )


def _list_told(known: Sequence[Alert]) -> list[tuple[float, float, str | None]]:
    """From when to when people know of an alert, and what it is about."""
    raised, cleared = _pair(alert for alert in known if not alert.is_silence)
    return [
        (
            raised[name].t if name in raised else -inf,
            cleared[name].t if name in cleared else inf,
            _name_about(raised.get(name) or cleared[name]),
        )
        for name in raised.keys() | cleared.keys()
    ]


def _name_about(alert: Alert) -> str | None:
    return alert.subject if alert.limit is None else alert.limit.name


def _is_late(alert_id: str, known: Sequence[Alert]) -> bool:
    return any(alert.alert_id == alert_id and alert.late is not None for alert in known)
