from __future__ import annotations

import pytest

from tests.fakes.messages import NOW
from tests.fakes.records import decided_message
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.test_alerts import feed
from tocsin.domain.charts.rollup import HOUR_MS
from tocsin.domain.errors import DeliveryError


async def test_roll_up_takes_what_the_change_feed_brings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    messages = [decided_message([0]), decided_message([HOUR_MS])]
    await plant.store.save_readings(messages)
    documents = [{**message.to_document(), "_lsn": 7} for message in messages]
    damaged = [{**documents[0], "t": t} for t in (None, [], ["x"], [2**60], [1.5], [True])]
    await functions_of(plant.services())["roll_up"](feed(*damaged, *documents, {"id": "x"}))
    assert [one["id"] for one in plant.store.all("rollups")] == ["minute-0"]
    assert caplog.text.count("A message is not rolled up") == len(damaged) + 1


async def test_roll_up_fails_when_the_database_is_away() -> None:
    plant = Plant()
    plant.store.away = True
    with pytest.raises(OSError, match="away"):
        await functions_of(plant.services())["roll_up"](feed(decided_message([0]).to_document()))


async def test_what_came_late_is_noted_before_it_is_rolled_up() -> None:
    plant = Plant()
    late = {**decided_message([0]).to_document(), "late": True, "enqueuedAt": NOW}
    await functions_of(plant.services())["roll_up"](feed(late, decided_message([1]).to_document()))
    (note,) = plant.late_notes.kept.values()
    assert (note.device_id, note.start, note.noted_at) == ("rig-1", 0, plant.workshop.clock())
    plant.late_notes.away = True
    with pytest.raises(DeliveryError):
        await functions_of(plant.services())["roll_up"](feed(late))


async def test_a_note_that_is_refused_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    plant = Plant()
    plant.late_notes.refused = {"rig-1"}
    first, second = (
        {**decided_message([0], device_id=name).to_document(), "late": True, "enqueuedAt": NOW}
        for name in ("rig-1", "rig-2")
    )
    await functions_of(plant.services())["roll_up"](feed(first, second))
    assert [note.device_id for note in plant.late_notes.kept.values()] == ["rig-2"]
    assert "Late readings of device 'rig-1' from 0 on are not judged: not this one" in caplog.text
