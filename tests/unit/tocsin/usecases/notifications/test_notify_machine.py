"""Whatever happens in whatever order, people are told of what goes on, and of nothing that is held.

Incidents come and go, are shelved, acknowledged, closed; rules and switch change; channels fail and
come back; processes end in the middle of a write, and others serve the same site again. The machine
looks at each message at the moment at which it arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW
from tests.fakes.notifications import FakeSender
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS
from tests.unit.tocsin.usecases.notifications.notify_plant import (
    ADA,
    BOB,
    CHAT,
    NotifyPlant,
    make_rule,
)
from tocsin.domain.errors import ConflictError, DeliveryError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.rule import Step, Target
from tocsin.domain.notifications.words import Note
from tocsin.usecases.notifications.keep_rules import remove_rule

DEVICES = ("rig-1", "rig-2", "rig-3")
CRASHES = st.none() | st.integers(0, 4)
RULE = make_rule(
    steps=(Step(0, (ADA, CHAT)), Step(10 * MINUTE_MS, (BOB,))), repeat_ms=20 * MINUTE_MS
)


class WatchedSender(FakeSender):
    """Holds each message against the incidents as they are stored when it arrives."""

    def __init__(self, site: NotifyPlant) -> None:
        super().__init__()
        self._site = site

    async def send(self, target: Target, note: Note) -> None:
        await super().send(target, note)
        for told in note.incidents:
            check_message(self._site, note, self._find(told))

    def _find(self, told: Incident) -> Incident:
        (found,) = [
            each for each in self._site.incidents.all() if each.incident_id == told.incident_id
        ]
        return found


def check_message(site: NotifyPlant, note: Note, incident: Incident) -> None:
    assert incident.announced_at is not None
    if note.kind == "ended":
        assert incident.handling.is_closed
        assert not incident.handling.forced
        return
    assert not incident.handling.is_closed
    assert not incident.suppression.is_held
    assert incident.handling.state == "unacknowledged"
    assert incident.process.is_active


class NotifyMachine(RuleBasedStateMachine):
    """One site; what it must remember is in the fakes, so a new process knows all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.site = NotifyPlant()
        self.site.plant.mail = WatchedSender(self.site)
        self.site.plant.slack = WatchedSender(self.site)
        self.site.places.buildings = dict(zip(DEVICES, ("hall-a", "hall-a", "hall-b"), strict=True))
        self.t = NOW
        self.open: dict[str, int] = {}
        self.has_rule = True
        self.is_on = True
        self.do(self.site.set(RULE))

    def do(self, work: Coroutine[Any, Any, object], crash_after: int | None = None) -> bool:
        """Run *work*; False where the process ended in the middle, and another takes its place."""
        desks = self.site.plant.desks
        desks.crash_after = crash_after
        try:
            asyncio.run(work)
        except CrashError:
            self.site.plant.restart()
            return False
        finally:
            desks.crash_after = None
        return True

    @rule(device=st.sampled_from(DEVICES))
    def machine_fails(self, device: str) -> None:
        if device not in self.open:
            self.t += 7
            self.open[device] = self.t
            self.do(self.site.raise_on(device, t=self.t))

    @rule(device=st.sampled_from(DEVICES))
    def machine_recovers(self, device: str) -> None:
        if device in self.open:
            self.t += 7
            self.do(self.site.clear_on(device, raised_t=self.open.pop(device), t=self.t))

    @rule(minutes=st.sampled_from([0, 0.2, 1, 6, 12, 25]), crash_after=CRASHES)
    def time_passes(self, minutes: float, crash_after: int | None) -> None:
        if self.do(self.site.serve(minutes), crash_after) and crash_after is None:
            self._check_everybody_was_told()

    @rule()
    def another_serves_at_the_same_time(self) -> None:
        self.site.plant.desks.meanwhile.append(self.site.serve)
        self.do(self.site.serve())

    @rule(what=st.sampled_from(["acknowledge", "close", "unshelve", "shelve"]), force=st.booleans())
    def operator_acts(self, what: str, force: bool) -> None:
        if self.site.incidents.all():
            with contextlib.suppress(ConflictError):
                self.do(self.site.act(what, minutes=40, force=force))

    @rule(lane=st.sampled_from(["mail", "slack"]), fails=st.booleans())
    def channel_changes(self, lane: str, fails: bool) -> None:
        sender = self.site.plant.mail if lane == "mail" else self.site.plant.slack
        sender.fails = {"*": DeliveryError("away")} if fails else {}

    @rule(on=st.booleans())
    def switch_is_turned(self, on: bool) -> None:
        self.is_on = on
        self.do(self.site.switch(on=on))

    @rule(there=st.booleans())
    def rule_comes_and_goes(self, there: bool) -> None:
        if there:
            self.do(self.site.set(RULE))
        elif self.has_rule:
            room = self.site.notify_room
            self.do(remove_rule("north", RULE.rule_id, operator="ada", room=room))
        self.has_rule = there

    def _check_everybody_was_told(self) -> None:
        """Of what goes on unheld and unseen, each of the first in line had a message, or has one on
        its way."""
        if not (self.has_rule and self.is_on):
            return
        desk = asyncio.run(self.site.plant.desks.load_desk("north"))
        for incident in self.site.incidents.all():
            goes_on = incident.process.is_active and not incident.suppression.is_held
            is_unseen = incident.handling.state == "unacknowledged"
            if not (goes_on and is_unseen and incident.announced_at is not None):
                continue
            (ticket,) = [
                each for each in desk.board.tickets if each.incident_id == incident.incident_id
            ]
            assert ticket.step >= 0
            assert not ticket.missed
            waiting = {
                each.target.key
                for each in desk.pending
                if each.target is not None and incident.incident_id in each.incident_ids
            }
            assert waiting | ticket.told >= {ADA.key, CHAT.key}

    @invariant()
    def nobody_hears_the_beginning_twice(self) -> None:
        """Unless the rule was taken away meanwhile, and set anew."""
        opened = Counter(
            (each.target.key, name)
            for each in self.site.deliveries
            if each.status == "sent" and each.kind == "opened" and each.target is not None
            for name in each.incident_ids
        )
        rules = sum(record["type"] == "rule" for record in self.site.plant.desks.audit.values())
        assert all(count <= rules for count in opened.values())

    @invariant()
    def each_delivery_has_its_say(self) -> None:
        for delivery in self.site.deliveries:
            if delivery.status in {"failed", "skipped"}:
                assert delivery.reason
            assert (delivery.next_at is None) == (delivery.status != "pending")

    def teardown(self) -> None:
        """In the end all is quiet, and nothing waits for ever."""
        self.do(self.site.switch(on=True))
        for sender in (self.site.plant.mail, self.site.plant.slack):
            sender.fails = {}
        for device in list(self.open):
            self.machine_recovers(device)
        for _ in range(8):
            self.do(self.site.serve(minutes=61))
        desk = asyncio.run(self.site.plant.desks.load_desk("north"))
        assert desk.pending == ()
        assert desk.board.tickets == ()


TestNotifications = NotifyMachine.TestCase
# The budget of CI: most of it goes into the fakes' event loops.
TestNotifications.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
