"""What a screen reader is given by a tagged PDF: the structure tree, walked in its own order.

Reads structure and text itself, by pikepdf alone, so that it agrees with no checker by sharing
its code. Only what Typst writes is understood: composite fonts with two bytes a glyph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator

from sokanalysis.report.edition import headings
from sokanalysis.report.markdown import parse, plain
from sokanalysis.report.outputs import Block

BLOCKS = {"P", "Title", "H1", "H2", "H3", "H4", "LI", "Caption", "TH", "TD", "TOCI", "BlockQuote"}
APART = {"P", "Lbl", "LBody", "LI", "L", "TR", "TH", "TD", "Caption", "Reference"}
_HEX = re.compile(rb"<([0-9a-fA-F\s]*)>")


@dataclass
class Element:
    """One structure element: role, attributes, and what it holds in reading order."""

    role: str
    source: Dictionary
    kids: list[Element | str] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """What is read aloud: the replacement where there is one, else the text of all parts."""
        for key in ("/ActualText", "/Alt"):
            if key in self.source and self.role != "Link":
                return str(self.source[key])
        return "".join(kid if isinstance(kid, str) else kid.aloud for kid in self.kids)

    @property
    def aloud(self) -> str:
        """The text with the pause that parts of a block have around them."""
        return f" {self.text} " if self.role in APART else self.text

    @property
    def alt(self) -> str | None:
        return str(self.source["/Alt"]) if "/Alt" in self.source else None

    @property
    def attributes(self) -> dict[str, Any]:
        """All attribute objects together, without their owners."""
        given = self.source.get("/A", Array())
        objects = [*given] if isinstance(given, Array) else [given]
        return {key: value for one in objects for key, value in one.items() if key != "/O"}

    @property
    def elements(self) -> list[Element]:
        return [kid for kid in self.kids if isinstance(kid, Element)]

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in reading order."""
        yield self
        for kid in self.elements:
            yield from kid.walk()

    def all(self, *roles: str) -> list[Element]:
        return [element for element in self.walk() if element.role in roles]


@dataclass
class Sheet:
    """Text of one page by marked content, and text that belongs to nothing."""

    marked: dict[int, str] = field(default_factory=dict)
    stray: str = ""
    artifacts: str = ""


class Reader:
    """A PDF as its structure tells it."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.sheets = {page.obj.objgen: _sheet(page) for page in pdf.pages}

    @cached_property
    def root(self) -> Element:
        tree = self.pdf.Root.StructTreeRoot
        return self._element(Dictionary(S=Name("/Root"), K=tree.K), None)

    def _element(self, source: Dictionary, page: Any) -> Element:
        page = source.get("/Pg", page)
        element = Element(str(source.S)[1:], source)
        kids = source.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            if isinstance(kid, int):
                element.kids.append(self.sheets[page.objgen].marked.get(kid, ""))
            elif "/S" in kid:
                element.kids.append(self._element(kid, page))
            elif "/MCID" in kid:
                place = kid.get("/Pg", page)
                element.kids.append(self.sheets[place.objgen].marked.get(int(kid.MCID), ""))
        return element

    def spoken(self) -> Iterator[tuple[str, str]]:
        """Role and text of everything that is read aloud, one block after the other."""
        yield from _blocks(self.root)

    @property
    def stray(self) -> str:
        """Text that is neither in the structure nor an artifact."""
        return "".join(sheet.stray for sheet in self.sheets.values()).strip()


def _blocks(element: Element) -> Iterator[tuple[str, str]]:
    if element.role in BLOCKS or element.role in ("Figure", "Span") or not element.elements:
        if text := " ".join(element.text.split()):
            yield element.role, text
        return
    for kid in element.kids:
        if isinstance(kid, Element):
            yield from _blocks(kid)
        elif kid.strip():
            yield element.role, " ".join(kid.split())


def _sheet(page: pikepdf.Page) -> Sheet:
    """Go through a page's operators and note to which marked content each text belongs."""
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    sheet, letters, open_marks = Sheet(), {}, []
    for operands, operator in pikepdf.parse_content_stream(page, "BDC BMC EMC Tf Tj TJ"):
        if operator == Operator("Tf"):
            letters = fonts[str(operands[0])]
        elif operator in (Operator("BDC"), Operator("BMC")):
            open_marks.append(_mark(operands))
        elif operator == Operator("EMC"):
            _close(sheet, open_marks)
        elif operator in (Operator("Tj"), Operator("TJ")):
            _note(sheet, open_marks, _shown(operands[0], letters))
    return sheet


@dataclass
class _Mark:
    tag: str
    number: int | None
    replacement: str | None
    text: str = ""


