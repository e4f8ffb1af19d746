"""A device under another model, at another site, or put to another use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.fakes.messages import NOW, PROBE, RIG, stream
from tests.fakes.models import THRESHOLD, FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.judging.adaptation import Pace, Usual
from tocsin.domain.judging.aftermath import Aftermath
from tocsin.domain.messages.telemetry import Envelope


def alerts_of(plant: Plant) -> list[dict[str, Any]]:
    return sorted(plant.store.all("alerts"), key=lambda alert: (int(alert["t"]), alert["type"]))


async def learn(plant: Plant, usual: Usual, aftermath: Aftermath) -> None:
    """Write into the device's record what long running would have taught."""
    record = await plant.store.device("rig-1")
    assert record is not None
    standing = replace(record.standing, usual=usual, aftermath=aftermath)
    await plant.store.save_devices([replace(record, standing=standing)])
    plant.restart()


async def test_what_was_learned_under_one_model_begins_anew_under_the_next() -> None:
    plant = Plant()
    messages = stream([8] * 4)
    await plant.score(messages[:1])
    learned = Usual(ticks=1_000_000, readings=86_400)
    await learn(plant, learned, Aftermath(peak=99.0, t=NOW - 1_000))
    await plant.score(messages[1:2])
    (before,) = plant.store.all("devices")
    assert before["threshold"] > 2.5 * THRESHOLD, "a factor of e"

    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, version="fake-2"))
    await plant.score(messages[2:3])
    (after,) = plant.store.all("devices")
    assert after["threshold"] == THRESHOLD
    assert after["usual"] == {
        "ticks": -Pace.of(RIG.period_s).fall(0, 8),
        "readings": 8,
        "profile": "rig",
        "modelVersion": "fake-2",
        "baseline": 0,
    }
    assert after["aftermath"] is None
    await plant.score(messages[3:])
    assert plant.store.all("devices")[0]["usual"]["readings"] == 16, "and is kept from then on"


async def test_a_document_from_before_it_was_kept_tells_the_model_of_its_score() -> None:
    plant = Plant()
    messages = stream([8] * 3)
    await plant.score(messages[:1])
    await learn(plant, Usual(ticks=1_000_000, readings=86_400), Aftermath())
    (document,) = plant.store.all("devices")
    usual = {name: document["usual"][name] for name in ("ticks", "readings")}
    old = DeviceRecord.from_document({**document, "usual": usual})
    assert (old.standing.basis.profile, old.standing.basis.version) == ("rig", "fake-1")


async def test_an_open_alert_stays_open_under_the_next_model() -> None:
    plant = Plant()
    messages = stream([8] * 5, odd=range(20, 24))
    await plant.score(messages[:3])
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, version="fake-2"))
    await plant.score(messages[3:])
    raised, cleared = alerts_of(plant)
    assert (raised["modelVersion"], cleared["modelVersion"]) == ("fake-1", "fake-2")
    assert raised["alertId"] == cleared["alertId"]


def at_site(envelopes: list[Envelope], site_id: str) -> list[Envelope]:
    return [replace(sent, site_id=site_id, properties={"siteId": site_id}) for sent in envelopes]


async def test_an_alert_is_cleared_where_it_was_raised() -> None:
    for restarts in (False, True):
        plant = Plant()
        messages = stream([8] * 6, odd=[*range(20, 24), 44, 45, 46, 47])
        await plant.score(messages[:3])
        assert plant.store.all("devices")[0]["alert"]["siteId"] == "north"
        if restarts:
            plant.restart()
        await plant.score(at_site(messages[3:], "south"))
        found = [(alert["type"], alert["siteId"]) for alert in alerts_of(plant)]
        assert found == [("raised", "north"), ("cleared", "north"), ("raised", "south")]
        (device,) = plant.store.all("devices")
        assert (device["siteId"], device["alert"]["siteId"]) == ("south", "south")


async def test_a_device_put_to_another_use_starts_clean_and_its_alert_is_closed() -> None:
    for at_once in (True, False):
        plant = Plant(models=FakeModels(FakeModel(spec_of(RIG)), FakeModel(spec_of(PROBE))))
        messages = stream([8] * 8, odd=range(20, 24))
        before = messages[:3]
        # From here on it is a probe: the same times, another profile, numbers from 0.
        later = stream([8] * 8, profile=PROBE, device_id="rig-1")[3:]
        after = [
            replace(sent, body=sent.body.replace(b'"seq": %d' % (seq + 3), b'"seq": %d' % seq))
            for seq, sent in enumerate(later)
        ]
        batches = [[*before, *after]] if at_once else [before, after]
        for batch in batches:
            await plant.score(batch)
        raised, cleared = alerts_of(plant)
        assert (raised["type"], raised["profile"]) == ("raised", "rig")
        assert (cleared["type"], cleared["profile"]) == ("cleared", "rig")
        assert cleared["alertId"] == raised["alertId"]
        (device,) = plant.store.all("devices")
        assert (device["profile"], device["alert"], device["lastSeq"]) == ("probe", None, 4)
        scored = [score for score in _last(plant)["score"] if score is not None]
        assert len(scored) == 8, "it is judged as what it is now"
        assert device["usual"]["readings"] == 5 * 8 - (PROBE.window - 1)


def _last(plant: Plant) -> dict[str, Any]:
    return max(plant.store.all("readings"), key=lambda document: int(document["lastT"]))
