"""A made-up dialogue of two rounds, to try out forms, figures and documents.

Nobody has said any of this. Every row shows it: by the title of its round, by „Beispiel“ in its
keys, by raters from P901 on. Run ``python data/beispielrunde.py`` to write it into ``items.csv``,
``rounds.csv`` and ``votes.csv``; real rows stay, behind it.
"""

from __future__ import annotations

import random
from functools import partial

from bausteine import REGION, read_rows, table_text, write

Row = dict[str, object]

SEED = 20_260_312
MARK = "Beispiel (erfunden): "
PREFIX = "Beispiel-"
ROUNDS = {"Beispiel-1": "2026-03-12", "Beispiel-2": "2026-09-17"}
GROUPS = {"behoerde": 5, "traeger": 6, "ehrenamt": 2, "migranten": 5}
ABSENT = {("Beispiel-2", "P911")}

# Kind, what it refers to, text, and what each of the GROUPS thinks of it at first.
ITEMS = {
    "Beispiel-B1": ("bedarf", "integrationskurs",
        "Es braucht Integrationskurse auch außerhalb der Städte.", (4, 5, 4, 5)),
    "Beispiel-B2": ("bedarf", "alphabetisierung",
        "Es braucht Alphabetisierung auch am Nachmittag.", (3, 4, 4, 4)),
    "Beispiel-B3": ("bedarf", "berufssprache",
        "Es braucht Berufssprachkurse neben der Arbeit.", (4, 4, 3, 4)),
    "Beispiel-B4": ("bedarf", "kinderbetreuung",
        "Es braucht Kinderbetreuung während der Kurse.", (4, 5, 5, 5)),
    "Beispiel-B5": ("bedarf", "beratung",
        "Es braucht Beratung, die in die Dörfer kommt.", (3, 4, 5, 4)),
    "Beispiel-B6": ("bedarf", "begegnung",
        "Es braucht Orte, an denen sich Alteingesessene und Zugezogene begegnen.", (3, 3, 5, 4)),
    "Beispiel-M1": ("massnahme", "S1", "Ein Kurs beginnt so, dass der Bus ihn erreicht.",
        (5, 4, 4, 5)),
    "Beispiel-M2": ("massnahme", "S2", "Ein Kurs bekommt eine Außenstelle in einer Schule.",
        (3, 4, 4, 4)),
    "Beispiel-M3": ("massnahme", "A1", "Begleitung in Arbeit gibt es auch online.", (4, 3, 2, 3)),
    "Beispiel-M4": ("massnahme", "T1", "Beratung kommt einmal im Monat in jede Gemeinde.",
        (2, 3, 4, 4)),
    "Beispiel-M5": ("massnahme", "T2", "Alle Angebote ziehen in die Kreisstadt um.", (2, 1, 1, 1)),
    "Beispiel-M6": ("massnahme", "Q1", "Ein Runder Tisch trifft sich zweimal im Jahr.",
        (4, 4, 4, 3)),
    "Beispiel-W1": ("wert", "", "Wer hier lebt, gehört dazu.", (4, 5, 5, 5)),
    "Beispiel-W2": ("wert", "", "Auskunft gibt es in einfacher Sprache.", (4, 4, 5, 5)),
    "Beispiel-W3": ("wert", "", "Verschiedenheit ist im Alltag sichtbar.", (3, 4, 5, 4)),
    "Beispiel-W4": ("wert", "", "Wer mitreden will, lernt zuerst Deutsch.", (5, 4, 2, 1)),
    "Beispiel-W5": ("wert", "", "Streit wird offen angesprochen.", (3, 4, 4, 3)),
    "Beispiel-W6": ("wert", "", "Über ein Angebot entscheiden auch die, für die es da ist.",
        (3, 4, 5, 5)),
}  # fmt: skip
CONTESTED = {"Beispiel-W4"}

