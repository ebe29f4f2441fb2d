"""The protocol: everything said in German, and a workbook in which to decide."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from sokanalysis.dialogue.protocol import accepted, accepted_in, protocol, write_protocol
from sokanalysis.errors import NotAcceptable
from tests.feedback import Sheet, make_region, propose, sent


@pytest.fixture(scope="module")
def proposal(tmp_path_factory):
    """A change, a confirmation, a contradiction, a remark, an unreadable cell, a letter."""
    region = make_region(tmp_path_factory.mktemp("region"))
    paths = sent(region, tmp_path_factory.mktemp("sheets"))
    folder = tmp_path_factory.mktemp("in")
    school = Sheet(paths["T1"]).dated(words="Danke!")
    school.set("offers", "A1", "geändert", place_count=24, waiting_count="viele")
    school.set("sites", "O1", "geändert", name="Regelschule").save(folder / "a_vhs.xlsx")
    club = Sheet(paths["T2"]).dated().set("offers", "A3", "stimmt")
    club.set("sites", "O1", "geändert", name="Grundschule").save(folder / "b_verein.xlsx")
    (folder / "c_brief.xlsx").write_text("Sehr geehrte Damen und Herren")
    return propose(region, folder)


def test_the_protocol_says_everything(proposal):
    assert protocol(proposal).splitlines() == [
        "Gelesen",
        "  a_vhs.xlsx: Volkshochschule (T1), 20.11.2026",
        "  b_verein.xlsx: Verein Süd (T2), 20.11.2026",
        "  c_brief.xlsx: nicht gelesen",
        "",
        "Änderungen",
        "    1  Volkshochschule (20.11.2026): Angebote A1 „Sprachkurs“: Plätze: unbekannt → 24",
        "    3  Verein Süd (20.11.2026): Angebote A3 „Treff“: bestätigt; bekannt bis: unbekannt → "
        "20.11.2026",
        "",
        "Zu prüfen (nur mit ihrer Nummer angenommen)",
        "    2  Volkshochschule (20.11.2026): Orte der Angebote O1 „Schule“: Ort des Angebots: "
        "„Schule“ → „Regelschule“ – zu prüfen: Widerspruch: Verein Süd sagt „Grundschule“ "
        "(b_verein.xlsx).",
        "    4  Verein Süd (20.11.2026): Orte der Angebote O1 „Schule“: Ort des Angebots: "
        "„Schule“ → „Grundschule“ – zu prüfen: Widerspruch: Volkshochschule sagt „Regelschule“ "
        "(a_vhs.xlsx).",
        "",
        "Widersprüche",
        "  Orte der Angebote O1 „Schule“, Ort des Angebots: Volkshochschule: „Regelschule“; "
        "Verein Süd: „Grundschule“ (Nr. 2, 4)",
        "",
        "Hinweise (nicht lesbar, nicht zuzuordnen, veraltet)",
        "  a_vhs.xlsx, Blatt „Angebote“, Zelle O3, Spalte „Warteliste“: „viele“ – keine Zahl → "
        "Ziffern mit Punkt oder Komma eintragen, ohne Einheit",
        "  c_brief.xlsx – ist keine Excel-Datei (.xlsx) oder unvollständig → in Excel oder "
        "LibreOffice öffnen und als „Excel-Arbeitsmappe (.xlsx)“ speichern",
        "",
        "Anmerkungen der Träger",
        "  a_vhs.xlsx, Blatt „Anleitung“: Danke!",
        "",
        "Nachzufragen",
        "  Volkshochschule: ohne Antwort in „Träger“: T1 „Volkshochschule“",
        "  Volkshochschule: ohne Antwort in „Angebote“: A2 „Beratung“",
        "  Volkshochschule: ohne Antwort in „Orte der Angebote“: O2 „Rathaus“",
        "  Volkshochschule: ohne Antwort in „Angebote und ihre Orte“: A1 / O1 „Sprachkurs“, "
        "A2 / O2 „Beratung“",
        "  Volkshochschule: ohne Antwort in „Termine“: S1 „Sprachkurs“",
        "  Verein Süd: ohne Antwort in „Träger“: T2 „Verein Süd“",
        "  Verein Süd: ohne Antwort in „Angebote und ihre Orte“: A3 / O1 „Treff“",
        "  Verein Süd: ohne Antwort in „Termine“: S2 „Treff“",
        "  Volkshochschule: weiter unbekannt bei A1 „Sprachkurs“: Niveau vorher, Sprachen, "
        "Warteliste, Mindestgruppe, Kinderbetreuung, barrierefrei, online",
        "  Verein Süd: weiter unbekannt bei A3 „Treff“: Niveau vorher, Sprachen, Warteliste, "
        "Mindestgruppe, Kinderbetreuung, barrierefrei, online, Kosten für Teilnehmende",
    ]


def test_the_handbook_quotes_what_is_said(proposal):
    handbook = (Path(__file__).parents[1] / "docs" / "handbuch.md").read_text(encoding="utf-8")
    part = handbook.partition("## Rückmeldungen der Träger")[2].partition("\n## ")[0]
    quoted = [line.strip() for line in part.splitlines() if line.startswith("    ")]
    said = [line.strip() for line in protocol(proposal).splitlines()]
    told = [line for line in quoted if not line.startswith("sok ")]
    assert len(told) == 2
    assert set(told) <= set(said)


def test_numbers_are_chosen(proposal):
    assert accepted(proposal, "alle") == [1, 3]  # what nothing speaks against
    assert accepted(proposal, "1, 3-4") == [1, 3, 4]
    assert accepted(proposal, "2–3") == [2, 3]


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ("5", "Nummer 5 steht nicht im Protokoll"), ("0", "Nummer 0 steht nicht"),
        ("eins", "„eins“ ist keine Nummer"), ("1;2", "„1;2“ ist keine"), ("", "keine Nummer"),
    ],
)  # fmt: skip
def test_a_choice_that_is_none_is_refused(proposal, choice, says):
    with pytest.raises(NotAcceptable, match=says):
        accepted(proposal, choice)


def test_the_workbook_is_decided_in(proposal, tmp_path):
    path = tmp_path / "protokoll.xlsx"
    write_protocol(proposal, path)
    content = path.read_bytes()
    write_protocol(proposal, path)
    assert path.read_bytes() == content
    assert accepted_in(proposal, path) == [1, 3]
    book = openpyxl.load_workbook(path)
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:5] == ("annehmen", "Nr.", "Träger", "am", "Tabelle")
    assert rows[1][:8] == (
        "ja", "1", "Volkshochschule", "20.11.2026", "Angebote", "A1", "Sprachkurs",
        "Plätze: unbekannt → 24",
    )  # fmt: skip
    assert rows[2][0] == "nein"
    book.active["A2"], book.active["A3"] = "Nein", "ja"
    book.save(path)
    assert accepted_in(proposal, path) == [2, 3]


def test_a_decision_that_is_none_is_refused(proposal, tmp_path):
    path = tmp_path / "protokoll.xlsx"
    write_protocol(proposal, path)
    book = openpyxl.load_workbook(path)
    book.active["A2"] = "vielleicht"
    book.save(path)
    with pytest.raises(NotAcceptable, match="Zeile 2: „vielleicht“ → ja oder nein"):
        accepted_in(proposal, path)
    book.active["A1"] = "nehmen"
    book.save(path)
    with pytest.raises(NotAcceptable, match="„annehmen“ und „Kennung“ fehlen"):
        accepted_in(proposal, path)
    path.write_text("kein Protokoll")
    with pytest.raises(NotAcceptable, match="ist keine Excel-Datei"):
        accepted_in(proposal, path)
