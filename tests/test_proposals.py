"""What returned sheets change: three-way, with contradictions found and nothing guessed."""

from __future__ import annotations

import pytest

from sokanalysis.dialogue.proposals import Proposal
from sokanalysis.dialogue.protocol import what
from tests.feedback import ADVICE, COURSE, MEETING, SITE, Sheet, make_region, propose, said, sent


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    return make_region(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="module")
def originals(region, tmp_path_factory):
    return sent(region, tmp_path_factory.mktemp("sheets"))


@pytest.fixture
def school(originals, tmp_path) -> Sheet:
    sheet = Sheet(originals["T1"]).dated()
    sheet.path = tmp_path / "in" / "a_vhs.xlsx"
    return sheet


@pytest.fixture
def club(originals, tmp_path) -> Sheet:
    sheet = Sheet(originals["T2"]).dated()
    sheet.path = tmp_path / "in" / "b_verein.xlsx"
    return sheet


@pytest.fixture
def read(region, tmp_path):
    """Save sheets and put them side by side."""

    def both(*sheets: Sheet) -> Proposal:
        for sheet in sheets:
            sheet.save()
        return propose(region, tmp_path / "in")

    return both


def told(proposal: Proposal) -> list[str]:
    return [what(change, proposal) for change in proposal.changes]


def doubts(proposal: Proposal) -> list[str]:
    return [" ".join(change.doubts) for change in proposal.changes]


# --- one sheet ------------------------------------------------------------------------------------


def test_nothing_said_changes_nothing_and_everything_is_open(read, school):
    found = read(school)
    assert (found.changes, found.contradictions, said(found)) == ([], [], [])
    labels = [f"{table.name} {' / '.join(key)}" for _, table, key, _ in found.reminders.open_rows]
    assert labels == [
        "providers T1", "offers A1", "offers A2", "sites O1", "sites O2", "offer_sites A1 / O1",
        "offer_sites A2 / O2", "sessions S1",
    ]  # fmt: skip
    assert found.reminders.silent == ["Verein Süd"]


def test_a_changed_cell_is_a_change(read, school):
    school.set("offers", "A1", "geändert", place_count=24, note=None)
    school.set("sessions", "S1", "geändert", start_time="8.30 Uhr")
    found = read(school)
    assert told(found) == [
        "Angebote A1 „Sprachkurs“: Plätze: unbekannt → 24",
        "Angebote A1 „Sprachkurs“: Bemerkung: „=1+1“ → unbekannt",
        "Termine S1 „Sprachkurs“: Beginn: 09:00 → 08:30",
    ]
    assert doubts(found) == ["", "Die Angabe wurde gelöscht.", ""]
    assert [change.number for change in found.changes] == [1, 2, 3]
    [source] = found.changes[0].sources
    assert (source.provider, source.date, source.file) == (
        "Volkshochschule", "2026-11-20", "a_vhs.xlsx"
    )  # fmt: skip


def test_a_change_without_a_tick_counts(read, school):
    found = read(school.set("offers", "A1", place_count=24))
    assert told(found) == ["Angebote A1 „Sprachkurs“: Plätze: unbekannt → 24"]
    assert doubts(found) == [""]


def test_a_tick_without_a_change_is_asked(read, school):
    found = read(school.set("offers", "A1", "geändert"))
    assert found.changes == []
    assert said(found) == [
        "a_vhs.xlsx, Blatt „Angebote“, Zeile 3: „A1“ – Angekreuzt ist „geändert“, aber keine Zelle "
        "ist anders → nachfragen, was sich geändert hat"
    ]


def test_right_lifts_the_quality_and_says_that_the_offer_runs(read, school):
    school.set("offers", "A1", "stimmt").set("offers", "A2", "stimmt").set(
        "sessions", "S1", "stimmt"
    )
    assert told(read(school)) == [
        "Angebote A1 „Sprachkurs“: bestätigt; Qualität: angenommen (Arbeitsannahme) → "
        "vom Träger gemeldet; bekannt bis: unbekannt → 20.11.2026",
        "Angebote A2 „Beratung“: bestätigt; Status: Fortbestand nicht belegt → laufend (belegt); "
        "Qualität: angenommen (Arbeitsannahme) → vom Träger gemeldet; "
        "bekannt bis: unbekannt → 20.11.2026",
        "Termine S1 „Sprachkurs“: bestätigt; Qualität: angenommen (Arbeitsannahme) → "
        "vom Träger gemeldet",
    ]


