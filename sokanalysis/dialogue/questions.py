"""What the questionnaire of a round asks, and in which words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.codes import ITEM_KINDS, RATINGS
from sokanalysis.dialogue.agreement import item_summary
from sokanalysis.dialogue.layout import region_id
from sokanalysis.dialogue.rounds import Round

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sokanalysis.parameters import Parameters
    from sokanalysis.region import Region

FORMAT: Final = "1"
CODE_PATTERN: Final = r"P[0-9]{2,3}"
COMMENT_MAX_LENGTH: Final = 4_000
SECTIONS: Final = {
    "bedarf": "Bedarfe: was gebraucht wird",
    "massnahme": "Maßnahmen: was getan werden soll",
    "wert": "Werte: wie wir zusammenleben wollen",
}
EXAMPLE: Final = "Erfundenes Beispiel: Was hier angekreuzt wird, zählt nirgends."


@dataclass(frozen=True)
class Question:
    """One item as it is asked.

    Parameters
    ----------
    item_id, kind, text : str
        As in the table ``items``.
    note : str
        What it refers to, in German; empty where that is no help.
    before : str
        How it was rated before, in German; empty when it is asked for the first time.
    """

    item_id: str
    kind: str
    text: str
    note: str
    before: str


@dataclass(frozen=True)
class Questionnaire:
    """All that both forms of a questionnaire say.

    ``questions`` go by kind and then by the table ``items``; ``explanation`` are pairs of heading
    and words.
    """

    region_id: str
    round_id: str
    title: str
    is_example: bool
    questions: tuple[Question, ...]
    explanation: tuple[tuple[str, str], ...]

    @property
    def file_stem(self) -> str:
        """The round in letters that every system takes as the name of a file."""
        return re.sub(r"[^A-Za-z0-9-]+", "-", self.round_id).strip("-") or "ohne-Nummer"


def questionnaire(region: Region, round_: Round) -> Questionnaire:
    """Put together what a round asks.

    Parameters
    ----------
    region : Region
        The district.
    round_ : Round
        From `sokanalysis.dialogue.rounds.find_round`.

    Returns
    -------
    Questionnaire
        With at least one question. Each says how it was rated in the last round before in which
        enough people did, because that is what lets opinions move (Dalkey & Helmer 1963,
        doi:10.1287/mnsc.9.3.458).
    """
    before = _before(round_, region.parameters)
    kinds = list(ITEM_KINDS)
    rows = sorted(round_.items.to_dict("records"), key=lambda row: kinds.index(row["kind"]))
    questions = tuple(
        Question(
            row["item_id"], row["kind"], row["text"], _note(row), before.get(row["item_id"], "")
        )
        for row in rows
    )
    least = int(region.parameters.dialogue_group_min_count)
    return Questionnaire(
        region_id(region), round_.round_id, round_.title, round_.is_example, questions,
        tuple(_explanation(round_.consensus_share, least, has_before=bool(before))),
    )  # fmt: skip


def _note(row: Mapping[Any, Any]) -> str:
    is_measure = row["kind"] == "massnahme" and not pd.isna(row["reference"])
    return f"Maßnahme {row['reference']} des Katalogs" if is_measure else ""


def _before(round_: Round, parameters: Parameters) -> dict[str, str]:
    """Say for each item how it was rated last; items that too few rated are left out."""
    summary = item_summary(round_.before.votes, round_.before.rounds, parameters)
    return {
        row["item_id"]: f"Letzte Runde: Median {_figure(row['rating_median'])}; die mittlere "
        f"Hälfte der Antworten liegt {_between(row)}."
        for row in summary.dropna(subset="rating_median").to_dict("records")
    }


def _between(row: Mapping[Any, Any]) -> str:
    low, high = (_figure(row[f"rating_{end}_quartile"]) for end in ("lower", "upper"))
    return f"bei {low}" if low == high else f"zwischen {low} und {high}"


def _figure(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _explanation(share: float, least: int, *, has_before: bool) -> list[tuple[str, str]]:
    scale = f"von 1 ({RATINGS[1]}) bis 5 ({RATINGS[5]})"
    last = (
        "Unter den Aussagen steht, wie sie zuletzt bewertet wurden: Die Hälfte der Antworten lag "
        "nicht unter, die Hälfte nicht über dem Median. Bleiben Sie bei Ihrer Meinung oder ändern "
        "Sie sie, beides ist recht."
    )
    rows = {
        "So geht es": f"Sagen Sie zu jeder Aussage, wie weit Sie zustimmen, {scale}. Wozu Sie "
        "keine Meinung haben, lassen Sie aus.",
        "Letzte Runde": last if has_before else "",
        "Wann wir einig sind": f"Wenn mindestens {_figure(share * 100)} % derer, die eine Aussage "
        "bewerten, ihr zustimmen (4 oder 5) oder sie ablehnen (1 oder 2). Das wurde vorher "
        "festgelegt.",
        "Datenschutz": "Gespeichert wird Ihre Kennung, nie Ihr Name. Gezeigt werden nur "
        f"Ergebnisse von mindestens {least} Menschen. Anmerkungen können wörtlich im Bericht "
        "stehen, ohne Kennung und Gruppe: Bitte nennen Sie darin keine Personen.",
    }  # fmt: skip
    return [(heading, words) for heading, words in rows.items() if words]
