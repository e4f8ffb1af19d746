"""How good a model was and which versions there are; how the sensors of a device behave."""

from __future__ import annotations

from playwright.async_api import Page, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, WITHIN_MS, act_as, choice, open_view
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import PlantServer

pytestmark = BROWSED


async def test_a_bundle_tells_its_evaluation_and_its_versions(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await open_view(page, front_door, "model")
    bundle = page.locator("[data-bundle=rig]")
    await bundle.get_by_text("Its bundle: evaluation and versions").click()
    await expect(bundle).to_contain_text("175 of 177", timeout=WITHIN_MS)
    await expect(bundle.locator("[data-version='fake-1']")).to_contain_text("active")
    await expect(bundle.locator("[data-version='fake-0']")).to_contain_text("scored before")
    await expect(bundle.locator("[data-version='fake-2']")).to_contain_text(
        "1 of 4 alerts are lost"
    )
    await expect(bundle.locator("[data-change]")).to_have_count(0)
    other = page.locator("[data-bundle=probe]")
    await other.get_by_text("Its bundle: evaluation and versions").click()
    await expect(other).to_contain_text("it has no active bundle")


async def test_confidence_rests_on_what_is_stored_not_on_what_came_since(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", [[float(n % 5), 1.0] for n in range(90)])
    await open_view(page, front_door, "model")
    model = page.locator("[data-section=model-rig]")
    # Five of its readings are no whole window yet; of three other devices one is stored each.
    await expect(model).to_contain_text("88 newest scores of 4 devices", timeout=WITHIN_MS)


async def test_an_admin_reads_the_command_that_makes_another_version_score(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await act_as(page, front_door, "admin")
    await open_view(page, front_door, "model")
    bundle = page.locator("[data-bundle=rig]")
    await bundle.get_by_text("Its bundle: evaluation and versions").click()
    change, command = bundle.locator("[data-change]"), bundle.get_by_label("Command")
    await change.get_by_role("combobox").select_option("fake-3")
    await expect(change).to_contain_text("fit, held against fake-1 on 6.50 device-days")
    await expect(command).to_have_text(
        "python -m ml_model promote --profile rig --version fake-3", timeout=WITHIN_MS
    )
    await change.get_by_role("combobox").select_option("fake-2")
    await expect(command).to_contain_text("--version fake-2 --force")
    await change.get_by_role("combobox").select_option("fake-0")
    await expect(command).to_have_text("python -m ml_model rollback --profile rig")


async def test_a_device_shows_its_sensors_and_what_gave_away_each_alert(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "devices/rig-1")
    sensor = page.locator("[data-sensor=speed_rpm]")
    await expect(sensor).to_contain_text("working", timeout=WITHIN_MS)
    await expect(sensor.get_by_role("cell").last).to_have_text("none")
    shares = page.locator("[data-section=contributions]")
    await expect(shares.locator(".shares li").first).to_contain_text("speed_rpm")
    await expect(choice(page, "Alert")).to_have_count(1)