def test_right_keeps_a_documented_source(read, club):
    # The club's meeting is documented: only the day until which it is known moves.
    assert told(read(club.set("offers", "A3", "stimmt"))) == [
        "Angebote A3 „Treff“: bestätigt; bekannt bis: unbekannt → 20.11.2026"
    ]


def test_right_renews_what_was_reported_before(tmp_path):
    """Reported on 1 May 2026, without a day, and later than the answer."""
    offers = [
        MEETING | {"offer_id": f"A{n}", "quality": "gemeldet", "source_date": day,
                   "assured_date": "2027-01-01"}
        for n, day in enumerate(("2026-05-01", "ohne Datum", "2026-12-01"), start=1)
    ]  # fmt: skip
    session = {"site_id": "O1", "weekdays": "Mo", "start_time": "9:00", "end_time": "12:00",
               "runs_in_holidays": "ja", "quality": "gemeldet", "offer_id": "A1"}  # fmt: skip
    sessions = [
        session | {"session_id": f"S{n}", "source": f"Rückmeldung Verein Süd, {day}"}
        for n, day in enumerate(("01.05.2026", "20.11.2026"), start=1)
    ]
    later = make_region(tmp_path / "later", {"offers": offers, "sessions": sessions,
                                             "offer_sites": []})  # fmt: skip
    sheet = Sheet(sent(later, tmp_path / "sheets")["T2"]).dated()
    for table, label in [("offers", "A1"), ("offers", "A2"), ("offers", "A3"), ("sessions", "S1"),
                         ("sessions", "S2")]:  # fmt: skip
        sheet.set(table, label, "stimmt")
    sheet.save(tmp_path / "in" / "verein.xlsx")
    found = propose(later, tmp_path / "in")
    assert [change.label for change in found.changes] == ["A1", "A2", "S1"]
    assert found.known_count == 2


def test_right_and_a_gap_filled_go_together_but_not_right_and_a_correction(read, school):
    school.set("offers", "A1", "stimmt", place_count=24, cost_eur=3)
    found = read(school)
    assert told(found)[1:] == [
        "Angebote A1 „Sprachkurs“: Plätze: unbekannt → 24",
        "Angebote A1 „Sprachkurs“: Kosten für Teilnehmende: 2.5 → 3",
    ]
    assert doubts(found)[1:] == ["", "Angekreuzt ist „stimmt“."]


def test_an_ended_offer_stays_as_a_past_one(read, school):
    found = read(school.set("offers", "A1", "entfällt"))
    assert [(c.kind, c.cells, c.is_removal) for c in found.changes] == [
        ("entfällt", {"status": ("laufend", "abgelaufen")}, False)
    ]
    # Nobody is asked about the sessions and places of an offer that ends.
    names = [table.name for _, table, _, _ in found.reminders.open_rows]
    assert names == ["providers", "offers", "sites", "sites", "offer_sites"]


def test_an_ended_session_goes(read, school):
    [change] = read(school.set("sessions", "S1", "entfällt")).changes
    assert change.is_removal
    assert change.cells["start_time"] == ("09:00", "")
    assert change.is_clear


def test_a_link_ends_only_with_its_sessions(read, school):
    school.set("offer_sites", "A1 / O1", "entfällt")
    [change] = read(school).changes
    assert change.doubts == ("An diesem Ort stehen noch Termine des Angebots.",)
    school.set("sessions", "S1", "entfällt")
    assert doubts(read(school)) == ["", ""]


def test_a_site_ends_for_one_provider_only(read, school):
    found = read(school.set("sites", "O1", "entfällt"))
    # The adult school leaves the school: its link and its session go, the club's stay.
    assert [(c.table.name, c.key) for c in found.changes] == [
        ("offer_sites", ("A1", "O1")), ("sessions", ("S1",))
    ]  # fmt: skip
    assert all(change.is_removal for change in found.changes)


