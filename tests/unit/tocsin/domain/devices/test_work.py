"""What a device's document keeps of its own work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tocsin.domain.devices.work import UNKNOWN, Sample, Work, measure_work
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.windows.window import History
from tocsin.profiles import load_profiles

WORKCELL, PUMP = load_profiles()["workcell"], load_profiles()["pump"]


def history(cpu: list[float], answer: list[float]) -> History:
    values = np.zeros((len(cpu), len(WORKCELL.channels)), np.float32)
    values[:, WORKCELL.channel_names.index("cpu_pct")] = cpu
    values[:, WORKCELL.channel_names.index("response_ms")] = answer
    return History(NOW + 1_000 * np.arange(len(cpu), dtype=np.int64), values)


def test_samples_are_medians_of_five_readings_each() -> None:
    cpu = [0.0, 0.0, *[40.0, 41.0, 42.0, 99.0, 0.0], *[50.0] * 5]
    work = measure_work(history(cpu, [30.0] * 12), WORKCELL, readings=5)
    assert work == Work(
        1_000, 5_000, (Sample(NOW + 6_000, 41.0, 30.0), Sample(NOW + 11_000, 50.0, 30.0))
    )


def test_a_sample_with_a_missing_value_is_none() -> None:
    cpu = [40.0, float("nan"), 40.0, 40.0, 40.0, *[50.0] * 5]
    work = measure_work(history(cpu, [30.0] * 10), WORKCELL, readings=5)
    assert [sample.cpu_pct for sample in work.samples] == [50.0]


def test_a_profile_without_a_processor_measures_no_work() -> None:
    assert measure_work(History.empty(PUMP), PUMP, readings=4).samples == ()
    assert measure_work(History.empty(WORKCELL), WORKCELL, readings=4).samples == ()


def test_it_is_read_as_it_was_stored_and_a_damaged_one_is_named() -> None:
    work = Work(1_000, 5_000, (Sample(NOW, 41.0, 30.5), Sample(NOW + 5_000, 50.0, None)))
    assert device_record("rig-1", work=work.to_document()).work == work
    assert device_record("rig-1").work == UNKNOWN, "of a document from before it was kept"
    damaged = {**work.to_document(), "cpuPct": [41.0, "x"]}
    with pytest.raises(DamagedDocumentError, match=r"work.cpuPct\[1\]"):
        device_record("rig-1", work=damaged)


@pytest.mark.parametrize(
    ("new", "old", "changed"),
    [
        (((50.0, 44.0),), ((51.5, 46.0),), False),
        (((57.0, 44.0),), ((50.0, 44.0),), True),
        (((95.0, 400.0),), ((93.0, 280.0),), True),
        (((50.0, None),), ((51.0, None),), False),
        (((50.0, None),), ((51.0, 44.0),), True),
        ((), ((51.0, 44.0),), True),
        ((), (), False),
    ],
)
def test_a_change_of_work_is_told_from_noise(
    new: tuple[tuple[float, float | None], ...],
    old: tuple[tuple[float, float | None], ...],
    changed: bool,
) -> None:
    works = [
        Work(1_000, 5_000, tuple(Sample(1, use, answer) for use, answer in side))
        for side in (new, old)
    ]
    assert works[0].has_changed(works[1]) is changed


def test_what_is_measured_in_trouble_is_stored_at_once() -> None:
    """A record may stay as it is for seconds, but not while a processor fills up."""
    told, rises = (
        replace(device_record("cell-1"), work=Work(1_000, 5_000, (Sample(1, use, 44.0),)))
        for use in (50.0, 64.0)
    )
    assert rises.is_news(told, every_ms=8_000)
    assert not told.is_news(told, every_ms=8_000)
