"""Dead letters at the API: found, read, and once more."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.messages import NOW, RIG, envelope, reading_message, stream
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.records import alert_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import OPERATOR, VIEWER, call
from tocsin.domain.alerts.alert_marks import write_owed
from tocsin.domain.letters.dead_letters import REASONS
from tocsin.usecases.incidents.push_alerts import push_alerts

DAY_MS = 86_400_000


async def ask(plant: Plant, name: str, status: int = 200, **parts: Any) -> Any:  # noqa: ANN401 (any JSON)
    found, content = await call(plant, name, principal=OPERATOR, **parts)
    assert found == status, content
    return content


async def list_all(plant: Plant, **params: str) -> list[dict[str, Any]]:
    """Every letter, page by page."""
    letters: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await ask(
            plant, "dead_letters", params={**params, **({"cursor": cursor} if cursor else {})}
        )
        letters += page["deadLetters"]
        cursor = page["cursor"]
    return letters


async def test_letters_are_listed_newest_first_page_by_page() -> None:
    plant = Plant()
    sent = [
        replace(envelope(b"x", sequence_number=number), enqueued_at=NOW - number * DAY_MS // 3)
        for number in range(7)
    ]
    await plant.score(sent)
    found = await list_all(plant, max="2")
    assert [letter["at"] for letter in found] == [one.enqueued_at for one in sent]
    assert {(letter["kind"], letter["reason"]) for letter in found} == {("message", "not-json")}
    some = await list_all(plant, **{"from": str(NOW - DAY_MS), "to": str(NOW - 1)})
    assert [letter["at"] for letter in some] == [one.enqueued_at for one in sent[1:4]]
    assert await list_all(plant, reason="too-large") == []
    assert {letter["deviceId"] for letter in found} == {"rig-1"}
    assert await list_all(plant, device="rig-1") == found
    assert await list_all(plant, device="rig-2") == []
    said = await ask(plant, "dead_letters", 400, params={"reason": "not-jsn"})
    assert said["detail"].startswith("there is no reason 'not-jsn'; the reasons are too-large, ")


def test_the_document_names_every_reason_that_there_is() -> None:
    text = Path("docs/formats.md").read_text(encoding="utf-8")
    table = text.split("with one of these reasons:")[1].split("##")[0]
    told = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    assert [*told, "damaged"] == [*REASONS]


async def test_a_range_of_too_many_days_is_refused() -> None:
    said = await ask(Plant(), "dead_letters", 400, params={"from": "0"})
    assert said["detail"] == "from must be before to, by at most 31 days"
    await ask(Plant(), "dead_letters", 400, params={"from": str(NOW), "to": "5"})


async def test_a_viewer_sees_no_letters() -> None:
    for name in ("dead_letters", "dead_letter", "replay_dead_letter"):
        status, _ = await call(Plant(), name, principal=VIEWER, body={}, route={"id": "x"})
        assert status == 403


async def test_what_is_no_letter_is_not_found() -> None:
    for name in ("dead_letter", "replay_dead_letter"):
        body: object = {} if name.startswith("replay") else None
        said = await ask(Plant(), name, 404, body=body, route={"id": "2026-01-01-0-0-0"})
        assert said["detail"] == "there is no dead letter '2026-01-01-0-0-0'"


async def test_a_message_that_a_model_failed_on_is_scored_once_it_does_not() -> None:
    failing = FakeModel(spec_of(RIG), fails_on=77.0)
    plant = Plant(models=FakeModels(failing))
    message = reading_message(1, [NOW], [[77.0, 1.0]], device_id="rig-1")
    await plant.score([*stream([8], device_id="rig-1"), message])
    failing.fails_on = None
    (letter,) = await list_all(plant)
    shown = await ask(plant, "dead_letter", route={"id": letter["id"]})
    assert (shown["reason"], shown["replayedAt"]) == ("scoring-failed", None)
    again = await ask(plant, "replay_dead_letter", body={}, route={"id": letter["id"]})
    assert again == {"id": letter["id"], "outcome": "scored", "reason": None, "text": None}
    stored = plant.store.all("readings")[-1]
    assert stored["t"] == [NOW]
    assert (stored["deviceId"], stored["siteId"]) == (message.device_id, message.site_id)
    (listed,) = await list_all(plant)
    assert listed["replayedAt"] == NOW
    (record,) = plant.store.all("audit")
    assert (record["type"], record["siteId"], record["deviceId"]) == (
        "dead-letter", message.site_id, message.device_id,
    )  # fmt: skip
    assert record["before"]["reason"] == "scoring-failed"
    assert record["after"]["outcome"] == "scored"


async def test_a_message_that_is_bad_for_ever_stays_a_letter() -> None:
    plant = Plant()
    await plant.score([envelope(b"x")])
    (letter,) = await list_all(plant)
    again = await ask(plant, "replay_dead_letter", body={}, route={"id": letter["id"]})
    assert (again["outcome"], again["reason"]) == ("refused", "not-json")
    assert await list_all(plant) == [letter]
    assert [record["after"]["outcome"] for record in plant.store.all("audit")] == ["refused"]


async def test_an_alert_that_was_refused_is_shown_once_it_is_not() -> None:
    plant = Plant()
    alert = alert_record(5)
    plant.live.refuses.add("north")
    await plant.store.save_alerts([alert])
    await push_alerts([write_owed(alert)], plant.services().doors)
    (letter,) = await list_all(plant)
    assert (letter["kind"], letter["reason"]) == ("alert", "refused")
    again = await ask(plant, "replay_dead_letter", body={}, route={"id": letter["id"]})
    assert (again["outcome"], again["reason"]) == ("refused", "refused")
    assert len(plant.dead_letters.files) == 1, "its own letter is overwritten"
    plant.live.refuses.clear()
    again = await ask(plant, "replay_dead_letter", body={}, route={"id": letter["id"]})
    assert again["outcome"] == "shown"
    assert [message["alert"] for _, message in plant.live.sent] == [alert.to_document()]
    (marked,) = plant.store.all("alerts")
    assert marked["shownAt"] == NOW


async def test_a_replay_while_nobody_can_be_shown_says_so_and_marks_nothing() -> None:
    plant = Plant()
    damaged = {**write_owed(alert_record(5)), "siteId": None}
    await push_alerts([damaged], plant.services().doors)
    (letter,) = await list_all(plant)
    (path,) = plant.dead_letters.files
    plant.dead_letters.files[path]["alert"]["siteId"] = "north"  # put right by hand
    plant.live.away = True
    await ask(plant, "replay_dead_letter", 503, body={}, route={"id": letter["id"]})
    assert (await list_all(plant))[0]["replayedAt"] is None
    plant.live.away = False
    again = await ask(plant, "replay_dead_letter", body={}, route={"id": letter["id"]})
    assert again["outcome"] == "shown"


@pytest.mark.parametrize("damage", [{"body": None}, {"enqueuedAt": "x"}, {"properties": 7}])
async def test_a_letter_that_cannot_be_read_is_refused(damage: dict[str, Any]) -> None:
    plant = Plant()
    await plant.score([envelope(b"x")])
    (path,) = plant.dead_letters.files
    plant.dead_letters.files[path] |= damage
    (letter,) = await list_all(plant)
    again = await ask(plant, "replay_dead_letter", body={}, route={"id": letter["id"]})
    assert (again["outcome"], again["reason"]) == ("refused", "damaged")
    assert json.dumps(again)
