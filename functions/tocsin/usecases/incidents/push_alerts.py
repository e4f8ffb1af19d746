"""Show stored alerts to the people who watch, make incidents of them, and have work planned anew.

The three run side by side, each with a limit of its own: a queue that is away keeps nobody from
seeing an alert. What was done is marked on the alert; what was not is done by the next sweep, so
the feed of alerts never stands still (docs/adr/0012).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.domain.alerts.alert_marks import AlertKey, Mark, OwedAlert, is_settled
from tocsin.domain.errors import DamagedDocumentError, DeliveryError, RefusedError
from tocsin.domain.insights.log_about import about
from tocsin.domain.insights.metering import SHOWING_DELAY, Labels, Measurement
from tocsin.domain.letters.dead_letters import SidelinedAlert
from tocsin.domain.tracing.shown_spans import list_push_spans
from tocsin.domain.tracing.span import Invocation, Stopwatch
from tocsin.usecases.incidents.join_owed import Join, join_owed
from tocsin.usecases.planning.ask_for_plans import ask_for_plans
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Requests
from tocsin.usecases.ports.scoring import DeadLetters
from tocsin.usecases.ports.showing import AlertMarks
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.trace_batch import NOWHERE

SHOW_S = 4.0  # each alert; the service usually takes it in a few hundredths of a second
FRESH_MS = 5_000  # so long the feed has an alert to itself
MOST_SWEPT = 100
# Whoever waits for the feed waits for this too, so it is short; the sweep asks again.
ASK_S = 1.0
JOIN_S = 6.0  # a flood takes several writes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways on which alerts leave, and word of what became of them.

    join: puts alerts of one site into incidents; raises DeliveryError, ChangedMeanwhileError.
    show_s, ask_s, join_s: how long the live service has for an alert, the queue for a request, and
        a site for its incidents.
    """

    live: Live
    requests: Requests
    marks: AlertMarks
    dead_letters: DeadLetters
    join: Join
    now_ms: Callable[[], int]
    show_s: float = SHOW_S
    ask_s: float = ASK_S
    join_s: float = JOIN_S
    traces: Traces = NOWHERE
    meter: Meter = UNMETERED


@dataclass(slots=True)
class Outcome:
    """What became of a batch: by alert its marks, those that were refused, and how many dead
    letters these and the damaged ones made."""

    marks: dict[AlertKey, dict[Mark, int]] = field(default_factory=dict)
    refused: dict[AlertKey, str] = field(default_factory=dict)
    sidelined: int = 0

    def note(self, owed: OwedAlert, mark: Mark, at_ms: int) -> None:
        self.marks.setdefault(owed.key, {})[mark] = at_ms


async def push_alerts(
    changes: Sequence[Document], doors: Doors, invocation: Invocation | None = None
) -> Outcome:
    """Do what is owed of alerts that were just stored, a site's in their order.

    *changes*: documents of the container ``alerts`` as the feed brings them. One that can never be
    shown becomes a dead letter. Raises nothing that a service does: what is not done stays owed.
    *invocation*: whose work it is, for traces.
    """
    news = [change for change in changes if not is_settled(change)]
    return await _settle(news, doors, invocation)


async def sweep_alerts(doors: Doors, invocation: Invocation | None = None) -> Outcome:
    """Do what is still owed of alerts that the feed has had its time for.

    Raises what the database raises when it does not answer.
    """
    before_ms = doors.now_ms() - FRESH_MS
    owed = await doors.marks.find_owed(stored_before_ms=before_ms, most=MOST_SWEPT)
    return await _settle(owed, doors, invocation)


