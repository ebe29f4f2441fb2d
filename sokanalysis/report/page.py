"""The page for the browser: the same blocks as on paper, in one file that asks nothing of anybody.

It has no script of its own. Maps to move bring theirs, each allowed by its hash and by nothing
else. Figures, tables and factsheets are counted in the finished page: a lost one stops the export.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final

from markupsafe import Markup
from mistune import BlockState, HTMLRenderer

from sokanalysis import fonts, style
from sokanalysis.report.edition import Edition, is_titled, read_edition
from sokanalysis.report.errors import refuse_loss
from sokanalysis.report.markdown import parse
from sokanalysis.report.outputs import Block, expected_counts, read_blocks
from sokanalysis.shown import template

_NAMES: Final = {"figure": "Abbildung", "table": "Tabelle"}
_PLACE: Final = re.compile(r' (?:d|x|y)="[^"]*"')
_ALT_MAX: Final = 400
_FINE: Final = re.compile(r"(\.\d\d)\d+")
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass
class Entry:
    """A heading in the contents, with those below it."""

    level: int
    text: str
    anchor: str
    inner: list[Entry] = field(default_factory=list)


def render_page(notebook: Any, fallback: str) -> tuple[str, Edition]:
    """Turn an executed notebook into a page.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; version 4.
    fallback : str
        File name of the notebook without ending.

    Returns
    -------
    html : str
        A whole document.
    edition : Edition
        What it says about itself.

    Raises
    ------
    ReportError
        A cell cannot be shown, or a figure, table or factsheet is missing in the page.
    """
    blocks = read_blocks(notebook)
    edition = read_edition(notebook.metadata, blocks, fallback)
    body = Body(edition, blocks)
    parts = [body.part(block) for block in sorted(blocks, key=lambda b: b.kind != "cover")]
    depth = 4 if edition.is_joint else 3
    html = template().environment.get_template("report/templates/page.html.j2").render(
        edition=edition, parts=parts, policy=_policy(blocks),
        as_of=style.german_date(edition.as_of),
        contents=_nested(e for e in body.prose.entries if e.level <= depth),
        font=b64encode(fonts.web_font(_letters(parts, edition))).decode("ascii"),
    )  # fmt: skip
    expected = expected_counts(blocks)
    refuse_loss(expected, _arrived(html, expected), "auf der Seite")
    return html, edition


def _letters(parts: Iterable[str], edition: Edition) -> str:
    """Return every letter that is written, and those of the page's own words."""
    own = "".join(map(str, asdict(edition).values())) + "äöüÄÖÜß·–"
    return "".join(sorted(set(own).union(map(chr, range(32, 127)), *parts)))


class _Prose(HTMLRenderer):
    """Markdown as HTML: headings one level below the page's own, with anchors."""

    def __init__(self, shift: int) -> None:
        super().__init__(escape=True)
        self.shift, self.level = shift, 1
        self.entries: list[Entry] = []

    def note(self, level: int, text: str) -> str:
        """Note a heading for the contents and return its anchor."""
        anchor = f"abschnitt-{len(self.entries) + 1}"
        self.entries.append(Entry(level, Markup(text).striptags(), anchor))
        return anchor

    def heading(self, text: str, level: int, **_: Any) -> str:
        level += self.shift
        if level < 2:  # the document's own title, which stands in the header already
            return ""
        self.level = level
        return f'<h{level} id="{self.note(level, text)}">{text}</h{level}>\n'

    def table(self, text: str) -> str:
        return f'<div class="rollen" tabindex="0"><table>{text}</table></div>\n'

    def table_head(self, text: str) -> str:
        return f"<thead><tr>{text}</tr></thead>"

    def table_body(self, text: str) -> str:
        return f"<tbody>{text}</tbody>"

    def table_row(self, text: str) -> str:
        return f"<tr>{text}</tr>"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag, scope = ("th", ' scope="col"') if head else ("td", "")
        return f'<{tag}{scope} class="{align or "left"}">{text}</{tag}>'


class Body:
    """Writes one block after the other, counts figures and tables, and notes headings."""

    def __init__(self, edition: Edition, blocks: Sequence[Block]) -> None:
        self.prose = _Prose(0 if is_titled(blocks, edition.title) else 1)
        self.counts: Counter[str] = Counter()

    def part(self, block: Block) -> Markup:
        """Return a block as HTML; empty for a text without any."""
        if block.kind == "text":
            written = self.prose(parse(block.data["markdown"]), BlockState())
            return Markup(f'<div class="prosa">{written}</div>') if written.strip() else Markup()
        return Markup(template().render(**self._data(block), frame=_framed(block.frame)))

    def _data(self, block: Block) -> dict[str, Any]:
        data = dict(block.data) | {"level": 2}
        if data.get("svg"):
            data["svg"] = _lean(data["svg"])
        if word := _NAMES.get(block.kind):
            self.counts[word] += 1
            data["name"] = f"{word} {self.counts[word]}"
        if data.get("data"):
            data["alt"] = _brief(data["alt"])
        if block.kind == "factsheet":
            data["level"] = min(self.prose.level + 1, 4)
            data["anchor"] = self.prose.note(data["level"], f"{data['number']} · {data['title']}")
        return data


def _brief(alt: str) -> str:
    """Shorten a long description where its numbers stand as a table too: it is heard in one go."""
    if len(alt) <= _ALT_MAX:
        return alt
    ends = [alt.rfind(mark, 0, _ALT_MAX) for mark in ("; ", ". ")]
    begin = alt[: max(ends) if max(ends) > 0 else _ALT_MAX]
    return f"{begin} … Alle Werte stehen in der Tabelle unter der Abbildung."


def _lean(svg: str) -> str:
    """Drop what nobody can see: matplotlib writes paths to the millionth of a point."""
    return _PLACE.sub(lambda place: _FINE.sub(r"\1", place[0]), svg)


def _framed(frame: str) -> str:
    """Return a map's frame without rights beyond its own script, loaded when it is looked at."""
    return frame.replace("<iframe ", '<iframe sandbox="allow-scripts" loading="lazy" ', 1)


def _policy(blocks: Iterable[Block]) -> str:
    """Return what the page may do: nothing with the network, and the scripts of its maps only."""
    scripts = {s for block in blocks for s in _SCRIPT.findall(unescape(block.frame))}
    hashes = sorted(b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


def _nested(entries: Iterable[Entry]) -> list[Entry]:
    """Put every heading below the last one above it."""
    root = Entry(1, "", "")
    above = [root]
    for entry in entries:
        while above[-1].level >= entry.level:
            above.pop()
        above[-1].inner.append(entry)
        above.append(entry)
    return root.inner


class _Arrivals(HTMLParser):
    """Counts the elements that carry one of the labels as their class."""

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.labels = set(labels)

    def handle_starttag(
        self,
        tag: str,  # noqa: ARG002  # the parser tells it
        attrs: list[tuple[str, str | None]],
    ) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self.counts.update(self.labels.intersection(classes))


def _arrived(html: str, labels: Iterable[str]) -> dict[str, int]:
    parser = _Arrivals(labels)
    parser.feed(html)
    return parser.counts
