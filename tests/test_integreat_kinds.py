"""What a title says about an offer; where it says nothing, nothing is guessed."""

from __future__ import annotations

import pytest

from sokanalysis.codes import FIELDS, KINDS, PROVIDER_KINDS, TARGET_GROUPS
from sokanalysis.integreat.kinds import Kind, folded, offer_kind, provider_kind, rules


@pytest.mark.parametrize(
    ("title", "kind", "groups"),
    [
        ("Integrationskurs", "integrationskurs", ("zugewanderte",)),
        ("Allgemeiner Integrationskurs B1", "integrationskurs", ("zugewanderte",)),
        ("INTERNATIONALES SPRACH-CAFÉ", "begegnung", ("alle",)),
        ("Sprachcafe für Frauen und Mütter", "begegnung", ("frauen",)),
        ("Familiencafé für Geflüchtete", "begegnung", ("gefluechtete", "familien")),
        ("Jugendmigrationsdienst (JMD)", "jugendmigrationsdienst",
         ("junge_menschen", "zugewanderte")),
        ("Fußball für Jugendliche", "sport", ("junge_menschen",)),
        # The longer word holds: neither social advice nor an orientation course.
        ("Asylsozialberatung", "migrationsberatung", ("gefluechtete",)),
        ("Erstorientierungskurs", "einstiegskurs", ("gefluechtete",)),
    ],
)  # fmt: skip
def test_words_say_what_it_is_and_for_whom(title: str, kind: str, groups: tuple[str, ...]) -> None:
    found = offer_kind(title)
    assert (found.kind, set(found.target_groups)) == (kind, set(groups))
    assert found.field in FIELDS


@pytest.mark.parametrize(
    "title", ["", "Deutschkurs", "Passport und Transport", "Tafelspitz", "Apotheke", "MBEplus"]
)
def test_without_a_rule_nothing_is_guessed(title: str) -> None:
    assert offer_kind(title) == Kind()


def test_two_kinds_are_none_but_named() -> None:
    found = offer_kind("Migrationsberatung mit Sprachcafé")
    assert found == Kind(words=("migrationsberatung", "sprachcafe"))


def test_the_category_speaks_only_when_the_title_is_silent() -> None:
    assert offer_kind("Haus Anna", "Begegnungsstätte").kind == "begegnung"
    assert offer_kind("Tafel", "Begegnungsstätte").kind == "existenzhilfe"
    # The title also says for whom; a category would say it of many.
    assert offer_kind("Haus der Frauen", "Begegnungsstätte").target_groups == ("frauen",)
    assert offer_kind("Haus Anna", "Begegnung für Frauen").target_groups == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Volkshochschule Musterland", "vhs"),
        ("Kreis-VHS", "vhs"),
        ("Jobcenter Musterland", "arbeitsverwaltung"),
        ("Landratsamt, Ausländerbehörde", "behoerde"),
        ("Diakonieverein Musterland e.V.", "wohlfahrtsverband"),
        ("DRK-Kreisverband Musterland e. V.", "wohlfahrtsverband"),
        ("Evangelische Kirchgemeinde", "kirche"),
        ("Grundschule am Park", "schule"),
        ("Bildungswerk Musterland gGmbH", "bildungstraeger"),
        ("Bunte Welt e. V.", "verein"),
        ("Haus Anna", "sonstige"),
        ("", "sonstige"),
    ],
)
def test_names_say_who_offers(name: str, kind: str) -> None:
    assert provider_kind(name) == kind


def test_rules_use_known_codes_and_every_word_once() -> None:
    given = rules()
    assert {entry["kind"] for entry in given["offers"]} <= set(KINDS)
    assert {entry["field"] for entry in given["offers"]} <= set(FIELDS)
    groups = {group for entry in given["offers"] for group in entry["target_groups"]}
    assert groups | set(given["target_groups"]) <= set(TARGET_GROUPS)
    assert set(given["providers"]) <= set(PROVIDER_KINDS)
    named = [*given["target_groups"].values()], [*given["providers"].values()]
    for lists in ([entry["words"] for entry in given["offers"]], *named):
        plain = [folded(word) for words in lists for word in words]
        assert sorted(plain) == sorted(set(plain))
        assert all(len(word.replace("*", "")) >= 3 for word in plain)


def test_every_word_is_found_where_it_stands_alone() -> None:
    # A word that a longer one of another kind swallowed would never count.
    for entry in rules()["offers"]:
        for word in entry["words"]:
            assert offer_kind(word.replace("*", "")).kind == entry["kind"], word
    for kind, words in rules()["providers"].items():
        for word in words:
            assert provider_kind(word.replace("*", "")) == kind, word