def test_an_ended_provider_is_a_question(read, school):
    found = read(school.set("providers", "T1", "entfällt"))
    assert found.changes == []
    assert "Der Träger selbst soll entfallen → klären" in said(found)[0]


# --- against what stands today --------------------------------------------------------------------


def test_an_old_sheet_is_judged_by_what_was_sent(tmp_path, school):
    """Since it was sent the course got 20 places and a fee of 5 €, and the advice is gone."""
    later = make_region(
        tmp_path / "later",
        {
            "offers": [COURSE | {"place_count": "20", "cost_eur": "5"}, MEETING],
            "offer_sites": [{"offer_id": "A1", "site_id": "O1"}],
        },
    )
    school.set("offers", "A1", "geändert", place_count=24, waiting_count=2)
    school.set("offers", "A2", "geändert", place_count=8).save()
    found = propose(later, tmp_path / "in")
    assert told(found) == [
        "Angebote A1 „Sprachkurs“: Plätze: 20 → 24",
        "Angebote A1 „Sprachkurs“: Warteliste: unbekannt → 2",
    ]  # the fee was not touched, so it is not turned back
    assert doubts(found) == ["Inzwischen steht „20“, verschickt war „“.", ""]
    assert any("Zeile 4: „A2“ – Die Zeile gibt es heute nicht mehr" in text for text in said(found))


def test_what_stands_already_is_no_change(tmp_path, school):
    later = make_region(tmp_path / "later", {"offers": [COURSE | {"place_count": "24"}, ADVICE,
                                                        MEETING]})  # fmt: skip
    school.set("offers", "A1", "geändert", place_count=24).save()
    found = propose(later, tmp_path / "in")
    assert (found.changes, found.known_count) == ([], 1)


def test_without_what_was_sent_everything_is_doubted(read, school):
    school.book.remove(school.book["_Bogen"])
    found = read(school.set("offers", "A1", "geändert", place_count=24))
    assert doubts(found) == ["Der Bogen sagt nicht mehr, was verschickt war."]


def test_without_a_day_nothing_is_clear(read, school):
    found = read(school.dated(None).set("offers", "A1", place_count=24))
    assert doubts(found) == ["Es fehlt das Datum der Rückmeldung."]


# --- new rows -------------------------------------------------------------------------------------


def new_course(sheet: Sheet, label: str = "neu 1", name: str = "Nähkurs") -> Sheet:
    return sheet.set(
        "offers", label, name=name, kind="Begegnung", status="laufend (belegt)",
        field="Gesellschaftliche Teilhabe und Mitgestaltung", target_groups="Frauen",
    )  # fmt: skip


def new_session(sheet: Sheet, offer: str, site: str) -> Sheet:
    return sheet.set(
        "sessions", "neu 1", offer_id=offer, site_id=site, weekdays="Di und Do",
        start_time="15 Uhr", end_time="17:00", runs_in_holidays="ja",
    )  # fmt: skip


def test_a_new_offer_with_a_new_place_and_its_session(read, school):
    """Offers end at A3, sites at O2, sessions at S2: the next numbers are A4, O3 and S3."""
    new_course(school)
    school.set("sites", "neu 2", name="Bibliothek", address="Markt 2", place="Schleiz")
    found = read(new_session(school, "neu 1", "neu 2"))
    assert [(c.table.name, c.key, c.kind) for c in found.changes] == [
        ("offers", ("A4",), "neu"), ("sites", ("O3",), "neu"),
        ("offer_sites", ("A4", "O3"), "neu"), ("sessions", ("S3",), "neu"),
    ]  # fmt: skip
    assert doubts(found) == ["", "", "", ""]
    cells = {c.table.name: {n: new for n, (_, new) in c.cells.items()} for c in found.changes}
    assert cells["offers"]["provider_id"] == "T1"
    # The position is that of the municipality, and said to be no better than that.
    assert cells["sites"] | {"lat": "50.58", "lon": "11.81", "geocoding": "ort"} == cells["sites"]
    assert cells["sites"]["ags"] == "16075098"
    assert cells["sessions"]["weekdays"] == "Di;Do"


def test_a_new_row_that_lacks_something_says_what(read, school):
    school.set("offers", "neu 1", name="Nähkurs")
    found = read(school)
    assert "Status: fehlt → einen Wert eintragen." in doubts(found)[0]
    assert "Handlungsfeld: fehlt" in doubts(found)[0]


