"""What `sok check` says, and how it ends."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sokanalysis.check import check_region, summary
from sokanalysis.cli import app
from sokanalysis.schema import TABLES
from tests.conftest import SOK


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(SOK, tmp_path / "sok"))


def said(*arguments: str):
    return CliRunner().invoke(app, ["check", *arguments])


def test_a_sound_district():
    region, problems = check_region(SOK)
    assert problems == []
    # Every line of a file but its heading is a row; a table whose file is missing has none.
    texts = [path.read_text(encoding="utf-8") for path in SOK.glob("*.csv")]
    rows = sum(len(list(csv.reader(io.StringIO(text)))) - 1 for text in texts)
    assert summary(region).startswith(f"{len(TABLES)} Tabellen mit {rows} Zeilen, 59 Gemeinden")
    done = said(str(SOK))
    assert done.exit_code == 0
    assert "Keine Probleme." in done.output


def test_all_problems_in_the_order_of_mending(folder):
    (folder / "facts.csv").write_text("")
    offers = folder / "offers.csv"
    offers.write_text(offers.read_text(encoding="utf-8").replace("laufend", "läuft"), "utf-8")
    sites = folder / "sites.csv"
    head, *rows = sites.read_text(encoding="utf-8").splitlines()
    sites.write_text("\n".join([head.replace("lat", "Breitengrad"), *rows]), "utf-8")
    done = said(str(folder))
    lines = done.output.splitlines()
    assert done.exit_code == 1
    assert "Probleme in den Daten" in lines[0]
    files = [line.split()[0].rstrip(",") for line in lines[1:]]
    assert files[0] == "facts.csv"
    assert files.index("sites.csv") < files.index("offers.csv")


def test_a_calendar_without_holidays_is_a_problem(folder):
    calendar = folder / "gtfs" / "calendar_dates.txt"
    kept = [line for line in calendar.read_text().splitlines() if "ferientag" not in line]
    calendar.write_text("\n".join(kept) + "\n")
    trips = folder / "gtfs" / "trips.txt"
    text = trips.read_text(encoding="utf-8").replace(",ferientag,", ",sonntag,")
    trips.write_text(text, encoding="utf-8")
    _, problems = check_region(folder)
    assert [problem.file for problem in problems] == ["gtfs/calendar.txt"]
    assert "Ferientag" in problems[0].message


def test_a_timetable_of_the_past_is_a_problem(folder):
    # The working timetable ends with 20 August 2027; on that day it still holds.
    (folder / "parameters.yaml").write_text("reference_date: 2027-08-20\n", encoding="utf-8")
    assert check_region(folder)[1] == []
    (folder / "parameters.yaml").write_text("reference_date: 2027-08-21\n", encoding="utf-8")
    region, problems = check_region(folder)
    assert [str(problem) for problem in problems] == [
        "gtfs/calendar.txt – Der Fahrplan ist am 20.08.2027 abgelaufen, vor dem Datenstand "
        "21.08.2027 → den heutigen Fahrplan ablegen oder reference_date in parameters.yaml in "
        "seine Gültigkeit legen"
    ]
    assert "Fahrplan abgelaufen am 20.08.2027" in region.basis


@pytest.mark.parametrize(("own", "words"), [
    ("need_share_integrationskurs: 1.5", "„need_share_integrationskurs“"),  # no share
    ("course_place_count: -3", "„course_place_count“"),
    ("need_share_integration: 0.1", "„need_share_integration“ gibt es nicht"),
])  # fmt: skip
def test_a_parameter_that_cannot_be_is_named(folder, own, words):
    (folder / "parameters.yaml").write_text(own + "\n", encoding="utf-8")
    done = said(str(folder))
    assert done.exit_code == 1
    assert words in done.output


def test_a_folder_that_is_not_there():
    done = said("gibt-es-nicht")
    assert done.exit_code == 1
    assert "gibt es nicht" in done.output
