"""The Typst project of one document: main.typ, the house's templates, and the data it sets.

Contents travel as JSON files that the templates read; only Markdown becomes Typst markup, and the
templates evaluate it. So no text of an author can break the typesetting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import takewhile, zip_longest
from typing import Any, Final

from sokanalysis import fonts, style
from sokanalysis.report.columns import fit, with_breaks
from sokanalysis.report.edition import Edition, headings, is_titled, read_edition
from sokanalysis.report.errors import ReportError
from sokanalysis.report.markdown import from_tokens, parse, plain, to_typst
from sokanalysis.report.outputs import Block, expected_counts, read_blocks
from sokanalysis.shown import svg_width_pt

# The edition in plain language: large type, some sixty letters a line.
_PLAIN_SIZES: Final = {
    "small": 10.0, "label": 11.0, "body": 12.0, "h3": 12.0, "h2": 14.0, "h1": 18.0,
}  # fmt: skip
_PLAIN_WIDTH_MM: Final = 120.0
_TURNED: Final = "turned"
# Fields whose Markdown the templates evaluate; all other texts are taken literally.
_MARKDOWN: Final = {"cover": "answer", "note": "text", "data_state": "text"}


@dataclass
class Document:
    """Everything Typst needs, and how many figures and tables must arrive.

    Parameters
    ----------
    edition : Edition
        Title page, running head and metadata.
    files : dict of str to bytes
        By name inside the project; "main.typ" is the entry.
    expected : dict of str to int
        Count by Typst label: "abbildung", "tabelle", "steckbrief".
    """

    edition: Edition
    files: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, int] = field(default_factory=dict)


def compose(notebook: Any, fallback: str) -> Document:
    """Turn an executed notebook into a Typst project.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; version 4.
    fallback : str
        File name of the notebook without ending.

    Returns
    -------
    Document

    Raises
    ------
    ReportError
        With the number of the cell that cannot be set.
    """
    blocks = read_blocks(notebook)
    edition = read_edition(notebook.metadata, blocks, fallback)
    document = Document(edition, _templates(), expected_counts(blocks))
    covers = [block for block in blocks if block.kind == "cover"]
    if len(covers) > 1:
        raise ReportError("Ein Dokument hat nur ein Deckblatt (show.Cover).", cell=covers[1].cell)
    body = list(_Body(document, edition.title, blocks).lines())
    has_headings = _has_parts(blocks)
    is_short = edition.page_max > 0 or edition.is_plain
    told = {"has_headings": has_headings, "has_contents": has_headings and not is_short}
    document.files["document.json"] = _json(_about(edition) | told)
    document.files["main.typ"] = "\n\n".join(
        ['#import "house.typ": *', "#show: house", *body]
    ).encode()
    return document


def _templates() -> dict[str, bytes]:
    folder = resources.files("sokanalysis.report") / "typst"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _has_parts(blocks: Sequence[Block]) -> bool:
    return any(headings(block) or block.kind == "factsheet" for block in blocks)


def _about(edition: Edition) -> dict[str, Any]:
    colours = ("ACCENT", "INK", "MUTED", "RULE", "PAPER", "ATTENTION")
    return asdict(edition) | {
        "as_of": [edition.as_of.year, edition.as_of.month, edition.as_of.day],
        "as_of_text": style.german_date(edition.as_of),
        "colophon": list(edition.colophon),
        "full_title": edition.full_title,
        "font": style.FONT,
        "sizes": _PLAIN_SIZES if edition.is_plain else style.TYPE_SCALE,
        "scale": 1.0,
        "text_width": _PLAIN_WIDTH_MM if edition.is_plain else style.TEXT_WIDTH_MM,
        "ordinal": style.ORDINAL,
        **{colour.lower(): getattr(style, colour) for colour in colours},
    }


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    with fonts.open_font() as font:
        return frozenset(font.getBestCmap())


def _check_glyphs(value: Any, cell: int) -> None:
    """Refuse characters the font lacks, here, where the cell is still known."""
    known = _glyphs()
    for letter in sorted(set(json.dumps(value, ensure_ascii=False))):
        if letter.isprintable() and ord(letter) not in known:
            raise ReportError(
                f"Das Zeichen „{letter}“ (U+{ord(letter):04X}) fehlt in der Schrift "
                "und käme nicht ins PDF; bitte durch ein Wort ersetzen.",
                cell=cell,
            )


class _Body:
    """Writes the lines of main.typ, and the data files they read."""

    def __init__(self, document: Document, title: str, blocks: Sequence[Block]) -> None:
        self.document, self.blocks = document, blocks
        self.is_titled = is_titled(blocks, title)
        self.shift = -1 if self.is_titled else 0
        self.level = 0
        self.follows_heading = False
        self.lead = ""

    def lines(self) -> Iterator[str]:
        ordered = sorted(self.blocks, key=lambda block: block.kind != "cover")
        for block, following in zip_longest(ordered, ordered[1:]):
            try:
                _check_glyphs({k: v for k, v in block.data.items() if k != "svg"}, block.cell)
                then = _what_follows(following)
                opening = "#pagebreak(weak: true)\n\n" if self._opens_part(block) else ""
                yield f"// Zelle {block.cell}\n{opening}{self._line(block, then)}"
            except ReportError as error:
                raise error.at("", block.cell) from None
        if not any(block.kind == "cover" for block in self.blocks):
            self.document.files["cover.json"] = b"null"

    def _opens_part(self, block: Block) -> bool:
        """Tell whether a document within a joint one begins here: on a page of its own."""
        return self.document.edition.is_joint and any(lv == 1 for lv, _ in headings(block))

    def _line(self, block: Block, then: str) -> str:
        if block.kind == "text":
            return self._prose(block, then)
        if block.kind == "cover":
            self.document.files["cover.json"] = _json(self._data(block))
            return ""
        name = f"data-{len(self.document.files)}.json"
        self.document.files[name] = _json(self._data(block))
        self.follows_heading = False
        lead, self.lead = f", lead: [\n\n{self.lead}\n\n]" if self.lead else "", ""
        return f'#{block.kind.replace("_", "-")}-block(json("{name}"){lead})'

    def _prose(self, block: Block, then: str) -> str:
        tokens = [token for token in parse(block.data["markdown"]) if not self._is_title(token)]
        for token in tokens:
            if _is_heading(token):
                self._step(token["attrs"]["level"] + self.shift, plain(token["children"]))
        # Headings right before a factsheet share its page instead of standing alone.
        closing = (
            list(takewhile(_is_heading, reversed(tokens)))[::-1] if then == "factsheet" else []
        )
        self.follows_heading = bool(closing)
        if closing:
            tokens = tokens[: len(tokens) - len(closing)]
            parts = [from_tokens(tokens, self.shift), "#pagebreak(weak: true)"]
            return "\n\n".join([*parts, from_tokens(closing, self.shift)])
        if then == _TURNED and any(map(_is_heading, tokens)):
            return self._led(tokens)
        if then in ("figure", "table") and any(map(_is_heading, tokens)):
            return self._asked(tokens)
        return from_tokens(tokens, self.shift)

    def _led(self, tokens: list[dict[str, Any]]) -> str:
        """Keep the last heading, and what it says, for the turned page of the table below it."""
        start = max(place for place, token in enumerate(tokens) if _is_heading(token))
        self.lead = from_tokens(tokens[start:], self.shift)
        return from_tokens(tokens[:start], self.shift)

    def _asked(self, tokens: list[dict[str, Any]]) -> str:
        """Keep a heading's question on the page of the figure that answers it."""
        last = tokens[-1]
        if _is_heading(last):
            return from_tokens(tokens, self.shift)
        # The empty lines make it a paragraph; without them it is bare text to a screen reader.
        kept = f"#block(sticky: true)[\n\n{from_tokens([last], self.shift)}\n\n]"
        return "\n\n".join([from_tokens(tokens[:-1], self.shift), kept])

    def _is_title(self, token: dict[str, Any]) -> bool:
        return self.is_titled and _is_heading(token) and token["attrs"]["level"] == 1

    def _step(self, level: int, text: str) -> None:
        if level > self.level + 1:
            raise ReportError(
                f"Die Überschrift „{text}“ überspringt eine Ebene "
                f"(erwartet höchstens {'#' * (self.level + 1 - self.shift)})."
            )
        self.level = level

    def _data(self, block: Block) -> dict[str, Any]:
        data = dict(block.data)
        if key := _MARKDOWN.get(block.kind):
            data[key] = to_typst(data[key])
        if data.get("svg"):
            data["svg"] = self._drawing(data["svg"])
            data["width"] = svg_width_pt(block.data["svg"])
        if block.kind == "table":
            data |= _laid_out(data)
        if block.kind == "factsheet":
            data |= {"level": min(self.level + 1, 3), "follows_heading": self.follows_heading}
        return data

    def _drawing(self, svg: str) -> str:
        name = f"drawing-{len(self.document.files)}.svg"
        self.document.files[name] = svg.encode()
        return name


def _what_follows(block: Block | None) -> str:
    """Return the kind of the next block; a table on a page of its own is `_TURNED`."""
    if block is None or block.kind != "table":
        return block.kind if block else ""
    try:
        return _TURNED if fit(block.data).is_landscape else "table"
    except ReportError as error:
        raise error.at("", block.cell) from None


def _is_heading(token: dict[str, Any]) -> bool:
    return bool(token["type"] == "heading")


def _laid_out(table: dict[str, Any]) -> dict[str, Any]:
    layout = asdict(fit(table))
    most = [head["places"] for head in table["head"]]
    for part, rows in (("filling", table["rows"]), ("total_filling", [table["total"]])):
        layout[part] = [list(map(style.filling, row, most)) for row in rows]
    if layout["breaks_words"]:
        layout["rows"] = [[with_breaks(cell) for cell in row] for row in table["rows"]]
    return layout
