"""What a notebook cell ends with: one object, read as HTML in JupyterLab and as PDF by the board.

Every object carries its content as JSON under a MIME type of its own, beside the HTML. JupyterLab
shows the HTML; the exporter in `sokanalysis.report` sets the JSON. `basis` names the assumptions
an output rests on: they stand in the foot of every page of the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sokanalysis import style
from sokanalysis.codes import QUALITIES
from sokanalysis.show_table import Column, Data, Table
from sokanalysis.shown import MIME, Output, close, required, shown_value, template

if TYPE_CHECKING:
    import datetime as dt

    from matplotlib.figure import Figure as MatplotlibFigure

__all__ = [
    "MIME", "Column", "Cover", "Data", "DataState", "Factsheet", "Figure", "KeyFigures", "Map",
    "Note", "Output", "Table", "Text",
]  # fmt: skip

NOTE_LABELS: Final = {
    "hinweis": "Hinweis",
    "annahme": "Arbeitsannahme",
    "achtung": "Achtung",
    "ergebnis": "Ergebnis",
    "beschluss": "Zu entscheiden ist",
}
Numbers = Sequence[tuple[object, str, str]]


@dataclass(frozen=True)
class Text(Output):
    """German prose in Markdown whose numbers were computed.

    Parameters
    ----------
    markdown : str
        Headings, paragraphs, emphasis, lists, links, tables; no HTML.
    basis : tuple of str
        Assumptions the text rests on.
    """

    markdown: str
    basis: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        return {"kind": "text", "markdown": self.markdown, "basis": list(self.basis)}


@dataclass(frozen=True)
class Figure(Output):
    """A drawing with its finding, its source and its description.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Closed here, so that the notebook does not show it a second time.
    caption : str
        The finding in one sentence.
    source : str
        "Quelle: … Stand …".
    alt : str
        What a reader who cannot see the figure needs to know.
    basis : tuple of str
        Assumptions the figure rests on.
    measure : str
        What is drawn, of whom and in which unit; stands under the finding.
    data : Data, optional
        The numbers behind it; a page for the browser offers them as a table.
    """

    figure: MatplotlibFigure
    caption: str
    source: str
    alt: str
    basis: tuple[str, ...] = ()
    measure: str = ""
    data: Data | None = None

    def __post_init__(self) -> None:
        required(caption=self.caption, source=self.source, alt=self.alt)
        close(self.figure)

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        return _drawing(self, style.figure_svg(self.figure))


@dataclass(frozen=True)
class Map(Output):
    """One map twice: to move and click in JupyterLab, drawn in the PDF.

    Parameters
    ----------
    interactive : folium.Map or callable
        The map, or a function without arguments that makes it when HTML is asked for.
    static : matplotlib.figure.Figure
        Its twin for paper.
    caption, source, alt, basis, measure, data
        As for `Figure`.
    """

    interactive: Any
    static: MatplotlibFigure
    caption: str
    source: str
    alt: str
    basis: tuple[str, ...] = ()
    measure: str = ""
    data: Data | None = None

    def __post_init__(self) -> None:
        required(caption=self.caption, source=self.source, alt=self.alt)
        close(self.static)

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        return _drawing(self, style.figure_svg(self.static))

    def html(self) -> str:
        """Return the interactive map, working without a network."""
        from sokanalysis.leaflet import offline_frame

        folium_map = self.interactive() if callable(self.interactive) else self.interactive
        frame = offline_frame(folium_map, self.alt)
        return template().render(**_drawing(self, ""), frame=frame)


def _drawing(shown: Figure | Map, svg: str) -> dict[str, Any]:
    texts = {"caption": shown.caption, "source": shown.source, "alt": shown.alt}
    told = {"measure": shown.measure, "basis": list(shown.basis)}
    data = shown.data.payload() if shown.data else None
    return {"kind": "figure", "svg": svg, **texts, **told, "data": data}


@dataclass(frozen=True)
class KeyFigures(Output):
    """Up to four large numbers side by side: (value, label, note)."""

    numbers: Numbers
    basis: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        return {"kind": "key_figures", "numbers": _numbers(self.numbers), "basis": list(self.basis)}


def _numbers(numbers: Numbers) -> list[dict[str, str]]:
    return [{"value": shown_value(v), "label": label, "note": note} for v, label, note in numbers]


@dataclass(frozen=True)
class Cover(Output):
    """Page 1: what was asked, the numbers that matter, what is recommended (Markdown)."""

    question: str
    numbers: Numbers
    answer: str
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        required(question=self.question, answer=self.answer)

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        texts = {"question": self.question, "answer": self.answer}
        numbers = _numbers(self.numbers)
        return {"kind": "cover", **texts, "numbers": numbers, "basis": list(self.basis)}


@dataclass(frozen=True)
class DataState(Output):
    """The box "Datenstand": how many entries are official, documented, reported, … .

    Parameters
    ----------
    counts : mapping of str to int
        Entries by quality code; see `codes.QUALITIES`.
    text : str
        What this means for the reader (Markdown).
    as_of : datetime.date, optional
        State of the data; dates the whole document.
    imprint : mapping of str to str
        ``district``, ``publisher``, ``submission``, ``body`` and ``meeting`` for title page and
        running head; what is missing or empty is taken from the notebook's metadata.
    """

    counts: Mapping[str, int]
    text: str
    as_of: dt.date | None = None
    imprint: Mapping[str, str] = field(default_factory=dict)
    basis: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        total = sum(self.counts.values())
        parts = [
            {
                "label": label,
                "count": style.number(count),
                "weight": int(count),
                "share": style.percent(count / total if total else 0.0),
            }
            for code, label in QUALITIES.items()
            if (count := self.counts.get(code, 0)) or code in self.counts
        ]
        as_of = self.as_of.isoformat() if self.as_of else ""
        written = style.german_date(self.as_of, missing="")
        texts = {"text": self.text, "as_of": as_of, "as_of_text": written}
        told = {"imprint": dict(self.imprint), "basis": list(self.basis)}
        return {"kind": "data_state", "parts": parts, **texts, **told}


@dataclass(frozen=True)
class Factsheet(Output):
    """A measure on one page: label and text, the text a string or a list of strings.

    Parameters
    ----------
    number : str or int
        As the catalogue counts.
    title : str
        Name of the measure.
    rows : sequence of (label, str or list of str)
        In reading order.
    badges : sequence of str
        Short marks such as "Sofortmaßnahme".
    figure : matplotlib.figure.Figure, optional
        Drawn under the rows; needs `alt`.
    """

    number: str | int
    title: str
    rows: Sequence[tuple[str, object]]
    badges: Sequence[str] = ()
    figure: MatplotlibFigure | None = None
    alt: str = ""
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        required(title=self.title)
        if self.figure is not None:
            required(alt=self.alt)
            close(self.figure)

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        rows = [
            {"label": label, "items": [shown_value(item) for item in _listed(value)]}
            for label, value in self.rows
        ]
        svg = style.figure_svg(self.figure) if self.figure is not None else ""
        head = {"number": str(self.number), "title": self.title, "badges": list(self.badges)}
        body = {"rows": rows, "svg": svg, "alt": self.alt, "basis": list(self.basis)}
        return {"kind": "factsheet", **head, **body}


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


@dataclass(frozen=True)
class Note(Output):
    """A callout; `kind` is one of `NOTE_LABELS`; `text` is Markdown."""

    kind: str
    text: str
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in NOTE_LABELS:
            raise ValueError(f"Unbekannte Art „{self.kind}“; möglich: {', '.join(NOTE_LABELS)}.")

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        texts = {"note": self.kind, "label": NOTE_LABELS[self.kind], "text": self.text}
        return {"kind": "note", **texts, "basis": list(self.basis)}
