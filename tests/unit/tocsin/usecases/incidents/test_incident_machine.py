"""Whatever happens in whatever order, no transition of an incident is lost and none doubled.

Alerts come late, twice and out of order; processes end in the middle of a write; operators act and
windows come and go meanwhile. The machine keeps its own simple account of what has to be so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fakes.alerts import clear_alert, raise_alert
from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.errors import ConflictError
from tocsin.domain.incidents import actions
from tocsin.domain.incidents.actions import Act
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.usecases.incidents.act_on_incident import Change, act_on_incident
from tocsin.usecases.maintenance.keep_windows import remove_window, set_window

DEVICES = ("rig-1", "rig-2", "rig-3")
CRASHES = st.none() | st.integers(0, 3)


class IncidentMachine(RuleBasedStateMachine):
    """``owed``: alerts not yet known to have joined; ``sent``: all that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.site = IncidentPlant()
        self.site.places.buildings = {"rig-1": "hall-a", "rig-2": "hall-a", "rig-3": "hall-b"}
        self.t = NOW
        self.open: dict[str, int] = {}
        self.sent: list[Alert] = []
        self.owed: list[Alert] = []
        self.joined: set[tuple[str, str]] = set()
        self.acknowledged: set[str] = set()
        self.closed_by_hand: set[str] = set()

    def do(self, work: Coroutine[Any, Any, object], crash_after: int | None = None) -> bool:
        """Run *work*; False where the process ended in the middle."""
        incidents = self.site.incidents
        incidents.crash_after = crash_after
        try:
            asyncio.run(work)
        except CrashError:
            return False
        finally:
            incidents.crash_after = None
        return True

    # What machines do.

    @rule(device=st.sampled_from(DEVICES), cause=st.sampled_from(["score", "silence", "sensors"]))
    def machine_fails(self, device: str, cause: Any) -> None:  # noqa: ANN401 (a literal)
        if device not in self.open:
            self.t += 7
            self.open[device] = self.t
            self._send(raise_alert(device, self.t, cause=cause))

    @rule(device=st.sampled_from(DEVICES))
    def machine_recovers(self, device: str) -> None:
        if device in self.open:
            self.t += 7
            self._send(clear_alert(device, self.open.pop(device), self.t))

    def _send(self, alert: Alert) -> None:
        self.sent.append(alert)
        self.owed.append(alert)

    # What deliveries do.

    @precondition(lambda self: self.owed)
    @rule(choice=st.randoms(use_true_random=False), crash_after=CRASHES)
    def some_arrive(self, choice: Any, crash_after: int | None) -> None:  # noqa: ANN401 (random.Random)
        some = choice.sample(self.owed, choice.randint(1, len(self.owed)))
        self._deliver(some, crash_after)

    @precondition(lambda self: self.sent)
    @rule(choice=st.randoms(use_true_random=False))
    def some_arrive_again(self, choice: Any) -> None:  # noqa: ANN401 (random.Random)
        self._deliver(choice.choices(self.sent, k=3), None)

    def _deliver(self, alerts: list[Alert], crash_after: int | None) -> None:
        if self.do(self.site.join(*alerts), crash_after):
            self.joined |= {(alert.alert_id, alert.change) for alert in alerts}
            self.owed = [alert for alert in self.owed if alert not in alerts]

    @rule(minutes=st.sampled_from([0, 0.3, 1, 6, 16, 90]), crash_after=CRASHES)
    def time_passes(self, minutes: float, crash_after: int | None) -> None:
        before = {each.incident_id: each for each in self.site.incidents.all()}
        if self.do(self.site.tend(minutes), crash_after) and crash_after is None:
            self._check_nothing_forgotten()
        for incident in self.site.incidents.all():
            self._check_announcement(before.get(incident.incident_id), incident)

    # What people do.

    @rule(choice=st.randoms(use_true_random=False), what=st.sampled_from(["ack", "close", "force"]))
    def operator_acts(self, choice: Any, what: str) -> None:  # noqa: ANN401 (random.Random)
        incident = self._choose(choice)
        if incident is None:
            return
        by = Act("ada", self.site.now_ms)
        changes: dict[str, Change] = {
            "ack": lambda each: actions.acknowledge(each, by),
            "close": lambda each: actions.close(each, by, force=False),
            "force": lambda each: actions.close(each, by, force=True),
        }
        with contextlib.suppress(ConflictError):
            self.do(self._act(incident, changes[what]))
            mark = self.acknowledged if what == "ack" else self.closed_by_hand
            mark.add(incident.incident_id)

    @rule(choice=st.randoms(use_true_random=False), minutes=st.integers(1, 120), once=st.booleans())
    def operator_shelves(self, choice: Any, minutes: int, once: bool) -> None:  # noqa: ANN401 (random.Random; drawn)
        incident = self._choose(choice)
        if incident is None:
            return
        by, policy = Act("ada", self.site.now_ms), self.site.room.policy
        until = self.site.now_ms + minutes * MINUTE_MS
        with contextlib.suppress(ConflictError):
            self.do(
                self._act(
                    incident,
                    lambda each: actions.shelve(each, by, until=until, once=once, policy=policy),
                )
            )

    @rule(choice=st.randoms(use_true_random=False))
    def operator_unshelves(self, choice: Any) -> None:  # noqa: ANN401 (random.Random)
        incident = self._choose(choice)
        if incident is not None:
            by = Act("ada", self.site.now_ms)
            self.do(self._act(incident, lambda each: actions.unshelve(each, by)))

    @rule(name=st.sampled_from(["a", "b"]), minutes=st.integers(1, 60), building=st.booleans())
    def maintenance_is_planned(self, name: str, minutes: int, building: bool) -> None:
        now_ms = self.site.now_ms
        scope = Scope("building", "hall-a") if building else Scope()
        ends_at = now_ms + minutes * MINUTE_MS
        window = Window(
            f"window:{name}",
            "north",
            "maintenance",
            scope,
            now_ms,
            ends_at,
            None,
            "",
            "ada",
            now_ms,
        )
        self.do(set_window(window, self.site.room))

    @rule()
    def maintenance_is_called_off(self) -> None:
        site = asyncio.run(self.site.incidents.load_site("north"))
        for window in site.windows:
            desks = self.site.plant.desks
            self.do(
                remove_window(
                    "north", window.window_id, operator="ada", room=self.site.room, desks=desks
                )
            )

    def _choose(self, choice: Any) -> Incident | None:  # noqa: ANN401 (random.Random)
        found = self.site.incidents.all()
        return choice.choice(found) if found else None

    async def _act(self, incident: Incident, change: Change) -> None:
        await act_on_incident("north", incident.incident_id, change, self.site.room)

    # What has to be so.

    def _check_nothing_forgotten(self) -> None:
        """What is due was done, although suppressions ended meanwhile."""
        policy, now_ms = self.site.room.policy, self.site.now_ms
        for incident in self.site.incidents.all():
            process = incident.process
            if incident.handling.is_closed or incident.suppression.is_held:
                continue
            if process.active_at is not None and now_ms - process.active_at >= policy.group_wait_ms:
                assert incident.announced_at is not None
            assert process.clear_at is None or now_ms - process.clear_at < policy.quiet_ms

    def _check_announcement(self, before: Incident | None, after: Incident) -> None:
        if after.announced_at is not None and (before is None or before.announced_at is None):
            assert after.process.is_active
            assert not after.suppression.is_held
            assert not after.handling.is_closed
        if before is not None and before.announced_at is not None:
            assert after.announced_at == before.announced_at

    @invariant()
    def each_alert_is_in_one_incident(self) -> None:
        held = [
            (episode.alert_id, half)
            for incident in self.site.incidents.all()
            for source in incident.process.sources
            for episode in source.episodes
            for half, t in (("raised", episode.raised_t), ("cleared", episode.cleared_t))
            if t is not None
        ]
        assert len(held) == len(set(held))
        assert self.joined <= set(held), "what joined is in an incident"

    @invariant()
    def the_machine_is_as_its_alerts_say(self) -> None:
        ended = {alert_id for alert_id, change in self.joined if change == "cleared"}
        begun = {alert_id for alert_id, change in self.joined if change == "raised"} - ended
        active = {
            episode.alert_id
            for incident in self.site.incidents.all()
            for source in incident.process.sources
            for episode in source.episodes
            if episode.is_active
        }
        # What arrived just before a process ended is there and not counted.
        assert begun <= active | {alert.alert_id for alert in self.owed}
        assert not ended & active

    @invariant()
    def one_fault_has_one_incident(self) -> None:
        for device in DEVICES:
            takers = [
                each
                for each in self.site.incidents.all()
                if each.takes_alerts and each.process.find_source(device) is not None
            ]
            assert len(takers) <= 1

    @invariant()
    def what_people_did_stays(self) -> None:
        for incident in self.site.incidents.all():
            state, name = incident.handling.state, incident.incident_id
            if name in self.closed_by_hand:
                assert state == "closed"
            elif name in self.acknowledged:
                assert state in {"acknowledged", "closed"}
            else:
                assert state == "unacknowledged" or incident.handling.by == "tocsin"

    @invariant()
    def the_audit_is_complete(self) -> None:
        audit = self.site.incidents.audit
        for incident in self.site.incidents.all():
            numbers = [entry.number for entry in incident.timeline.entries]
            assert numbers == [*range(1, len(numbers) + 1)]
            due = incident.timeline.recorded if incident.is_live else len(numbers)
            for number in range(1, due + 1):
                assert f"incident:{incident.incident_id}:{number:06d}" in audit

    @rule()
    def a_quiet_day_passes(self) -> None:
        for device in list(self.open):
            self.machine_recovers(device)
        if self.owed:
            self._deliver([*self.owed], None)
        for _ in range(4):
            self.do(self.site.tend(minutes=121))

    def teardown(self) -> None:
        """In the end everything arrives, and nothing stays behind."""
        self.a_quiet_day_passes()
        assert not any(incident.is_live for incident in self.site.incidents.all())
        self.each_alert_is_in_one_incident()
        self.the_audit_is_complete()


TestIncidents = IncidentMachine.TestCase
# The budget of CI: some thousand steps in a few seconds; the fakes' event loops are most of it.
TestIncidents.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
