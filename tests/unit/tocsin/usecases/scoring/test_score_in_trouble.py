"""A message, a model, a document or a service that fails costs what it must, and nothing else."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.fakes.messages import NOW, RIG, document, envelope, reading_message, stream
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tests.unit.tocsin.domain.messages.test_telemetry import BAD
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.scoring.score_readings import Outcome

Windows = NDArray[np.float32]


async def test_every_bad_message_is_a_dead_letter_and_its_neighbours_are_stored() -> None:
    plant = Plant()
    good = stream([2] * (len(BAD) + 1))
    batch = [good[0]]
    for index, (body, _) in enumerate(BAD.values()):
        batch += [envelope(body, sequence_number=1_000 + index), good[index + 1]]

    outcome = await plant.score(batch)

    assert outcome.dead_letters == len(BAD)
    assert outcome.messages == len(plant.store.all("readings")) == len(good)
    letters = sorted(plant.dead_letters.files.values(), key=lambda one: int(one["sequenceNumber"]))
    assert [one["reason"] for one in letters] == [reason for _, reason in BAD.values()]
    for letter, (body, _) in zip(letters, BAD.values(), strict=True):
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        assert base64.b64decode(letter["body"]) == sent


async def test_a_batch_of_nothing_usable_or_nothing_at_all_passes() -> None:
    plant = Plant()
    assert (await plant.score([])).messages == 0
    assert (await plant.score([envelope(b"x")])).dead_letters == 1
    assert plant.dead_letters.reasons == ["not-json"]
    assert plant.store.writes == []


async def test_a_message_on_which_the_model_fails_is_a_dead_letter_alone() -> None:
    failing = FakeModel(spec_of(RIG), fails_on=77.0)
    plant = Plant(models=FakeModels(failing))
    before = stream([8], device_id="rig-1")
    bad = reading_message(1, [NOW], [[77.0, 1.0]], device_id="rig-1")
    other = stream([8, 8], device_id="rig-2", seed=1)

    outcome = await plant.score([*before, bad, *other])

    assert outcome == Outcome(messages=3, readings=24, late=0, dead_letters=1, alerts=0)
    assert plant.dead_letters.reasons == ["scoring-failed"]
    stored = {(one["deviceId"], one["seq"]) for one in plant.store.all("readings")}
    assert stored == {("rig-1", 0), ("rig-2", 0), ("rig-2", 1)}


async def test_a_model_that_always_fails_loses_nothing() -> None:
    class Broken(FakeModel):
        def score(self, windows: object) -> Any:  # noqa: ANN401 (it never returns)
            raise MemoryError

    plant = Plant(models=FakeModels(Broken(spec_of(RIG))))
    outcome = await plant.score(stream([8, 8]))
    assert outcome.dead_letters == 2
    assert plant.dead_letters.reasons == ["scoring-failed"] * 2
    assert plant.store.all("devices") == []


async def test_answers_that_are_no_numbers_still_make_documents() -> None:
    class Overflowing(FakeModel):
        def score(self, windows: Windows) -> tuple[Windows, Windows, NDArray[np.int8]]:
            score, shares, sensors = super().score(windows)
            score[-2:] = np.nan, np.inf
            shares[-1] = np.nan, np.inf
            return score, shares, sensors

    plant = Plant(models=FakeModels(Overflowing(spec_of(RIG))))
    await plant.score(stream([8]))
    (stored,) = plant.store.all("readings")
    assert stored["score"][-2] is None
    assert stored["score"][-1] > 1e30
    assert stored["anomalous"][-2:] == [False, True]
    assert [shares[-1] for shares in stored["contributions"].values()] == [0.0, 0.0]


async def test_a_live_service_that_stays_away_harms_no_batch() -> None:
    plant = Plant()
    plant.live.away = True
    outcome = await plant.score(stream([8]))
    assert outcome.messages == len(plant.store.all("readings")) == 1
    assert plant.live.sent == []


async def test_a_database_or_dead_letter_box_that_stays_away_fails_the_batch() -> None:
    plant = Plant()
    messages = stream([8, 8])
    plant.store.away = True
    with pytest.raises(OSError, match="database"):
        await plant.score(messages)
    plant.store.away = False
    plant.dead_letters.away = True
    with pytest.raises(DeliveryError, match="dead-letter"):
        await plant.score([envelope(b"x"), *messages])
    assert len(plant.store.all("readings")) == 2, "what can be stored does not wait for the box"
    plant.dead_letters.away = False
    outcome = await plant.score([envelope(b"x"), *messages])
    assert (outcome.messages, outcome.late, outcome.dead_letters) == (2, 2, 1)
    assert plant.dead_letters.reasons == ["not-json"]


async def test_an_unknown_field_value_cannot_move_the_devices_identity() -> None:
    plant = Plant()
    await plant.score([envelope(document(deviceId="rig-2"), device_id="rig-1")])
    assert plant.store.all("readings") == []
    assert plant.dead_letters.reasons == ["foreign-device-id"]


async def test_a_damaged_device_document_holds_up_no_batch_and_is_replaced(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    await plant.score(stream([8, 8])[:1])
    key = ("rig-1", "rig-1")
    damaged = {**json.loads(plant.store.containers["devices"][key]), "lastT": None}
    plant.store.containers["devices"][key] = json.dumps(damaged)
    plant.restart()
    await plant.score(stream([8, 8])[1:])
    assert "Device 'rig-1' starts anew" in caplog.text
    assert "lastT is None" in caplog.text
    (device,) = await plant.store.devices(None)
    assert (device.last_seq, device.last_t) == (1, NOW)


async def test_a_device_of_which_the_database_never_tells_costs_only_its_own_messages() -> None:
    plant = Plant()
    plant.store.unreadable.add("rig-2")
    log = stream([4] * 3)
    outcome = await plant.score([*log, *stream([4] * 2, device_id="rig-2")])
    assert (outcome.messages, outcome.dead_letters) == (3, 2)
    assert plant.dead_letters.reasons == ["refused"] * 2
    assert {document["deviceId"] for document in plant.store.all("readings")} == {"rig-1"}
