"""Applying: all or nothing, with backup and log, and the same answer twice changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from sokanalysis.cli import app
from sokanalysis.dialogue import apply, replacing
from sokanalysis.dialogue.apply import LOG, LOG_HEADINGS, apply_changes
from sokanalysis.dialogue.protocol import accepted
from sokanalysis.errors import DataProblems, NotAcceptable
from sokanalysis.read.records import read_log
from sokanalysis.region import Region, load_region
from sokanalysis.schema import TABLES
from tests.feedback import Sheet, make_region, propose, sent

TOLD = "Rückmeldung Volkshochschule"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """The district and its sheets, written once."""
    prepared = tmp_path_factory.mktemp("prepared")
    sent(make_region(prepared / "region"), prepared / "bogen")
    return prepared


@pytest.fixture
def folder(prepared, tmp_path) -> Path:
    return Path(shutil.copytree(prepared / "region", tmp_path / "region"))


@pytest.fixture
def answers(tmp_path) -> Path:
    return tmp_path / "antworten"


@pytest.fixture
def sheets(prepared) -> dict[str, Path]:
    return {path.name[:2]: path for path in (prepared / "bogen").iterdir()}


@pytest.fixture
def school(sheets, answers) -> Sheet:
    sheet = Sheet(sheets["T1"]).dated()
    sheet.path = answers / "vhs.xlsx"
    return sheet


def files(folder: Path) -> dict[str, bytes]:
    """Everything in the region's folder but what is kept of earlier days."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sicherung" not in path.parts
    }


