"""Who is told, and how often is too often: set on the page, and kept from whoever may only look."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, WITHIN_MS, act_as, choice, open_view
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tests.fakes.messages import RIG
from tests.fakes.models import FakeModel, spec_of
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.domain.notifications.rule import Target

pytestmark = BROWSED
# 0.5 false alerts a day make a threshold of 16.0, 0.001 one of 42.7.
TAIL = Tail(level=5.0, peaks_per_day=20.0, shape=0.1, scale=2.0)
HEADERS = {"Content-Type": "application/json"}


async def test_a_rule_is_made_tried_changed_switched_off_and_taken_away(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await open_view(page, front_door, "notifications")
    await expect(page.get_by_text("nobody is told of anything")).to_be_visible()
    await page.get_by_role("button", name="New rule…").click()
    await expect(page.get_by_text("To go on: give it a name")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("shift")
    await page.get_by_label("Address").fill("ada@plant.example")
    await page.get_by_label("Who that is").fill("Ada")
    await page.get_by_role("button", name="Keep the rule").click()
    rule = page.locator("[data-rule=shift]")
    await expect(rule).to_contain_text("email ada@plant.example (Ada)", timeout=WITHIN_MS)
    (kept,) = (await api.plant.desks.load_desk(SITE)).rules
    assert kept.steps[0].targets == (Target("email", "ada@plant.example", "Ada"),)
    await rule.get_by_role("button", name="Send a test by shift").click()
    await expect(rule.locator("[data-said]")).to_contain_text("ada@plant.example (Ada): sent")
    await page.get_by_role("button", name="Read them again").click()
    await expect(page.locator("[data-notice=sent]")).to_contain_text("A test of the rule shift")
    await rule.get_by_role("button", name="Change shift…").click()
    await page.get_by_role("button", name="Add who is next in line").click()
    second = page.get_by_role("group", name="Step 2, target 1")
    await second.get_by_role("combobox").select_option("slack")
    await second.get_by_label("Its name in the settings").fill("night")
    await page.get_by_role("button", name="Keep the rule").click()
    await expect(rule).to_contain_text("then after 15 min slack night", timeout=WITHIN_MS)
    await rule.get_by_role("button", name="Switch off shift").click()
    await expect(rule).to_contain_text("○ off", timeout=WITHIN_MS)
    (kept,) = (await api.plant.desks.load_desk(SITE)).rules
    assert (kept.on, len(kept.steps), kept.revision) == (False, 2, 3)
    await rule.get_by_role("button", name="Take shift away…").click()
    await rule.get_by_role("button", name="Yes, take shift away").click()
    await expect(rule).to_have_count(0)
    assert (await api.plant.desks.load_desk(SITE)).rules == ()


async def test_a_rule_is_tried_on_past_incidents_before_it_is_kept(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await api.tend(later_s=40)  # by then it is announced
    await open_view(page, front_door, "notifications")
    await page.get_by_role("button", name="New rule…").click()
    await page.get_by_label("Address").fill("ada@plant.example")
    editor = page.locator("[data-editor]")
    await editor.get_by_role("button", name="Preview").click()
    trial = editor.locator("[data-preview]")
    await expect(trial).to_contain_text(
        "Over the last 30 days this would have told people of 1 of 1 incidents"
    )
    await expect(trial.locator("[data-incident]")).to_contain_text("rig-1: speed_rpm")
    told = await find_severity(api)
    await editor.get_by_role("checkbox", name=told, exact=True).uncheck()
    await expect(trial).to_have_count(0)
    await editor.get_by_role("button", name="Preview").click()
    await expect(trial).to_contain_text("people of 0 of 1 incidents")
    assert (await api.plant.desks.load_desk(SITE)).rules == ()
    assert api.plant.mail.sent == []


async def find_severity(api: PlantServer) -> str:
    (incident,) = (await api.plant.incidents.list_incidents(IncidentQuery(SITE))).incidents
    return incident.severity


async def test_a_rule_that_somebody_else_changed_meanwhile_is_not_overwritten(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    path = f"{front_door.ready['url']}api/notification-rules/shift?site={SITE}"
    body = {"steps": [{"targets": [{"channel": "email", "name": "ada@plant.example"}]}]}
    await act_as(page, front_door, "operator")
    assert (await page.request.put(path, data=body)).ok
    await open_view(page, front_door, "notifications")
    rule = page.locator("[data-rule=shift]")
    await expect(rule).to_be_visible()
    assert (await page.request.put(path, data={**body, "repeatMin": 5})).ok
    await rule.get_by_role("button", name="Switch off shift").click()
    await expect(rule.locator("[data-said]")).to_contain_text("it is at revision 2 and not at 1")
    await expect(rule).to_contain_text("said again every 5 min")
    assert (await page.request.put(path, data={**body, "repeatMin": 5})).ok
    await rule.get_by_role("button", name="Take shift away…").click()
    await rule.get_by_role("button", name="Yes, take shift away").click()
    await expect(rule.locator("[data-said]")).to_contain_text("it is at revision 3 and not at 2")
    (kept,) = (await api.plant.desks.load_desk(SITE)).rules
    assert (kept.on, kept.repeat_ms) == (True, 300_000)


async def test_all_notifications_of_a_site_are_switched_off_and_on(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await open_view(page, front_door, "notifications")
    await page.get_by_role("button", name="Switch all off").click()
    await expect(page.locator("[data-on=false]")).to_be_visible(timeout=WITHIN_MS)
    assert not (await api.plant.desks.load_desk(SITE)).switch.on
    await choice(page, "Messages to one target in an hour, at most").select_option("5")
    await page.get_by_role("button", name="Switch on", exact=True).click()
    await expect(page.locator("[data-on=true]")).to_be_visible(timeout=WITHIN_MS)
    await page.get_by_role("button", name="Slack: on").click()
    await expect(page.get_by_role("button", name="Slack: off")).to_be_visible(timeout=WITHIN_MS)
    switch = (await api.plant.desks.load_desk(SITE)).switch
    assert (switch.on, switch.per_hour, switch.off) == (True, 5, frozenset({"slack"}))


async def test_an_admin_says_how_many_false_alerts_are_accepted_and_takes_it_back(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await act_as(page, front_door, "admin")
    await open_view(page, front_door, "settings")
    row = page.locator("[data-target=rig]")
    await expect(row).to_contain_text("0.5 (usual)")
    await row.get_by_role("spinbutton").fill("0")
    await expect(row.get_by_role("button", name="Set")).to_be_disabled()
    await row.get_by_role("spinbutton").fill("0.1")
    await row.get_by_role("button", name="Set").click()
    await expect(row.get_by_role("button", name="as usual")).to_be_visible(timeout=WITHIN_MS)
    assert (await api.plant.services().targets.current()).of("rig") == 0.1
    await page.get_by_role("button", name="Undo").first.click()
    await expect(row).to_contain_text("0.5 (usual)", timeout=WITHIN_MS)
    assert (await api.plant.services().targets.current()).of("rig") == 0.5


async def test_a_target_is_tried_on_past_alerts_before_it_is_set(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    api.plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, tail=TAIL))
    await api.measure("rig-1", [[0.0, 0.0]] * 12 + [[50.0, 0.0]] * 12)  # its scores hold up 23.8
    await act_as(page, front_door, "admin")
    await open_view(page, front_door, "settings")
    row = page.locator("[data-target=rig]")
    await row.get_by_role("spinbutton").fill("0.001")
    await row.get_by_role("button", name="Preview").click()
    trial = page.locator("[data-section=alert-targets] [data-preview]")
    await expect(trial).to_contain_text("the threshold would go from 16.0 to 42.7")
    await expect(trial).to_contain_text("of 1 alert it would have called 0, and 1 not")
    assert api.plant.workshop.sites.audit == []
    await row.get_by_role("spinbutton").fill("0.2")
    await expect(trial).to_have_count(0)
    await row.get_by_role("button", name="Set rig").click()
    await row.get_by_role("button", name="Preview the usual of rig").click()
    await expect(trial).to_contain_text("rig at 0.5 a day", timeout=WITHIN_MS)


async def test_who_may_only_look_changes_nothing(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await act_as(page, front_door, "viewer")
    await open_view(page, front_door, "settings")
    await expect(page.locator("[data-target=rig]")).to_contain_text("0.5 (usual)")
    await expect(page.locator("[data-section=alert-targets]").get_by_role("button")).to_have_count(
        0
    )
    await open_view(page, front_door, "notifications")
    await expect(page.get_by_text("Only operators of this site see who is told")).to_be_visible()
    await expect(page.locator("main").get_by_role("button")).to_have_count(0)
    url = front_door.ready["url"]
    changed = json.dumps({"profiles": {"rig": 1}})
    refused = await page.request.patch(f"{url}api/alert-targets", data=changed, headers=HEADERS)
    assert refused.status == 403
    tried = json.dumps({"profile": "rig", "target": 1})
    path = f"{url}api/alert-targets/preview"
    assert (await page.request.post(path, data=tried, headers=HEADERS)).status == 403
    path = f"{url}api/notifications?site={SITE}"
    turned = await page.request.put(path, data={"on": False})
    assert turned.status == 403
    assert api.plant.workshop.sites.audit == []