def test_a_new_place_that_nobody_knows_has_no_position(read, school):
    school.set("sites", "neu 1", name="Bibliothek", place="Anderswo")
    assert "Die Lage ist nicht bekannt" in doubts(read(school))[0]


def test_a_new_row_that_stands_already_is_compared(read, school):
    new_course(school, name="sprachkurs")  # A1 has this name
    found = read(school)
    assert all("steht aber schon da als A1" in text for text in doubts(found))
    assert "Angebote A1 „Sprachkurs“: Art: Integrationskurs → Begegnung" in told(found)


def test_a_new_session_names_the_place_of_others(read, school):
    found = read(new_session(school, "A1 · Sprachkurs", "O2 · Rathaus"))
    assert [(c.table.name, c.key) for c in found.changes] == [
        ("offer_sites", ("A1", "O2")), ("sessions", ("S3",))
    ]  # fmt: skip


def test_two_new_rows_for_the_same_thing_are_doubted(read, school):
    new_session(school, "A1", "O2")
    row = school.row("sessions", "neu 1")
    sheet = school.table("sessions")
    for column in range(3, sheet.max_column + 1):
        sheet.cell(row + 1, column).value = sheet.cell(row, column).value
    found = read(school.set("sessions", "neu 2", end_time="18:00"))
    assert [c.key for c in found.changes if c.table.name == "sessions"] == [("S3",), ("S3",)]
    assert not any(c.is_clear for c in found.changes if c.table.name == "sessions")


def test_a_session_of_a_foreign_or_empty_offer_is_a_question(read, school):
    found = read(new_session(school, "A3", "O1"))
    assert "Spalte „Angebot-Nr.“: „A3“ – gehört nicht zu diesem Träger" in said(found)[0]
    found = read(new_session(school, "neu 4", "O1"))
    assert "„neu 4“ – gehört nicht zu diesem Träger oder ist nicht ausgefüllt" in said(found)[0]


def test_a_moved_session_links_its_offer(read, school):
    found = read(school.set("sessions", "S1", "geändert", site_id="O2 · Rathaus"))
    assert told(found) == [
        "Angebote und ihre Orte A1 / O2 („S1“) „Sprachkurs“: neue Zeile",
        "Termine S1 „Sprachkurs“: Ort-Nr.: „O1“ → „O2“",
    ]


# --- doubts ---------------------------------------------------------------------------------------


def test_the_rules_of_the_region_are_asked_first(read, school):
    school.set("sessions", "S1", "geändert", start_time="14:00")  # it ends at 12:00
    school.set("offers", "A1", "geändert", place_count=-5)
    found = read(school)
    assert "Plätze: ist kleiner als 0" in doubts(found)[0]
    assert "Ende: liegt vor „Beginn“ (14:00)" in doubts(found)[1]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("+49 Tage", "Beginnt mit „+“: Excel könnte es als Formel lesen."),
        ("Anmeldung: m.muster@example.org", "Sieht nach E-Mail-Adresse oder Telefonnummer aus."),
        ("Tel. 03663 / 488 0", "Sieht nach E-Mail-Adresse oder Telefonnummer aus."),
        ("07907 Schleiz, 2026/27, https://a.de/0366/4880", ""),
    ],
)
def test_texts_from_outside_are_doubted(read, school, text, doubt):
    school.set("offers", "A1", "geändert")
    school.cell("offers", "A1", "eligibility").value = text
    assert doubts(read(school)) == [doubt]


def test_a_moved_site_needs_a_position(read, school):
    found = read(school.set("sites", "O1", "geändert", address="Markt 9"))
    assert doubts(found) == ["Breite und Länge sind dann neu zu bestimmen."]
    found = read(school.set("sites", "O1", "geändert", lat=50.6, lon=11.8))
    assert doubts(found) == ["", "", ""]
    found = read(school.set("sites", "O1", place="Tanna"))
    assert doubts(found)[1] == "Der Gemeindeschlüssel (AGS) ist dann zu prüfen."


# --- several sheets -------------------------------------------------------------------------------