def lines(folder: Path, table: str) -> list[str]:
    return (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()


LOADED: dict[tuple[bytes, ...], Region] = {}


def region_in(folder: Path) -> Region:
    """The district in a folder; the same tables are loaded once."""
    tables = tuple((folder / f"{name}.csv").read_bytes() for name in TABLES)
    if tables not in LOADED:
        LOADED[tables] = load_region(folder)
    return replace(LOADED[tables], folder=folder)


def run(folder: Path, answers: Path, choice: str = "alle"):
    proposal = propose(region_in(folder), answers)
    return apply_changes(folder, proposal, accepted(proposal, choice))


def test_nothing_accepted_touches_nothing(folder, answers, school):
    school.set("offers", "A1", "geändert", place_count=24).save()
    before = files(folder)
    done = apply_changes(folder, propose(region_in(folder), answers), [])
    assert (done.change_count, done.tables, done.backup) == (0, (), None)
    assert files(folder) == before


def test_one_cell_changes_one_line(folder, answers, school):
    school.set("offers", "A1", "geändert", place_count=24).save()
    before = files(folder)
    done = run(folder, answers)
    after = files(folder)
    assert (done.change_count, done.tables) == (1, ("offers",))
    assert {name for name in after if after[name] != before.get(name)} == {"offers.csv", LOG}
    old, new = before["offers.csv"].splitlines(), after["offers.csv"].splitlines()
    # Number, fee and first day keep their spelling; only what was said and its source change.
    assert [n for n, (one, other) in enumerate(zip(old, new, strict=True)) if one != other] == [1]
    assert new[1].decode() == (
        'A1,T1,Sprachkurs,sprache_bildung,integrationskurs,alle;frauen,,,,,,,,24,,,,,,"2,50",,'
        f"01.02.2024,,2026-11-20,laufend,gemeldet,{TOLD},2026-11-20,=1+1"
    )


def test_the_old_tables_are_kept(folder, answers, school):
    school.set("offers", "A1", "geändert", place_count=24).save()
    before = files(folder)
    done = run(folder, answers)
    assert done.backup == folder / "sicherung" / "2026-11-20-1"
    assert {path.name: path.read_bytes() for path in done.backup.iterdir()} == {
        "offers.csv": before["offers.csv"]
    }
    school.set("offers", "A1", "geändert", place_count=25).save()
    # The sheet is of the state before, so today's 24 is what somebody else has said since.
    again = run(folder, answers, "1")
    assert again.backup == folder / "sicherung" / "2026-11-20-2"
    assert {path.name for path in again.backup.iterdir()} == {"offers.csv", LOG}


def test_the_log_says_what_changed(folder, answers, school):
    school.set("offers", "A1", "geändert", place_count=24, waiting_count=3)
    school.set("sessions", "S1", "entfällt").save()
    run(folder, answers)
    log = read_log(folder / LOG, LOG_HEADINGS)
    assert [(line["Tabelle"], line["Spalte"], line["alt"], line["neu"]) for line in log[:6]] == [
        ("offers", "place_count", "", "24"),
        ("offers", "quality", "angenommen", "gemeldet"),
        ("offers", "source", "Test", TOLD),
        ("offers", "source_date", "", "2026-11-20"),
        ("offers", "assured_date", "", "2026-11-20"),
        ("offers", "waiting_count", "", "3"),
    ]
    assert ("sessions", "start_time", "09:00", "") in [
        (line["Tabelle"], line["Spalte"], line["alt"], line["neu"]) for line in log
    ]
    assert {(line["Datum"], line["Träger"], line["Datei"]) for line in log} == {
        ("2026-11-20", "Volkshochschule", "vhs.xlsx")
    }


def test_a_log_without_its_headings_is_refused(folder, answers, school):
    school.set("offers", "A1", "geändert", place_count=24).save()
    run(folder, answers)
    log = folder / LOG
    log.write_text(log.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    with pytest.raises(DataProblems, match="„Datum“ – Spalte fehlt → die Datei aus der Sicherung"):
        propose(region_in(folder), answers)


def everything(school: Sheet) -> Sheet:
    """A cell, a confirmation, an end, a removal, and new rows of every kind."""
    school.set("offers", "A1", "geändert", place_count=24, target_groups="Frauen; alle Menschen")
    school.set("offers", "A2", "entfällt").set("sites", "O2", "stimmt")
    school.set("sessions", "S1", "entfällt").set("offer_sites", "A1 / O1", "stimmt")
    school.set(
        "offers", "neu 1", name="Nähkurs, abends", kind="Begegnung", status="laufend (belegt)",
        field="Gesellschaftliche Teilhabe und Mitgestaltung", target_groups="Frauen",
    )  # fmt: skip
    school.set("sites", "neu 1", name="Bibliothek", place="Schleiz")
    return school.set(
        "sessions", "neu 1", offer_id="neu 1", site_id="neu 1", weekdays="Di", start_time="15:00",
        end_time="17:00", runs_in_holidays="ja",
    )  # fmt: skip


def test_rows_of_every_kind(folder, answers, school):
    everything(school).save()
    run(folder, answers)
    assert lines(folder, "offers")[4].startswith(
        'A4,T1,"Nähkurs, abends",teilhabe,begegnung,frauen'
    )
    assert lines(folder, "sites")[3] == (
        f'O3,Bibliothek,,Schleiz,16075098,50.58,11.81,ort,gemeldet,"{TOLD}, 20.11.2026",'
    )
    # In the order of the keys: A3/O1 comes before A4/O3.
    assert [line[:6] for line in lines(folder, "offer_sites")[1:]] == [
        "A1,O1,", "A2,O2,", "A3,O1,", "A4,O3,"
    ]  # fmt: skip
    assert [line[:8] for line in lines(folder, "sessions")[1:]] == ["S2,A3,O1", "S3,A4,O3"]
    region = region_in(folder)
    offers = region.offers.set_index("offer_id")
    assert offers.loc["A2", "status"] == "abgelaufen"
    assert offers["quality"].tolist() == ["gemeldet", "gemeldet", "belegt", "gemeldet"]
    assert offers.loc["A1", "target_groups"] == ("alle", "frauen")
    assert region.sites.set_index("site_id")["quality"].to_dict() == {
        "O1": "angenommen", "O2": "gemeldet", "O3": "gemeldet"
    }  # fmt: skip


def test_the_same_answer_twice_changes_nothing(folder, answers, school):
    everything(school).save()
    run(folder, answers)
    before = files(folder)
    proposal = propose(region_in(folder), answers)
    assert proposal.changes == []
    assert run(folder, answers).backup is None
    assert files(folder) == before
    # Also when another day is given for it, and under another name.
    (answers / "vhs.xlsx").rename(answers / "noch einmal.xlsx")
    assert propose(region_in(folder), answers, "2027-01-01").changes == []


def test_an_answer_that_somebody_has_corrected_by_hand_does_not_come_back(folder, answers, school):
    everything(school).save()
    run(folder, answers)
    for table, old, new in [
        ("offers", "Nähkurs, abends", "Nähtreff"), ("offers", ",24,", ",30,"),
        ("sites", "Bibliothek", "Stadtbibliothek"), ("sessions", "15:00", "14:00"),
    ]:  # fmt: skip
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    assert propose(region_in(folder), answers).changes == []


def test_a_number_is_not_given_twice(folder, answers, school, tmp_path):
    everything(school).save()
    run(folder, answers)
    path = folder / "sessions.csv"
    kept = [line for line in lines(folder, "sessions") if not line.startswith("S3")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    later = Sheet(sent(region_in(folder), tmp_path / "zweite Runde")["T1"]).dated()
    later.set(
        "sessions", "neu 1", offer_id="A1", site_id="O1", weekdays="Mi", start_time="8:00",
        end_time="9:00", runs_in_holidays="nein",
    ).save(answers / "vhs2.xlsx")  # fmt: skip
    keys = [c.key for c in propose(region_in(folder), answers).changes if c.kind == "neu"]
    assert keys == [("S4",)]  # S3 is gone, but the log knows it


def test_a_part_now_and_a_part_later(folder, answers, school):
    school.set("offers", "A1", "geändert", place_count=24, waiting_count=3).save()
    run(folder, answers, "1")
    assert ",24,,," in lines(folder, "offers")[1]
    [rest] = propose(region_in(folder), answers).changes
    assert rest.cells == {"waiting_count": ("", "3")}
    run(folder, answers)
    assert ",24,3,," in lines(folder, "offers")[1]


def test_what_breaks_a_rule_changes_nothing_at_all(folder, answers, school):
    """The places are sound, the session would end before it starts: neither is applied."""
    school.set("offers", "A1", "geändert", place_count=24)
    school.set("sessions", "S1", "geändert", end_time="8:00").save()
    before = files(folder)
    with pytest.raises(DataProblems, match=r"sessions\.csv, Zeile 2, Spalte „Ende“"):
        run(folder, answers, "1,2")
    assert files(folder) == before
    assert not (folder / "sicherung").exists()
    assert run(folder, answers).change_count == 1  # „alle“ leaves out what is doubted


def test_a_disk_that_fails_half_way_leaves_the_old_state(folder, answers, school, monkeypatch):
    everything(school).save()
    before = files(folder)
    moved = []

    def fails_at_the_third(self: Path, target: Path) -> Path:
        moved.append(target)
        if len(moved) == 3:
            raise OSError("kein Platz")
        return target.parent / self.rename(target)

    monkeypatch.setattr(Path, "replace", fails_at_the_third)
    with pytest.raises(OSError, match="kein Platz"):
        run(folder, answers)
    monkeypatch.undo()
    assert files(folder) == before


def test_contradicting_changes_are_not_accepted_together(folder, sheets, answers, school):
    school.set("sites", "O1", "geändert", name="Regelschule").save()
    club = Sheet(sheets["T2"]).dated().set("sites", "O1", "geändert", name="Grundschule")
    club.save(answers / "verein.xlsx")
    with pytest.raises(NotAcceptable, match=r"Nr\. 1 und Nr\. 2 widersprechen einander"):
        run(folder, answers, "1-2")
    run(folder, answers, "2")
    assert lines(folder, "sites")[1].startswith("O1,Grundschule,")


def test_a_row_cannot_end_and_change(folder, answers, school):
    school.set("sessions", "S1", "entfällt", start_time="8:00").save()
    with pytest.raises(NotAcceptable, match="widersprechen"):
        run(folder, answers, "1,2")


def test_without_a_day_nothing_is_accepted(folder, answers, school):
    school.dated(None).set("offers", "A1", "geändert", place_count=24).save()
    with pytest.raises(NotAcceptable, match="--datum angeben"):
        run(folder, answers, "1")


def test_two_providers_stand_in_one_source(folder, sheets, answers, school):
    school.set("sites", "O1", "stimmt").save()
    club = Sheet(sheets["T2"]).dated("21.11.2026").set("sites", "O1", "stimmt")
    club.save(answers / "verein.xlsx")
    run(folder, answers)
    assert lines(folder, "sites")[1].endswith(
        'gemeldet,"Rückmeldung Verein Süd und Volkshochschule, 21.11.2026",'
    )
    assert propose(region_in(folder), answers).changes == []


def test_windows_line_ends_stay(folder, answers, school):
    path = folder / "offers.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    school.set("offers", "A1", "geändert", place_count=24).save()
    run(folder, answers)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfoffer_id")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4


# --- the command ----------------------------------------------------------------------------------


def sok(*arguments: object):
    return CliRunner().invoke(app, ["rueckmeldung", *map(str, arguments)])


def test_the_command_writes_reads_and_applies(folder, tmp_path):
    done = sok(folder, "--ordner", tmp_path / "bogen", "--frist", "15.12.2026")
    assert (done.exit_code, done.output.split(" nach ")[0]) == (0, "2 Bögen geschrieben")
    [path] = (tmp_path / "bogen").glob("T1_*")
    answers, sheet = tmp_path / "antworten", Sheet(path)
    sheet.set("offers", "A1", "geändert", place_count=24).save(answers / "vhs.xlsx")
    before = files(folder)
    shown = sok(folder, "--einlesen", answers)
    assert shown.exit_code == 0
    assert "Es fehlt das Datum der Rückmeldung." in shown.output
    assert files(folder) == before  # shown, not applied
    protocol = tmp_path / "protokoll.xlsx"
    day = ("--datum", "20.11.2026")
    assert (
        "zum Ankreuzen" in sok(folder, "--einlesen", answers, *day, "--protokoll", protocol).output
    )
    book = openpyxl.load_workbook(protocol)
    assert book.active["A2"].value == "ja"
    done = sok(folder, "--einlesen", answers, *day, "--annehmen", protocol)
    assert "1 Änderungen übernommen. Vorheriger Stand: " in done.output
    assert ",24," in lines(folder, "offers")[1]
    assert "Es gibt nichts zu ändern." in sok(folder, "--einlesen", answers, *day).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--einlesen", "gibt-es-nicht"), "gibt es nicht"),
        (("--annehmen", "alle"), "gilt nur zusammen mit"),
        (("--frist", "bald"), "bald"),
    ],
)
def test_a_wrong_call_is_explained(folder, arguments, says):
    done = sok(folder, *arguments)
    assert done.exit_code == 2
    assert says in done.output


def test_a_wrong_number_is_explained(folder, answers, school):
    school.save()
    done = sok(folder, "--einlesen", answers, "--annehmen", "7")
    assert done.exit_code == 1
    assert "Nummer 7 steht nicht im Protokoll" in done.output


def test_the_log_and_the_backups_have_their_place():
    assert (apply.LOG, replacing.BACKUPS) == ("rueckmeldungen_protokoll.csv", "sicherung")
