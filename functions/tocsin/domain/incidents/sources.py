"""A device in an incident: its alerts, each from raising to clearing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from tocsin.domain.alerts.alert import Alert, Cause
from tocsin.domain.limits.bounds import Breach

KEPT = 50  # alerts of one device in one incident; a flapping one makes hundreds a day


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert; event times (ms), None for the half that has not come.

    Both halves are merged in whatever order they come, however often.
    """

    alert_id: str
    raised_t: int | None = None
    cleared_t: int | None = None

    @property
    def is_active(self) -> bool:
        return self.cleared_t is None

    @property
    def order(self) -> int:
        return self.raised_t if self.raised_t is not None else (self.cleared_t or 0)

    def with_half(self, alert: Alert) -> Episode:
        if alert.change == "raised":
            return replace(self, raised_t=alert.t)
        return replace(self, cleared_t=alert.t)


@dataclass(frozen=True, slots=True)
class TopChannel:
    """A channel that gave the device away.

    value: at the alert, in the channel's unit; None where it was not known.
    low, high: its usual range; None where the model does not say.
    share: of the score, 0 to 1.
    """

    name: str
    share: float
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One device of an incident.

    episodes: its newest alerts, by time; what is older and over is counted in ``count`` alone, and
        known by ``forgotten_t``, the event time (ms) up to which alerts are no news.
    causes: all that raised its alerts.
    ratio: the highest score as a multiple of its threshold; None where no score raised one.
    top: channels of the newest alert that a score raised, the largest share first.
    sensors: ``missing`` or ``stuck`` by channel, at the newest alert.
    came_later: how many readings from the time of its silences are known to have come afterwards.
    limits: the limits that raised alerts, each as it was passed last.
    late: how many of its alerts were found when their readings had come late.
    """

    device_id: str
    profile: str
    episodes: tuple[Episode, ...] = ()
    count: int = 0
    forgotten_t: int = -1
    causes: frozenset[Cause] = frozenset()
    ratio: float | None = None
    top: tuple[TopChannel, ...] = ()
    sensors: tuple[tuple[str, str], ...] = ()
    came_later: int = 0
    limits: tuple[Breach, ...] = ()
    late: int = 0

    @property
    def is_active(self) -> bool:
        return any(episode.is_active for episode in self.episodes)

    @property
    def active_since_t(self) -> int | None:
        """Event time (ms) of the first alert that is still on; None where none is."""
        times = [episode.order for episode in self.episodes if episode.is_active]
        return min(times, default=None)

    def knows(self, alert: Alert) -> bool:
        """Whether this very half of the alert has come before."""
        episode = self._find(alert.alert_id)
        if episode is None:
            return alert.t <= self.forgotten_t
        return _half_of(episode, alert) is not None

    def holds(self, alert: Alert) -> bool:
        """Whether this alert of the device, or its other half, is among those here."""
        return self._find(alert.alert_id) is not None or alert.t <= self.forgotten_t

    def add(self, alert: Alert, top: tuple[TopChannel, ...] = ()) -> Source:
        """The source with one more half of an alert. *top*: what gave the device away."""
        if self.knows(alert):
            return self
        before = self._find(alert.alert_id)
        episode = (before or Episode(alert.alert_id)).with_half(alert)
        others = [other for other in self.episodes if other.alert_id != alert.alert_id]
        added = replace(
            self,
            episodes=tuple(sorted([*others, episode], key=lambda each: each.order)),
            count=self.count + (before is None),
        )
        return _forget_oldest(_describe(added, alert, top) if alert.change == "raised" else added)

    def end(self, alert_ids: Collection[str], t: int) -> Source:
        """The source with these of its alerts over at event time *t* (ms)."""
        ended = [
            replace(episode, cleared_t=t)
            if episode.is_active and episode.alert_id in alert_ids
            else episode
            for episode in self.episodes
        ]
        return replace(self, episodes=tuple(ended))

    def _find(self, alert_id: str) -> Episode | None:
        return next((each for each in self.episodes if each.alert_id == alert_id), None)


def _describe(source: Source, alert: Alert, top: tuple[TopChannel, ...]) -> Source:
    """The source with what a raised alert says of it."""
    ratio = _ratio_of(alert)
    return replace(
        source,
        profile=alert.profile,
        causes=source.causes if alert.cause is None else source.causes | {alert.cause},
        ratio=max((each for each in (source.ratio, ratio) if each is not None), default=None),
        top=top or source.top,
        sensors=tuple(sorted(alert.sensors.items())),
        limits=_note_limit(source.limits, alert.limit),
        late=source.late + (alert.late is not None),
    )


def _note_limit(known: tuple[Breach, ...], found: Breach | None) -> tuple[Breach, ...]:
    if found is None:
        return known
    return (*(each for each in known if each.name != found.name), found)


def _half_of(episode: Episode, alert: Alert) -> int | None:
    return episode.raised_t if alert.change == "raised" else episode.cleared_t


def _ratio_of(alert: Alert) -> float | None:
    if alert.score is None or not alert.threshold:
        return None
    return alert.score / alert.threshold


def _forget_oldest(source: Source) -> Source:
    """What is still active is never forgotten."""
    surplus = len(source.episodes) - KEPT
    over = [each for each in source.episodes if each.cleared_t is not None][: max(surplus, 0)]
    if not over:
        return source
    gone = {each.alert_id for each in over}
    newest = max(each.cleared_t or 0 for each in over)
    return replace(
        source,
        episodes=tuple(each for each in source.episodes if each.alert_id not in gone),
        forgotten_t=max(source.forgotten_t, newest),
    )
