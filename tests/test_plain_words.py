"""The edition in plain language: short, active, in digits, and right for one and for none."""

from __future__ import annotations

import re
import statistics
from importlib import resources
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis import plain_words
from sokanalysis.demand import NEEDS

# Words that plain language explains or does without.
FOREIGN = (
    "Migration", "Integration", "Partizipation", "Teilhabe", "Maßnahme", "Ressource", "Akteur",
    "Koordination", "Infrastruktur", "Mobilität", "Prozent", "Alphabetisierung", "Niveau",
    "Kapazität", "Evaluation", "Handlungsfeld", "Bedarf", "Außenstelle", "Sprachmittlung",
)  # fmt: skip
NUMBER_WORDS = r"\b(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|tausend)\b"
PASSIVE = r"\b(?:werde|werden|wird|wurde|wurden|worden|geworden)\b"


def region(offers: int = 41, municipalities: int = 59, is_model: bool = True):
    feed = SimpleNamespace(is_model=is_model)
    return SimpleNamespace(
        current_offers=range(offers), municipalities=range(municipalities), feed=feed
    )


def measures(count: int = 12, cost: float = 98560, gained: int = 1459, titles=()) -> str:
    return plain_words.measures(
        covered=0.33, count=count, cost_eur=cost, gained_count=gained, titles=titles
    ).markdown


def offers(count: int, unsure: int, without: int) -> str:
    there = region(count)
    return plain_words.offers(there, unsure_count=unsure, without_count=without).markdown


def ways(reached: float = 0.254, *, is_model: bool = True) -> str:
    there = region(is_model=is_model)
    return plain_words.ways(there, reached=reached, no_return=0.15, holidays=0.35).markdown


TITLES = [
    "Deutschförderung in Schule und Kita in Schleiz: Außenstelle Grundschule Böttger Schleiz",
    "Begegnung und Mitgestaltung in Tanna: Sprechstunde im Dorf",
    "Berufssprache ab B2 in Pößneck: Kurs neben „Berufssprachkurs“",
]
WHOLE = "\n\n".join([offers(41, 26, 51), ways(), measures(titles=TITLES)])


def sentences(markdown: str) -> list[str]:
    """Return what stands on the lines of a text, without marks of Markdown."""
    lines = [re.sub(r"^(?:#+|-) |\*\*", "", line.strip()) for line in markdown.splitlines()]
    return [line for line in lines if line]


def test_sentences_are_short():
    counts = [len(sentence.split()) for sentence in sentences(WHOLE)]
    assert statistics.mean(counts) <= 12
    assert max(counts) <= 20


def test_each_line_holds_one_sentence():
    # "… ist neu. Ihn …" explains a title; elsewhere a mark stands at the end only.
    told = sentences("\n\n".join([offers(41, 26, 51), ways(), measures(titles=TITLES[:2])]))
    assert [line for line in told if re.search(r"[.?!] ", line)] == []


def test_there_is_no_passive_no_foreign_word_and_no_number_in_letters():
    assert re.findall(PASSIVE, WHOLE, re.IGNORECASE) == []
    assert [word for word in FOREIGN if word in WHOLE.replace("Die Politik", "")] == []
    assert re.findall(NUMBER_WORDS, WHOLE, re.IGNORECASE) == []


def test_one_and_none_are_said_as_people_do():
    assert "Wir kennen noch kein Angebot." in offers(0, 0, 59)
    assert "Bei 1 Angebot wissen wir nicht:  \n  Gibt es das noch?" in offers(3, 1, 1)
    assert "Wir kennen 1 Angebot." in offers(1, 0, 0)
    assert "Gibt es" not in offers(1, 0, 0)
    assert "In jeder Gemeinde gibt es ein Angebot." in offers(5, 0, 0)
    assert "In 1 Gemeinde gibt es kein Angebot." in offers(5, 0, 1)


def test_a_plan_of_one_or_none_is_said_as_people_do():
    assert "Wir haben noch keinen Vorschlag." in measures(0, 0, 0)
    assert "Am meisten" not in measures(0, 0, 0)
    one = measures(1, 0, 1, ["Kurs"])
    told = (
        "Wir haben 1 Vorschlag.",
        "Das kostet kein Geld.",
        "Dann klappt es in etwa 1 Fall mehr.",
    )
    assert "  \n".join(told) in one
    assert "klappt es in" not in measures(2, 500, 0)


def test_a_true_timetable_needs_no_warning():
    assert "echten Fahrplan haben wir noch nicht" in ways()
    assert "echten Fahrplan" not in ways(is_model=False)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 von 100"), (0.005, "weniger als 1 von 100"), (0.006, "1 von 100"),
     (0.254, "25 von 100"), (0.994, "99 von 100"), (0.999, "mehr als 99 von 100"),
     (1, "100 von 100")],
)  # fmt: skip
def test_shares_are_of_a_hundred(share, said):
    assert plain_words.of_hundred(share) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "etwa 0"), (1, "etwa 1"), (99, "etwa 99"), (99.6, "etwa 100"), (1459, "etwa 1 500"),
     (98560, "etwa 99 000"), (995_001, "etwa 1 000 000")],
)  # fmt: skip
def test_estimates_have_two_digits_that_count(amount, said):
    assert plain_words.about(amount).replace("\N{NARROW NO-BREAK SPACE}", " ") == said


@given(st.integers(0, 10**7))
def test_an_estimate_is_never_off_by_more_than_a_twentieth(amount):
    written = re.sub(r"\D", "", plain_words.about(amount))
    # Two digits that count: at most half a step of the second, of at least ten steps.
    assert abs(int(written) - amount) <= amount / 20


def test_the_titles_of_the_catalogue_are_put_into_plain_words():
    assert plain_words.said(TITLES[0]) == (
        "Hilfe beim Deutsch-Lernen in Schule und Kita in Schleiz  \n"
        "Der neue Ort ist: Grundschule Böttger Schleiz"
    )
    assert plain_words.said("Fahrt 9 später") == "Fahrt 9 später"  # what is plain stays


def test_no_title_that_a_lever_can_make_holds_a_foreign_word():
    levers = resources.files("sokanalysis") / "levers.yaml"
    words = yaml.safe_load(levers.read_text(encoding="utf-8"))
    for need in NEEDS.values():
        for lever in (one for one in words.values() if "title" in one):
            title = re.sub(r"\{need\}", need.title, lever["title"])
            said = plain_words.said(re.sub(r"\{\w+\}", "Ort", title))
            assert [word for word in FOREIGN if word in said] == [], title
