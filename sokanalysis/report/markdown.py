"""Markdown as authors write it in cells, turned into Typst.

Text goes into Typst strings, never into markup, so that no character of an author's prose can be
taken for a command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sokanalysis.report.errors import ReportError

Token = dict[str, Any]
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": " ", "\r": " ", "\t": " "})


def string(text: str) -> str:
    """Return a Typst string literal with this text, on one line."""
    return f'"{text.translate(_ESCAPES)}"'


def parse(markdown: str) -> list[Token]:
    """Return mistune's tokens of a Markdown text; empty for an empty text."""
    return [token for token in _parser()(markdown) if token["type"] != "blank_line"]


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], list[Token]]:
    from mistune import create_markdown

    return create_markdown(renderer="ast", plugins=["table"])  # type: ignore[return-value]


def plain(tokens: Iterable[Token]) -> str:
    """Return the bare text of inline tokens."""
    return "".join(
        plain(token["children"]) if "children" in token else token.get("raw", " ")
        for token in tokens
    )


def to_typst(markdown: str, shift: int = 0) -> str:
    """Turn a Markdown text into Typst markup.

    Parameters
    ----------
    markdown : str
        Headings, paragraphs, emphasis, lists, links, tables, block quotes, inline code.
    shift : int, default 0
        Added to the level of every heading.

    Returns
    -------
    str
        Typst markup; empty for an empty text.

    Raises
    ------
    ReportError
        HTML, a picture, a code block or a link inside the document.
    """
    return from_tokens(parse(markdown), shift)


def from_tokens(tokens: Iterable[Token], shift: int = 0) -> str:
    """Turn mistune's block tokens into Typst markup; see `to_typst`."""
    parts = []
    for token in tokens:
        if token["type"] == "heading":
            level = token["attrs"]["level"] + shift
            parts.append(f"#heading(level: {level})[{_inline(token)}]")
        else:
            parts.append(_render(token))
    return "\n\n".join(parts)


def _render(token: Token) -> str:
    if maker := _MAKERS.get(token["type"]):
        return maker(token)
    wording = _REFUSED.get(token["type"], f"„{token['type']}“ ist hier nicht vorgesehen.")
    raw = re.sub(r"\s+", " ", token.get("raw", ""))[:60]
    raise ReportError(wording + (f" Gefunden: {raw}" if raw else ""))


def _inline(token: Token) -> str:
    return "".join(_render(child) for child in token.get("children", ()))


def _blocks(token: Token) -> str:
    return "\n\n".join(_render(t) for t in token["children"] if t["type"] != "blank_line")


def _list(token: Token) -> str:
    attrs = token["attrs"]
    start = f"start: {attrs['start']}, " if "start" in attrs else ""
    name = "enum" if attrs["ordered"] else "list"
    items = ", ".join(f"[{_blocks(item)}]" for item in token["children"])
    return f"#{name}({start}{items})"


def _link(token: Token) -> str:
    url = token["attrs"]["url"]
    if not re.match(r"(https?|mailto|tel):", url):
        raise ReportError(f"Der Verweis „{url}“ führt im PDF nirgendwohin; bitte ausschreiben.")
    return f"#link({string(url)})[{_inline(token)}]"


def _table(token: Token) -> str:
    head, *bodies = token["children"]
    rows = [row["children"] for body in bodies for row in body["children"]]
    align = ", ".join(cell["attrs"]["align"] or "left" for cell in head["children"])
    heads = ", ".join(f"[{_inline(cell)}]" for cell in head["children"])
    cells = "".join(f"[{_inline(cell)}], " for row in rows for cell in row)
    return f"#markdown-table(({align},), ({heads},), ({cells}))"


_MAKERS: dict[str, Callable[[Token], str]] = {
    "text": lambda t: f"#{string(t['raw'])};",
    "softbreak": lambda _: '#" ";',
    "linebreak": lambda _: "#linebreak();",
    "emphasis": lambda t: f"#emph[{_inline(t)}]",
    "strong": lambda t: f"#strong[{_inline(t)}]",
    "codespan": lambda t: f"#raw({string(t['raw'])});",
    "link": _link,
    "paragraph": _inline,
    "block_text": _inline,
    "list": _list,
    "block_quote": lambda t: f"#quote(block: true)[{_blocks(t)}]",
    "thematic_break": lambda _: "#divider",
    "table": _table,
}
_REFUSED = {
    "block_html": "HTML ist in Textzellen nicht erlaubt; bitte Markdown verwenden.",
    "inline_html": "HTML ist in Textzellen nicht erlaubt; bitte Markdown verwenden.",
    "image": "Bilder in Textzellen haben keine Quelle; bitte show.Figure verwenden.",
    "block_code": "Quelltext gehört nicht in den Bericht; bitte weglassen oder als Text fassen.",
    "heading": "Eine Überschrift darf nicht in einer Liste oder einem Zitat stehen.",
}