# What was said, and the theme under which the words stand in a report.
COMMENTS = {
    ("Beispiel-1", "P907", "Beispiel-B4"): ("Ohne Betreuung bleiben die Mütter weg.", ""),
    ("Beispiel-1", "P903", "Beispiel-M4"): ("Dafür fehlt uns das Personal.", ""),
    ("Beispiel-1", "P915", "Beispiel-W4"): ("Mitreden geht auch mit Sprachmittlung.", ""),
    ("Beispiel-1", "P902", "Beispiel-W4"): ("Ohne Deutsch geht es im Amt nicht.", ""),
    ("Beispiel-2", "P912", "Beispiel-B6"): ("Der Saal steht die halbe Woche leer.", "Räume"),
    ("Beispiel-2", "P917", "Beispiel-W4"): ("Beides zugleich muss gehen.", "Sprache und Teilhabe"),
    ("Beispiel-2", "P906", "Beispiel-M2"): ("Der Raum müsste bis 18 Uhr offen sein.", "Räume"),
}


def raters() -> dict[str, int]:
    """Return the place of each rater's group, by code."""
    places = [place for place, count in enumerate(GROUPS.values()) for _ in range(count)]
    return {f"P{number}": place for number, place in enumerate(places, start=901)}


def first(dice: random.Random, opinion: int) -> int | None:
    """Return a first rating: near what the group thinks, now and then none."""
    shift = dice.choice((-1, 0, 0, 0, 0, 1))
    return None if dice.random() < 0.03 else min(max(opinion + shift, 1), 5)


def second(dice: random.Random, before: int | None, middle: int, is_contested: bool) -> int | None:
    """Return a second rating: a third of those who stand apart come a step nearer."""
    if before is None:
        return middle
    step = (middle > before) - (middle < before)
    return before + step if dice.random() < 0.35 and not is_contested else before


def ratings() -> dict[tuple[str, str, str], int | None]:
    """Return all ratings by round, rater and item."""
    dice = random.Random(SEED)
    now, later = ROUNDS
    found: dict[tuple[str, str, str], int | None] = {}
    for item_id, (_, _, _, opinions) in ITEMS.items():
        for rater, place in raters().items():
            found[now, rater, item_id] = first(dice, opinions[place])
        given = sorted(rating for key, rating in found.items() if key[2] == item_id and rating)
        middle = given[len(given) // 2]
        for rater in raters():
            before = found[now, rater, item_id]
            found[later, rater, item_id] = second(dice, before, middle, item_id in CONTESTED)
    return found


def item_rows() -> list[Row]:
    return [
        {"item_id": item_id, "kind": kind, "text": MARK + text, "reference": reference,
         "round_ids": ";".join(ROUNDS)}
        for item_id, (kind, reference, text, _) in ITEMS.items()
    ]  # fmt: skip


def round_rows() -> list[Row]:
    return [
        {"round_id": round_id, "title": f"{MARK}Runde {number}", "date": date,
         "consensus_share": "0.75", "is_example": "ja"}
        for number, (round_id, date) in enumerate(ROUNDS.items(), start=1)
    ]  # fmt: skip


def vote_rows() -> list[Row]:
    given, groups = ratings(), list(GROUPS)
    return [
        {"round_id": round_id, "rater_id": rater, "group": groups[place], "item_id": item_id,
         "rating": given[round_id, rater, item_id] or "",
         "comment": f"{MARK}{said}" if said else "", "theme": theme}
        for round_id in ROUNDS
        for rater, place in raters().items()
        for item_id in ITEMS
        for said, theme in [COMMENTS.get((round_id, rater, item_id), ("", ""))]
        if (round_id, rater) not in ABSENT
    ]  # fmt: skip


def build(name: str) -> str:
    """Return a table with the rows of the example and the real ones that it holds already."""
    path, key = REGION / f"{name}.csv", KEYS[name]
    standing = read_rows(path) if path.exists() else []
    real = [row for row in standing if not row[key].startswith(PREFIX)]
    return table_text(name, [*EXAMPLE[name](), *real])


KEYS = {"items": "item_id", "rounds": "round_id", "votes": "round_id"}
EXAMPLE = {"items": item_rows, "rounds": round_rows, "votes": vote_rows}
BUILDERS = {f"{name}.csv": partial(build, name) for name in EXAMPLE}

if __name__ == "__main__":
    write(BUILDERS)
