"""People are told by every channel: until somebody has it, down the line, and of its end."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from azure.cosmos import DatabaseProxy

from local.stack import Stack
from tests.fakes.alerts import clear_alert, raise_alert
from tests.integration.incidents.asking import (
    act,
    call,
    list_incidents,
    open_site,
    store_alerts,
)
from tests.integration.incidents.people import KEY, People, Post
from tests.waiting import wait_until

SITE, QUIET = "told", "quiet"
ADA, BOB, CARL = "ada@plant.example", "bob@plant.example", "carl@plant.example"
TAKEN, LEFT, OVER = "told-taken", "told-left", "told-over"
FIRST = [
    {"channel": "email", "name": ADA},
    {"channel": "slack", "name": "stuck"},
    {"channel": "slack", "name": "shift"},
    {"channel": "webhook", "name": "tickets"},
]
SECOND_MS = 1_000


@pytest.mark.timeout(300)
def test_people_are_told_until_somebody_has_it(
    shared_stack: Stack, database: DatabaseProxy, people: People
) -> None:
    """Three faults: one is acknowledged, one is left, one is over soon. At another site, where
    notifications are off, nobody is told until they are on again."""
    set_rules(shared_stack, database)
    call(shared_stack, "PUT", f"notifications?site={QUIET}", {"on": False})
    people.turned_away = 1
    now = time.time_ns() // SECOND_MS**2
    for device in (TAKEN, LEFT, OVER):
        store_alerts(database, raise_alert(device, now, site_id=SITE))
    store_alerts(database, raise_alert(QUIET, now, site_id=QUIET))
    for device in (TAKEN, LEFT, OVER):
        wait_for_mail(people, ADA, device)
    incidents = list_incidents(shared_stack, SITE)
    act(shared_stack, SITE, incidents[TAKEN]["id"], "acknowledge", {})
    store_alerts(database, clear_alert(OVER, now, now + 40 * SECOND_MS, site_id=SITE))
    wait_until(
        lambda: not list_incidents(shared_stack, SITE)[OVER]["active"], within_s=60, what="clear"
    )
    act(shared_stack, SITE, incidents[OVER]["id"], "close", {})
    wait_for_mail(people, BOB, "Nobody acknowledged:")
    wait_for_mail(people, ADA, "Still open:")
    wait_for_mail(people, ADA, "Ended:")
    check_mails(people, incidents, shared_stack.endpoints.page_url)
    check_quiet(shared_stack, people)
    # Slack turned one away and has it by now; what hangs delayed nobody.
    wait_until(lambda: bool(people.list_posts("slack")), within_s=90, what="Slack after its 429")
    check_signed(people.list_posts("tickets")[0])
    check_stuck(shared_stack)


def wait_for_mail(people: People, to: str, words: str) -> None:
    wait_until(
        lambda: bool(people.find_mails(to, words)), within_s=90, what=f"{words} in a mail to {to}"
    )


def set_rules(stack: Stack, database: DatabaseProxy) -> None:
    """The API takes whole minutes; so that nobody waits for these, they are seconds here."""
    steps = [{"targets": FIRST}, {"targets": [{"channel": "email", "name": BOB}], "afterMin": 1}]
    body = {"steps": steps, "repeatMin": 1, "groupIntervalS": 0}
    quiet = {"steps": [{"targets": [{"channel": "email", "name": CARL}]}]}
    for site, rule in ((SITE, body), (QUIET, quiet)):
        open_site(database, site)
        call(stack, "PUT", f"notification-rules/shift?site={site}", rule)
    container = database.get_container_client("notifications")
    kept = dict(container.read_item("rule:shift", partition_key=SITE))
    kept["steps"][1]["afterMs"] = 5 * SECOND_MS
    container.upsert_item({**kept, "repeatMs": 8 * SECOND_MS})


def check_mails(people: People, incidents: Mapping[str, Any], page_url: str) -> None:
    """Of each at first, with a link to it; then again what nobody has; of one, its end."""
    mails = people.find_mails(ADA)
    assert len({mail["id"] for mail in mails}) == len(mails), "nothing is said twice"
    for incident in incidents.values():
        link = f"{page_url}/#/incidents/{incident['id']}?site={SITE}"
        assert any(link in mail["text"] for mail in mails)
    again = people.find_mails(ADA, "Still open:")
    assert LEFT in again[-1]["text"]
    assert TAKEN not in again[-1]["text"]
    (ended,) = people.find_mails(ADA, "Ended:")
    assert OVER in ended["text"]
    assert LEFT not in ended["text"]


def check_quiet(stack: Stack, people: People) -> None:
    """What opened while they were off is on the record, and said once they are on again."""

    def list_reasons() -> list[str]:
        page = call(stack, "GET", f"deliveries?site={QUIET}&status=skipped")
        return [str(each["reason"]) for each in page["deliveries"]]

    wait_until(lambda: bool(list_reasons()), within_s=60, what="why nobody is told")
    assert list_reasons() == ["notifications of the site are switched off"]
    assert people.find_mails(CARL) == []
    call(stack, "PUT", f"notifications?site={QUIET}", {"on": True})
    wait_for_mail(people, CARL, QUIET)


def check_signed(post: Post) -> None:
    headers = {name.lower(): value for name, value in post.headers.items()}
    signed = headers["x-tocsin-timestamp"].encode() + b"." + post.body
    digest = hmac.new(KEY, signed, hashlib.sha256).hexdigest()
    assert headers["x-tocsin-signature"] == f"v1={digest}"
    body = json.loads(post.body)
    assert body["id"] == headers["x-tocsin-delivery"]
    assert f"?site={SITE}" in body["incidents"][0]["url"]


def check_stuck(stack: Stack) -> None:
    """What waits for the hook that hangs says so."""

    def list_stuck() -> list[dict[str, Any]]:
        found = call(stack, "GET", f"deliveries?site={SITE}&channel=slack&max=200")["deliveries"]
        return [each for each in found if each["target"]["name"] == "stuck"]

    wait_until(
        lambda: any("no answer within 10 s" in str(each["reason"]) for each in list_stuck()),
        within_s=60,
        what="the reason of what waits",
    )
    assert {each["status"] for each in list_stuck()} <= {"pending", "skipped"}