def test_two_providers_may_agree(read, school, club):
    school.set("sites", "O1", "geändert", name="Regelschule")
    club.set("sites", "O1", "geändert", name="Regelschule")
    found = read(school, club)
    [change] = found.changes
    assert [source.provider for source in change.sources] == ["Volkshochschule", "Verein Süd"]
    assert (change.is_clear, found.contradictions) == (True, [])


def test_two_providers_contradict_each_other(read, school, club):
    school.set("sites", "O1", "geändert", name="Regelschule")
    club.set("sites", "O1", "geändert", name="Grundschule")
    found = read(school, club)
    assert doubts(found) == [
        "Widerspruch: Verein Süd sagt „Grundschule“ (b_verein.xlsx).",
        "Widerspruch: Volkshochschule sagt „Regelschule“ (a_vhs.xlsx).",
    ]
    [one] = found.contradictions
    assert (one.table.name, one.key, one.column) == ("sites", ("O1",), "name")
    assert [text for _, text in one.statements] == ["Regelschule", "Grundschule"]


def test_one_corrects_what_the_other_confirms(read, school, club):
    school.set("sites", "O1", "geändert", name="Regelschule")
    found = read(school, club.set("sites", "O1", "stimmt"))
    assert [change.kind for change in found.changes] == ["geändert", "bestätigt"]
    assert not any(change.is_clear for change in found.changes)
    assert doubts(found)[0] == "Widerspruch: Verein Süd sagt „stimmt“ (b_verein.xlsx)."


def test_to_fill_a_gap_is_no_contradiction(read, school, club):
    school.set("sites", "O1", "geändert", note="Eingang hinten")
    found = read(school, club.set("sites", "O1", "stimmt"))
    assert all(change.is_clear for change in found.changes)


def test_two_sheets_of_one_provider_contradict_each_other(read, school, tmp_path):
    school.set("offers", "A1", "geändert", place_count=24).save(tmp_path / "in" / "neu.xlsx")
    found = read(school.set("offers", "A1", "entfällt", place_count="?"))
    assert [change.kind for change in found.changes] == ["entfällt", "geändert"]
    assert not any(change.is_clear for change in found.changes)
    assert len(found.contradictions) == 2  # it ends, and it has changed


def test_two_providers_open_the_same_place(read, school, club):
    school.set("sites", "neu 1", name="Bibliothek", place="Schleiz")
    club.set("sites", "neu 3", name=" bibliothek", place="Schleiz")
    found = read(school, club)
    assert [(c.key, len(c.sources)) for c in found.changes] == [(("O3",), 1), (("O3",), 1)]
    assert not any(change.is_clear for change in found.changes)  # written in two ways


def test_who_answers_for_a_shared_place_answers_for_all(read, school, club):
    open_rows = read(school, club.set("sites", "O1", "stimmt")).reminders.open_rows
    assert [key for _, table, key, _ in open_rows if table.name == "sites"] == [("O2",)]


def test_what_stays_unknown_is_asked_again(read, school):
    school.set("offers", "A1", "geändert", place_count=24)
    [(provider, offer, titles)] = read(school).reminders.open_questions
    assert (provider, offer) == ("Volkshochschule", "A1 „Sprachkurs“")
    # Nine items are asked; the fee was known, the places are told now.
    assert titles == [
        "Niveau vorher", "Sprachen", "Warteliste", "Mindestgruppe", "Kinderbetreuung",
        "barrierefrei", "online",
    ]  # fmt: skip


def test_the_numbers_do_not_depend_on_chance(read, school, club):
    school.set("offers", "A1", "geändert", place_count=24, cost_eur=1)
    club.set("offers", "A3", "entfällt")
    assert told(read(school, club)) == told(read(club, school))


def test_a_region_without_answers(region, tmp_path):
    (tmp_path / "leer").mkdir()
    found = propose(region, tmp_path / "leer")
    assert (found.changes, found.returned) == ([], [])
    assert found.reminders.silent == ["Volkshochschule", "Verein Süd"]


def test_the_site_of_the_fixture_is_the_municipality(region):
    assert region.municipalities.loc[0, ["lat", "lon"]].tolist() == [50.58, 11.81]
    assert (SITE["lat"], SITE["lon"]) == ("50.58", "11.81")