async def _settle(
    documents: Sequence[Document], doors: Doors, invocation: Invocation | None
) -> Outcome:
    watch = Stopwatch(time.time_ns)
    owed: list[OwedAlert] = []
    by_key: dict[AlertKey, Document] = {}
    outcome = Outcome()
    for document in documents:
        try:
            alert = OwedAlert.from_document(document)
        except DamagedDocumentError as error:
            outcome.sidelined += await _sideline(document, "damaged", str(error), doors)
            continue
        owed.append(alert)
        by_key[alert.key] = document
    await asyncio.gather(
        _show_all([alert for alert in owed if alert.to_show], doors, outcome),
        ask_for_plans(
            [alert for alert in owed if alert.to_ask],
            doors.requests,
            within_s=doors.ask_s,
            now_ms=doors.now_ms(),
            note=outcome.note,
        ),
        join_owed(
            [alert for alert in owed if alert.to_join],
            doors.join,
            within_s=doors.join_s,
            now_ms=doors.now_ms,
            note=outcome.note,
        ),
    )
    for key, text in outcome.refused.items():
        outcome.sidelined += await _sideline(by_key[key], "refused", text, doors)
        outcome.marks.pop(key, None)
    refusals = await asyncio.gather(
        *(_mark(key, marks, doors) for key, marks in outcome.marks.items())
    )
    for key, refusal in zip([*outcome.marks], refusals, strict=True):
        if refusal is not None:
            text = f"it takes no mark: {refusal}"
            outcome.sidelined += await _sideline(by_key[key], "refused", text, doors)
    doors.meter.record(_measure_delays(owed, outcome))
    if invocation is not None and doors.traces.share > 0:
        watch.lap("settle")
        doors.traces.record([*list_push_spans(owed, outcome.marks, watch, invocation)])
    return outcome


def _measure_delays(owed: Sequence[OwedAlert], outcome: Outcome) -> Iterator[Measurement]:
    """Of alerts that were shown now and that a message decided."""
    for each in owed:
        shown_at, alert = outcome.marks.get(each.key, {}).get("shownAt"), each.alert
        if shown_at is not None and alert.enqueued_at is not None:
            delay_ms = max(0, shown_at - alert.enqueued_at)
            labels = Labels(alert.site_id, alert.profile)
            yield Measurement(SHOWING_DELAY, delay_ms / 1_000, labels)


async def _show_all(owed: Sequence[OwedAlert], doors: Doors, outcome: Outcome) -> None:
    by_site: dict[str, list[OwedAlert]] = {}
    for alert in owed:
        by_site.setdefault(alert.alert.site_id, []).append(alert)
    await asyncio.gather(*(_show_site(alerts, doors, outcome) for alerts in by_site.values()))


async def _show_site(owed: Sequence[OwedAlert], doors: Doors, outcome: Outcome) -> None:
    """In their order: where one has to wait, those after it do so too."""
    for position, alert in enumerate(owed):
        try:
            async with asyncio.timeout(doors.show_s):
                await _show(alert, doors.live)
        except RefusedError as error:
            outcome.refused[alert.key] = str(error)
        except (DeliveryError, TimeoutError) as error:
            log.warning(
                "%d alerts of site %.80r wait for the next sweep: %s",
                len(owed) - position, alert.alert.site_id, str(error) or "no answer in time",
                extra=about(site=alert.alert.site_id),
            )  # fmt: skip
            return
        else:
            outcome.note(alert, "shownAt", doors.now_ms())


async def _show(owed: OwedAlert, live: Live) -> None:
    alert = owed.alert
    if alert.late is not None:
        return  # no news of now: its incident says that it came late
    message = {"type": "alert", "siteId": alert.site_id, "alert": alert.to_document()}
    await live.send(alert.site_id, message)


async def _sideline(document: Document, reason: str, text: str, doors: Doors) -> bool:
    """Put one alert aside; while the box is away it stays owed, and so comes again."""
    stored_s = document.get("_ts")
    stored_at = stored_s * 1_000 if isinstance(stored_s, int) else doors.now_ms()
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    log.error("An alert is put aside: %s", text)
    try:
        await doors.dead_letters.put(SidelinedAlert(kept, reason, text, stored_at))
    except DeliveryError as error:
        log.warning("It is not put aside yet: %s", error)
        return False
    key = AlertKey.of_document(document)
    if key is not None and await _mark(key, {"sidelinedAt": doors.now_ms()}, doors) is not None:
        await _set_aside(key, doors)
    return True


async def _set_aside(key: AlertKey, doors: Doors) -> None:
    try:
        await doors.marks.set_aside(key, doors.now_ms())
    except DeliveryError as error:
        log.warning("Alert %.80r comes again: %s", key.document_id, error)


async def _mark(key: AlertKey, marks: dict[Mark, int], doors: Doors) -> RefusedError | None:
    """The refusal, where the alert will never take a mark."""
    try:
        await doors.marks.mark(key, marks)
    except RefusedError as refusal:
        return refusal
    except DeliveryError as error:
        # It is done once more, and whoever has seen it knows it by its id.
        log.warning(
            "Alert %.80r of %.80r not marked: %s",
            key.document_id,
            key.device_id,
            error,
            extra=about(device=key.device_id),
        )
    return None
