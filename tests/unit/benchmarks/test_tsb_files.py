"""The recordings of the TSB-AD-M benchmark and its published figures, read as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.tsb import recordings
from benchmarks.tsb.__main__ import main
from benchmarks.tsb.published import average_published
from benchmarks.tsb.recordings import LabelledSeries, WrongRecordingsError, label_series, mark_rows
from benchmarks.tsb.table import BASELINES, judge, macro_means, measure
from tests.unit.benchmarks.tsb_series import NAMES, flags, make_series


def test_a_file_s_name_tells_collection_and_training_rows() -> None:
    series = make_series("msl").series
    assert (series.collection, series.training) == ("msl", 200)
    with pytest.raises(WrongRecordingsError, match=r"a\.csv"):
        label_series("a.csv", np.zeros((4, 1)), flags(4, (1, 1)))


def test_a_marked_span_s_last_row_is_anomalous() -> None:
    assert np.flatnonzero(mark_rows(9, "[[1, 2], [5, 5]]")).tolist() == [1, 2, 5]


def test_volumes_are_averaged_over_series_not_over_collections() -> None:
    found = [make_series("smd"), make_series("smd"), make_series("msl"), make_series("smap")]
    means = macro_means(found, [0.2, 0.4, 0.6, 1.0])
    assert means == pytest.approx({"smd": 0.3, "msl": 0.6, "smap": 1.0, "all": 0.55})


def test_each_series_is_judged_by_its_own_name() -> None:
    found = [make_series(name) for name in NAMES]
    volumes = judge(found, [labelled.anomalous.astype(np.float64) for labelled in found])
    assert set(volumes) == {*NAMES, *NAMES.values(), "all"}
    assert volumes["all"] > 0.9


def publish_counts(labelled: LabelledSeries, **counts: int) -> pd.DataFrame:
    row = {"AutoEncoder": 0.2, "TranAD": 0.3, "KMeansAD": 0.5, "KNN": 0.6}
    row |= {"ts_len": len(labelled.anomalous), "anomaly_len": 60, **counts}
    row |= dict.fromkeys(("num", "length", "ratio", "point", "sequence"), 1)
    return pd.DataFrame([row], index=[labelled.series.name])


def test_published_figures_are_of_the_same_series() -> None:
    found = [make_series(name) for name in NAMES]
    table = pd.concat([publish_counts(labelled) for labelled in found])
    figures = average_published(found, table)
    assert figures["KMeansAD"] == {"smd": 0.5, "msl": 0.5, "smap": 0.5, "all": 0.5}
    assert figures["best"]["all"] == {"name": "KNN", "value": 0.6}
    with pytest.raises(WrongRecordingsError, match=r"tr_200.*\(600, 60\).*\(600, 59\)"):
        average_published(found[:1], publish_counts(found[0], anomaly_len=59))
    with pytest.raises(WrongRecordingsError, match=r"MSL.*not in"):
        average_published(found, publish_counts(found[0]))


def write(folder: Path) -> None:
    """A data folder as the benchmark's, of one series a collection."""
    (folder / "smd").mkdir()
    (folder / "smap_msl").mkdir()
    values = make_series().series.values
    sources = {NAMES["smd"]: "machine-1-1", NAMES["msl"]: "S-2", NAMES["smap"]: "P-2"}
    (folder / recordings.NAMES).write_text(json.dumps(sources), encoding="utf-8")
    label = flags(600, (400, 459)).astype(np.int8)
    np.savez(folder / "smd/machine-1-1.npz", test=values.astype(np.float32), label=label)
    spacecraft: dict[str, Any] = {"S-2": values, "P-2": values}
    np.savez(folder / "smap_msl/test.npz", **spacecraft)
    (folder / recordings.LABELS).write_text(
        'chan_id,anomaly_sequences\nS-2,"[[400, 459]]"\nP-2,"[[1, 2]]"\nP-2,"[[400, 459]]"\n',
        encoding="utf-8",
    )


def test_a_folder_is_read_and_the_second_labels_of_a_channel_count(tmp_path: Path) -> None:
    write(tmp_path)
    found = recordings.read_all(tmp_path)
    assert [labelled.series.name for labelled in found] == sorted(NAMES.values())
    for labelled in found:
        assert labelled.series.values.shape == (600, 3)
        assert labelled.series.values.dtype == np.float64
        assert labelled.anomalous.tolist() == flags(600, (400, 459)).tolist()


def test_the_table_of_a_small_folder(tmp_path: Path) -> None:
    write(tmp_path)
    figures = measure(tmp_path)
    assert set(figures["baselines"]) == set(BASELINES)
    assert set(figures["per_series"]) == set(NAMES.values())
    assert figures["seeds"] == 3
    assert figures["published"] == {}
    assert figures["random"]["all"] < figures["all"] <= 1


def test_missing_recordings_are_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks.tsb", "--json"])
    assert main(tmp_path) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert str(tmp_path) in printed.err
