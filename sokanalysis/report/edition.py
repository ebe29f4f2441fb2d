"""What a document says about itself: title, publisher, data state, assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from sokanalysis import style
from sokanalysis.report.errors import ReportError
from sokanalysis.report.markdown import parse, plain
from sokanalysis.report.outputs import Block

_SUBMISSION: Final = ("submission", "body", "meeting")


@dataclass(frozen=True)
class Edition:
    """Title page, running head and metadata of one document.

    Parameters
    ----------
    title, subtitle : str
        From `notebook.metadata["sokanalysis"]`: titel, untertitel.
    district, publisher, submission : str
        Of the region's imprint, as the shown DataState brings it; the submission with its body
        and meeting in one line. Without one, kreis and herausgeber of the metadata.
    stem : str
        File name without ending: datei.
    keywords : tuple of str
        schlagworte.
    as_of : datetime.date
        State of the data: of the shown DataState, else datenstand (ISO) of the metadata.
    basis : tuple of str
        Assumptions, in order of first appearance; in the foot of every page.
    page_max : int
        How many pages the document may have: seiten; 0 for any number.
    is_joint : bool
        Whether its chapters are documents: teile.
    is_plain : bool
        Whether it is in plain language, and so in large type on short lines: einfach.
    """

    title: str
    subtitle: str
    stem: str
    district: str
    publisher: str
    submission: str
    keywords: tuple[str, ...]
    as_of: dt.date
    basis: tuple[str, ...]
    page_max: int = 0
    is_joint: bool = False
    is_plain: bool = False

    @property
    def full_title(self) -> str:
        """Return title and subtitle: what a window or a tab shows of the document."""
        return " – ".join(part for part in (self.title, self.subtitle) if part)

    @property
    def colophon(self) -> tuple[str, str]:
        """Return data state and version: who has both, can make the same document again."""
        state = "Stand der Daten:" if self.is_plain else "Datenstand"
        made = f"sokanalysis{style.NBSP}{version('sokanalysis')}"
        return f"{state} {style.german_date(self.as_of)}", made


def read_edition(metadata: dict[str, Any], blocks: Sequence[Block], fallback: str) -> Edition:
    """Gather what the notebook's metadata and its outputs say about the document.

    Parameters
    ----------
    metadata : dict
        `notebook.metadata`.
    blocks : sequence of Block
        In reading order.
    fallback : str
        File name of the notebook without ending, used where `datei` is missing.

    Raises
    ------
    ReportError
        No title, or no data state.
    """
    told = metadata.get("sokanalysis", {})
    imprint = _imprint(blocks)
    title = told.get("titel") or _first_heading(blocks)
    if not title:
        raise ReportError('Der Titel fehlt: bitte metadata["sokanalysis"]["titel"] angeben.')
    return Edition(
        title=title,
        subtitle=told.get("untertitel", ""),
        stem=told.get("datei") or fallback,
        district=imprint.get("district") or told.get("kreis", ""),
        publisher=imprint.get("publisher") or told.get("herausgeber", ""),
        submission=_submission(imprint) or told.get("vorlage", ""),
        keywords=tuple(told.get("schlagworte", ())),
        as_of=_as_of(told.get("datenstand", ""), blocks),
        page_max=int(told.get("seiten", 0)),
        is_joint=bool(told.get("teile")),
        is_plain=bool(told.get("einfach")),
        basis=tuple(dict.fromkeys(word for block in blocks for word in block.data["basis"])),
    )


def headings(block: Block) -> list[tuple[int, str]]:
    """Return level and text of the headings in a text block; none in any other."""
    if block.kind != "text":
        return []
    tokens = parse(block.data["markdown"])
    return [
        (token["attrs"]["level"], plain(token["children"]))
        for token in tokens
        if token["type"] == "heading"
    ]


def is_titled(blocks: Sequence[Block], title: str) -> bool:
    """Tell whether a single "# Titel" names the document: then its "##" are the chapters."""
    chapters = [text for block in blocks for level, text in headings(block) if level == 1]
    return chapters == [title]


def _first_heading(blocks: Sequence[Block]) -> str:
    found = (text for block in blocks for level, text in headings(block) if level == 1)
    return next(found, "")


def _imprint(blocks: Sequence[Block]) -> dict[str, str]:
    found = (block.data.get("imprint") for block in blocks if block.kind == "data_state")
    return next((imprint for imprint in found if imprint), {})


def _submission(imprint: dict[str, str]) -> str:
    return " · ".join(imprint[name] for name in _SUBMISSION if imprint.get(name))


def _as_of(told: str, blocks: Sequence[Block]) -> dt.date:
    days = [block.data.get("as_of") for block in blocks if block.kind == "data_state"]
    day = next((day for day in days if day), told)
    if not day:
        raise ReportError(
            "Der Datenstand fehlt: bitte show.DataState mit as_of ausgeben oder "
            'metadata["sokanalysis"]["datenstand"] (JJJJ-MM-TT) angeben.'
        )
    return dt.date.fromisoformat(str(day))
