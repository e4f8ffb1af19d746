"""Incidents whose people are told, over fakes with a clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.incidents import actions
from tocsin.domain.incidents.actions import Act
from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.rule import Channel, Rule, Step, Switch, Target
from tocsin.usecases.incidents.act_on_incident import Change, act_on_incident
from tocsin.usecases.notifications.keep_rules import set_rule, turn_switch
from tocsin.usecases.notifications.send_deliveries import NotifyRoom
from tocsin.usecases.notifications.serve_site import Served, serve_site

ADA = Target("email", "ada@plant.example", "Ada")
BOB = Target("email", "bob@plant.example", "Bob")
CHAT = Target("slack", "shift")
HOOK = Target("webhook", "tickets")


def make_rule(*targets: Target, **changes: Any) -> Rule:  # noqa: ANN401 (any field)
    """One that tells ADA, or *targets*, once."""
    rule = Rule("shift", "north", (Step(0, targets or (ADA,)),), by="ada", at=NOW)
    return replace(rule, **changes)


@dataclass
class NotifyPlant(IncidentPlant):
    """``north``, whose mails, posts to Slack and webhooks are in the plant's fakes."""

    @property
    def notify_room(self) -> NotifyRoom:
        return replace(self.plant.services().notify_room, send_s=0.05)

    async def set(self, rule: Rule) -> None:
        await set_rule(rule, self.notify_room)

    async def switch(self, on: bool, per_hour: int = 30, off: Iterable[Channel] = ()) -> None:
        wanted = Switch(on, per_hour, by="ada", at=self.now_ms, off=frozenset(off))
        await turn_switch("north", wanted, self.plant.desks)

    async def serve(self, minutes: float = 0) -> Served:
        """Let *minutes* pass, then do what is due of incidents and of notifications."""
        await self.tend(minutes)
        return await serve_site("north", self.notify_room)

    async def serve_for(self, minutes: int) -> None:
        for _ in range(minutes):
            await self.serve(minutes=1)

    async def announce(self, *device_ids: str, t: int = NOW) -> None:
        """Have incidents of these devices announced, and people told."""
        await self.raise_on(*(device_ids or ("rig-1",)), t=t)
        await self.serve(minutes=1)

    async def act(self, what: str, minutes: int = 30, *, force: bool = False) -> None:
        """Something that an operator does about the newest incident."""
        by = Act("ada", self.now_ms)
        until, policy = self.now_ms + minutes * MINUTE_MS, self.room.policy
        changes: dict[str, Change] = {
            "acknowledge": lambda each: actions.acknowledge(each, by),
            "close": lambda each: actions.close(each, by, force=force),
            "unshelve": lambda each: actions.unshelve(each, by),
            "shelve": lambda each: actions.shelve(each, by, until=until, once=False, policy=policy),
        }
        newest = self.incidents.all()[-1]
        await act_on_incident("north", newest.incident_id, changes[what], self.room)

    @property
    def mails(self) -> list[tuple[str, str]]:
        """Name and kind of what arrived by email, in order; the names up to the ``@``."""
        return [(name.split("@")[0], kind) for name, kind in self.plant.mail.list_kinds()]

    @property
    def deliveries(self) -> list[Delivery]:
        return self.plant.desks.all()

    def list_skipped(self) -> list[str]:
        return [str(each.reason) for each in self.deliveries if each.status == "skipped"]