def _mark(operands: Any) -> _Mark:
    told = operands[1] if len(operands) > 1 and isinstance(operands[1], Dictionary) else {}
    number = int(told["/MCID"]) if "/MCID" in told else None
    replacement = str(told["/ActualText"]) if "/ActualText" in told else None
    return _Mark(str(operands[0])[1:], number, replacement)


def _note(sheet: Sheet, open_marks: list[_Mark], text: str) -> None:
    if open_marks:
        open_marks[-1].text += text
    else:
        sheet.stray += text


def _close(sheet: Sheet, open_marks: list[_Mark]) -> None:
    mark = open_marks.pop()
    text = mark.text if mark.replacement is None else mark.replacement
    if mark.tag == "Artifact":
        sheet.artifacts += text
    elif mark.number is not None:
        sheet.marked[mark.number] = sheet.marked.get(mark.number, "") + text
    else:
        _note(sheet, open_marks, text)


def _shown(operand: Any, letters: dict[bytes, str]) -> str:
    pieces = operand if isinstance(operand, Array) else [operand]
    raw = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String))
    return "".join(letters.get(raw[i : i + 2], "\ufffd") for i in range(0, len(raw), 2))


def _letters(font: Any) -> dict[bytes, str]:
    """Text by glyph, from the font's ToUnicode map."""
    found: dict[bytes, str] = {}
    lines = bytes(font.ToUnicode.read_bytes())
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", lines, re.S):
        codes = [bytes.fromhex(code.decode()) for code in _HEX.findall(block)]
        found |= {a: b.decode("utf-16-be") for a, b in zip(codes[::2], codes[1::2], strict=True)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", lines, re.S):
        codes = [bytes.fromhex(code.decode()) for code in _HEX.findall(block)]
        for low, high, first in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            start = int.from_bytes(first)
            for step in range(int.from_bytes(high) - int.from_bytes(low) + 1):
                code = (int.from_bytes(low) + step).to_bytes(len(low))
                found[code] = (start + step).to_bytes(len(first)).decode("utf-16-be")
    return found


def told(blocks: Iterable[Block]) -> Iterator[tuple[int, str]]:
    """Cell and text of everything a reader has to be told, in the order of the blocks."""
    blocks = [*blocks]
    chapters = [text for block in blocks for level, text in headings(block) if level == 1]
    title = chapters[0] if len(chapters) == 1 else ""  # stands above everything
    for block in sorted(blocks, key=lambda block: block.kind != "cover"):
        for text in _TOLD[block.kind](block.data):
            if text and text != title:
                yield block.cell, text


def _plain_parts(markdown: str) -> Iterator[str]:
    for token in parse(markdown):
        yield from _leaves(token)


def _leaves(token: dict[str, Any]) -> Iterator[str]:
    """Texts of paragraphs, headings, list items and cells, each for itself."""
    inner = token.get("children", [])
    if all(child["type"] in _INLINE for child in inner):
        yield plain(inner)
    else:
        for child in inner:
            yield from _leaves(child)


def _of_table(data: dict[str, Any]) -> list[str]:
    heads = [text for head in data["head"] for text in (head["title"], head["unit"])]
    cells = [cell for row in data["rows"] for cell in row]
    return [data["caption"], *heads, *cells, *data["total"], data["note"], data["source"]]


def _of_numbers(data: dict[str, Any]) -> list[str]:
    return [text for n in data["numbers"] for text in (n["value"], n["label"], n["note"])]


def _of_factsheet(data: dict[str, Any]) -> list[str]:
    rows = [text for row in data["rows"] for text in (row["label"], *row["items"])]
    return [data["number"], data["title"], *data["badges"], *rows, data["alt"]]


_INLINE = {"text", "emphasis", "strong", "codespan", "link", "softbreak", "linebreak"}
_TOLD = {
    "text": lambda d: _plain_parts(d["markdown"]),
    "figure": lambda d: [d["caption"], d["measure"], d["alt"], d["source"]],
    "table": _of_table,
    "key_figures": _of_numbers,
    "cover": lambda d: [d["question"], *_of_numbers(d), *_plain_parts(d["answer"])],
    "data_state": lambda d: [*(p["label"] for p in d["parts"]), *_plain_parts(d["text"])],
    "factsheet": _of_factsheet,
    "note": lambda d: [d["label"], *_plain_parts(d["text"])],
}


def squeezed(text: str) -> str:
    """Text without spaces, soft hyphens and places to break, which no reader hears."""
    return re.sub(r"[\s\u00ad\u200b\u2060]+", "", text)


def missing(spoken: str, expected: Iterable[tuple[int, str]]) -> list[str]:
    """What is not said, or not said in this order."""
    heard, at, lost = squeezed(spoken), 0, []
    for cell, text in expected:
        wanted = squeezed(text)
        found = heard.find(wanted, at)
        if found < 0:
            lost.append(f"Zelle {cell}: „{text[:80]}“")
        else:
            at = found + len(wanted)
    return lost


def faults(pdf: pikepdf.Pdf, blocks: Sequence[Block]) -> list[str]:
    """What a checker of PDF/UA does not see, or would not miss; empty for a sound document."""
    reader = Reader(pdf)
    checks = (_about, _headings, _tables, _figures, _links, _paragraphs)
    found = [fault for check in checks for fault in check(reader)]
    counts = {role: len(reader.root.all(role)) for role in ("Table", "Figure")}
    if counts != (wanted := _wanted(blocks)):
        found.append(f"gezählt {counts}, gezeigt {wanted}")
    spoken = " ".join(text for _, text in reader.spoken())
    return found + [f"nicht vorgelesen: {lost}" for lost in missing(spoken, told(blocks))]


def _wanted(blocks: Sequence[Block]) -> dict[str, int]:
    kinds = [block.kind for block in blocks]
    written = [block.data["markdown"] for block in blocks if block.kind == "text"]
    inline = sum(token["type"] == "table" for text in written for token in parse(text))
    drawn = sum(bool(block.data.get("svg")) for block in blocks)
    return {"Table": kinds.count("table") + inline, "Figure": drawn}


def _about(reader: Reader) -> Iterator[str]:
    root = reader.pdf.Root
    with reader.pdf.open_metadata() as told_of:
        titles = {str(reader.pdf.docinfo.get("/Title", "")), told_of.get("dc:title", "")}
    sound = {
        "Sprache": str(root.get("/Lang")) == "de-DE",
        "ausgezeichnet": bool(root.MarkInfo.Marked),
        "Titel im Fenster": bool(root.ViewerPreferences.DisplayDocTitle),
        "ein Titel": len(titles) == 1 and titles != {""},
        "nichts außerhalb der Struktur": not reader.stray,
        "Reihenfolge der Tabulatortaste": all(
            page.obj.get("/Tabs") == Name.S for page in reader.pdf.pages if "/Annots" in page
        ),
    }
    yield from (f"fehlt: {name}" for name, is_sound in sound.items() if not is_sound)


def _headings(reader: Reader) -> Iterator[str]:
    headings, level = reader.root.all("H1", "H2", "H3", "H4", "H5", "H6"), 0
    for heading in headings:
        step = int(heading.role[1])
        if step > level + 1 or not heading.text.strip():
            yield f"Überschrift {heading.role} nach H{level}: „{heading.text}“"
        level = step
    with reader.pdf.open_outline() as outline:
        marks = [squeezed(mark.title) for mark in _flat(outline.root)]
    if marks != [squeezed(heading.text) for heading in headings]:
        yield "Lesezeichen und Überschriften sind nicht dieselben"


def _flat(marks: Iterable[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for mark in marks:
        yield mark
        yield from _flat(mark.children)


def _tables(reader: Reader) -> Iterator[str]:
    for table in reader.root.all("Table"):
        rows = table.all("TR")
        widths = {sum(int(c.attributes.get("/ColSpan", 1)) for c in row.elements) for row in rows}
        if len(widths) != 1:
            yield f"Tabelle mit Zeilen von {widths} Zellen"
        if {cell.role for row in rows for cell in row.elements} - {"TH", "TD"}:
            yield "Zeile mit anderem als Zellen"
        if not table.all("TH"):
            yield "Tabelle ohne Kopf"
    for head in reader.root.all("TH"):
        if str(head.attributes.get("/Scope")) not in ("/Column", "/Row", "/Both"):
            yield f"Kopf ohne Richtung: „{head.text}“"
        if not head.text.strip():
            yield "leerer Tabellenkopf"


def _figures(reader: Reader) -> Iterator[str]:
    captions = {squeezed(caption.text) for caption in reader.root.all("Caption")}
    for figure in reader.root.all("Figure"):
        alt = figure.alt or ""
        if len(alt.split()) < 5 or any(squeezed(alt) in caption for caption in captions):
            yield f"Abbildung mit der Beschreibung „{alt}“"


def _links(reader: Reader) -> Iterator[str]:
    for page in reader.pdf.pages:
        for note in page.get("/Annots", []):
            if note.Subtype == Name.Link and not str(note.get("/Contents", "")).strip():
                yield "Verweis ohne Beschreibung"
    for link in reader.root.all("Link"):
        if not link.text.strip() and not link.alt:
            yield "Verweis ohne Text"


def _paragraphs(reader: Reader) -> Iterator[str]:
    """Bare text runs into the text before and after it."""
    for role, text in reader.spoken():
        if role not in BLOCKS and role != "Figure":
            yield f"kein Absatz ({role}): „{text[:60]}“"


if __name__ == "__main__":
    import sys

    with pikepdf.open(sys.argv[1]) as document:
        for role, text in Reader(document).spoken():
            print(f"{role:8} {text}")
