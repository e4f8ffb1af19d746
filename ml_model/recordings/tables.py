"""One CSV or Parquet file, read and checked whole.

Columns: a time, the profile's channels, ``device`` and ``fault`` if known, and the field in which
devices of the profile tell their operating state; nothing else, so that a misspelt channel is not
taken for a missing one. An empty cell is a missing value and stays NaN.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from ml_model.recording import RecordingError
from tocsin.domain.profile import MAX_MAGNITUDE, Profile
from tocsin.domain.states.rule import StateRule, read_told

TIME_COLUMN = "t"
SEPARATORS = (",", ";")
SUFFIXES = (".csv", ".parquet")
NO_FAULT = ("", "0", "0.0", "false", "no", "none")  # in any case


def read_table(path: Path, profile: Profile, *, device: str, time_column: str) -> pd.DataFrame:
    """The readings in *path*: columns ``t`` (ms), ``device``, the channels, ``fault``, and
    ``told``, the operating state that the device told, empty for none.

    *device* is whose they are when the file does not say. Raises RecordingError naming the file,
    and the line, and what is wrong with it.
    """
    frame = _open_table(path)
    _check_columns(path, frame, profile, time_column)
    read = pd.DataFrame({"t": _parse_times(path, frame[time_column])})
    read["device"] = frame["device"].astype(str) if "device" in frame else device
    for name in profile.channel_names:
        read[name] = _parse_numbers(path, frame[name])
    read["fault"] = _parse_faults(frame["fault"]) if "fault" in frame else ""
    rule = profile.states
    tells = rule is not None and rule.told_by in frame
    read["told"] = "" if rule is None or not tells else _parse_told(path, frame[rule.told_by], rule)
    for name, rows in read.groupby("device", sort=False):
        _check_order(path, str(name), rows["t"])
    return read


def _open_table(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        return _read_csv(path)
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: no such file or folder") from error
    except ImportError as error:
        raise RecordingError(
            f"{path}: reading Parquet needs pyarrow, which make setup installs"
        ) from error
    except (ValueError, OSError) as error:  # pandas' and pyarrow's own are ValueErrors
        reason = " ".join(str(error).split())
        raise RecordingError(f"{path}: not a file with readings: {reason}") from error


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline()
    separator = max(SEPARATORS, key=header.count)
    try:
        # Without it, pandas takes surplus cells in front for an index of its own.
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            return pd.read_csv(
                path,
                sep=separator,
                encoding="utf-8-sig",
                dtype={"device": str, "fault": str},
                index_col=False,
            )
    except pd.errors.ParserWarning as error:
        raise RecordingError(f"{path}: its lines have more cells than its header") from error


def _check_columns(path: Path, frame: pd.DataFrame, profile: Profile, time_column: str) -> None:
    wanted = {time_column, *profile.channel_names}
    missing = sorted(wanted - set(frame.columns))
    if time_column in missing:
        raise RecordingError(
            f"{path}: column {time_column} is missing: name the column of times with --time-column"
        )
    if missing:
        raise RecordingError(f"{path}: column {', '.join(missing)} is missing")
    told_by = set() if profile.states is None else {profile.states.told_by}
    if unknown := sorted(set(map(str, frame.columns)) - wanted - {"device", "fault"} - told_by):
        raise RecordingError(
            f"{path}: {', '.join(unknown)} is no channel of profile {profile.name!r} "
            f"({', '.join(profile.channel_names)})"
        )
    if frame.empty:
        raise RecordingError(f"{path}: there are no readings in it")
    if "device" in frame and len(bad := np.flatnonzero(frame["device"].isna())):
        raise RecordingError(f"{path}, line {bad[0] + 2}: the device is missing")


def _parse_numbers(path: Path, column: pd.Series[float]) -> pd.Series[float]:
    numbers = pd.to_numeric(column, errors="coerce")
    wrong = numbers.isna() & column.notna()
    if len(bad := np.flatnonzero(wrong | (numbers.abs() > MAX_MAGNITUDE))):
        raise RecordingError(
            f"{path}, line {bad[0] + 2}: {_quote_cell(column, bad[0])} in column {column.name!r} "
            f"is not a number{'' if wrong.iloc[bad[0]] else f' up to {MAX_MAGNITUDE:g}'}"
        )
    return numbers.astype(np.float32)


def _parse_times(path: Path, column: pd.Series[int]) -> pd.Series[int]:
    if pd.api.types.is_integer_dtype(column) and not column.isna().any():
        return column.astype(np.int64)
    if pd.api.types.is_numeric_dtype(column):
        bad = np.flatnonzero(column.isna() | (column % 1 != 0))
        times = column
    else:
        times = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601")
        bad = np.flatnonzero(times.isna())
    if len(bad):
        raise RecordingError(
            f"{path}, line {bad[0] + 2}: {_quote_cell(column, bad[0])} is no time: give whole ms "
            "since the epoch or ISO 8601"
        )
    if times is column:
        return times.astype(np.int64)
    return times.dt.as_unit("ms").astype(np.int64)


def _parse_faults(column: pd.Series[str]) -> pd.Series[str]:
    kinds = column.astype(object).fillna("").astype(str).str.strip()
    return kinds.mask(kinds.str.lower().isin(NO_FAULT), "")


def _parse_told(path: Path, column: pd.Series[object], rule: StateRule) -> list[str]:
    cells = column.astype(object).where(column.notna(), None).tolist()
    told, bad = read_told(cells, rule)
    if bad is not None:
        raise RecordingError(
            f"{path}, line {bad.at[0] + 2}: {bad.values[0]!r} in column {column.name!r} is no "
            f"state; there are {', '.join(rule.names)}"
        )
    return [state or "" for state in told]


def _check_order(path: Path, device: str, times: pd.Series[int]) -> None:
    bad = np.flatnonzero(np.diff(times.to_numpy()) <= 0)
    if len(bad):
        line = int(times.index[bad[0] + 1]) + 2
        again = times.iloc[bad[0]] == times.iloc[bad[0] + 1]
        raise RecordingError(
            f"{path}, line {line}: the time of device {device!r} does not increase: "
            + ("take out the second reading of that time" if again else "sort the file by time")
        )


def _quote_cell(column: pd.Series[object], row: int) -> str:
    value = column.iloc[row]
    return "an empty cell" if pd.isna(value) else repr(getattr(value, "item", lambda: value)())
