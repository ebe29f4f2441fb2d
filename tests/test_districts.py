"""A dozen districts made by hand, worked through serially and on a cluster of two workers."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import distributed
import pandas as pd
import pytest

from sokanalysis.attendance import attendance
from sokanalysis.districts import attendance_today, over_districts
from sokanalysis.errors import RegionNotFound
from tests.conftest import SOK


def summary(district):
    """How many settlements can take part in each session; small enough to travel."""
    rows = attendance(district, district.current_sessions, states=[("schultag", False)])
    reached = rows["reason"] == "erreichbar"
    return reached.groupby(rows["session_id"]).sum().rename("reached").reset_index()


@pytest.fixture(scope="module")
def dozen(tmp_path_factory):
    """Districts that differ: each holds its courses five minutes later than the one before."""
    folders = []
    for number in range(12):
        folder = tmp_path_factory.mktemp("kreise") / f"kreis{number:02d}"
        shutil.copytree(SOK, folder)
        _postpone(folder / "sessions.csv", 5 * number)
        folders.append(folder)
    return folders


def _postpone(path, minutes):
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in table.columns[table.apply(lambda c: c.str.fullmatch(r"\d\d:\d\d")).all()]:
        clock = pd.to_timedelta(table[column] + ":00") + pd.Timedelta(minutes=minutes)
        table[column] = clock.map(lambda t: f"{t.seconds // 3600:02d}:{t.seconds // 60 % 60:02d}")
    table.to_csv(path, index=False)


@pytest.fixture(scope="module")
def serial(dozen):
    return over_districts(summary, dozen)


def test_each_district_answers_for_itself(serial, dozen):
    assert list(serial["district"].unique()) == [folder.name for folder in dozen]
    totals = serial.groupby("district")["reached"].sum()
    assert totals.nunique() > 6  # they do differ


def test_threads_give_the_same(serial, dozen):
    with ThreadPoolExecutor(2) as pool:
        pd.testing.assert_frame_equal(over_districts(summary, dozen, executor=pool), serial)


@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:distributed")
def test_a_dask_cluster_gives_the_same(serial, dozen, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SOK.parents[1]))
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        answer = over_districts(summary, dozen, executor=client.get_executor())
    pd.testing.assert_frame_equal(answer, serial)


def test_no_district_gives_nothing():
    assert over_districts(summary, []).empty


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(RegionNotFound, match="nirgends"):
        over_districts(summary, [tmp_path / "nirgends"])


def test_attendance_today_is_a_question(dozen):
    rows = over_districts(attendance_today, dozen[:1])
    assert {"district", "session_id", "settlement_id", "reason"} <= set(rows.columns)
