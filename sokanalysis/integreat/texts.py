"""Texts from pages that other people wrote: plain, short, and without how to reach anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

TITLE_MAX_CHARS: Final = 200
_LINK_MAX_CHARS: Final = 500
_HTML_MAX_CHARS: Final = 200_000
_TEXT_MAX_CHARS: Final = 20_000
_BLOCKS: Final = frozenset(
    ("p", "div", "section", "article", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4",
     "h5", "h6", "blockquote", "pre", "dl", "dt", "dd", "br", "hr")
)  # fmt: skip
# A „<“ that begins no tag: the parser would look for its end over and over again.
_STRAY: Final = re.compile(r"<(?![a-zA-Z/!?][^<>]*>)")

_MAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
# Germans write numbers with a leading 0 or +49; with full stops they would look like dates.
_PHONE: Final = re.compile(
    r"(?:Tel(?:efon)?\.?:?\s*)?(?<![\d.:])(?:\+\d{2}|00\d{2}|\(0\)|0)\s?\(?[1-9]\d{1,4}\)?"
    r"[\s/–-]*\d(?:[\s/–-]?\d){3,}",
    re.IGNORECASE,
)
_TITLE_OF_RESPECT: Final = r"(?:(?:Dr|Prof|Dipl)\.?(?:\s?-?[A-Za-z]+\.)?\s+)*"
_PERSON: Final = re.compile(
    r"(?:\b(?:bei|mit|von|durch|und|Ansprechpartner(?:in)?:?|Leitung:?|Kontakt:?)\s+)*"
    rf"\b(?:Frau|Herrn?|Fr\.|Hr\.)\s+{_TITLE_OF_RESPECT}"
    r"(?:(?:von|van|vom|zu|de|der)\s+){0,2}[A-ZÄÖÜ][\w'-]+"
    r"(?:(?:\s+(?:von|van|vom|zu|de|der)){0,2}\s+[A-ZÄÖÜ][\w'-]+)?"
)
_DAY: Final = (
    r"(?:Mo(?:ntags?)?|Di(?:enstags?)?|Mi(?:ttwochs?)?|Do(?:nnerstags?)?|Fr(?:eitags?)?"
    r"|Sa(?:mstags?)?|Sonnabends?|So(?:nntags?)?)"
)
_HOUR: Final = r"(?:[01]?\d|2[0-4])"
_CLOCK: Final = rf"{_HOUR}(?:[:.][0-5]\d)?"
# A bare number after a day is no time: it takes minutes, an end or „Uhr“.
_SPAN: Final = (
    rf"{_CLOCK}(?:\s*Uhr)?\s*(?:[–-]|bis)\s*{_CLOCK}(?:\s*Uhr\b)?"
    rf"|{_CLOCK}\s*Uhr\b|{_HOUR}[:.][0-5]\d"
)
_TIMES: Final = re.compile(
    rf"\b{_DAY}\b\.?(?:\s*(?:[,/&–-]|und|bis)\s*{_DAY}\b\.?){{0,6}}[\s,:]*(?:jeweils\s+)?(?:von\s+|ab\s+)?"
    rf"(?:{_SPAN})"
)


def plain_text(html: str, max_chars: int = _TEXT_MAX_CHARS) -> str:
    """Return what a reader sees of a web page.

    Parameters
    ----------
    html : str
        A fragment of HTML, or plain text.
    max_chars : int
        A longer text is cut off.

    Returns
    -------
    str
        Lines without empty ones: a block or an item of a list is a line, white space is one
        space, entities are decoded. Scripts, styles and comments are gone; of a link its text
        stays. Empty when nothing is to be read.
    """
    lines = (_line(line) for line in re.split(r"[\n\r\u2028\u2029]", "".join(_pieces(html))))
    return "\n".join(line for line in lines if line)[:max_chars]


def _pieces(html: str) -> Iterator[str]:
    """Yield visible texts with line breaks where a block begins or ends."""
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString, Tag

    soup = BeautifulSoup(_tame(html), "html.parser")
    blocks, last, mark = {id(soup): id(soup)}, id(soup), ""
    for node in soup.descendants:
        inside = blocks[id(node.parent)]
        if isinstance(node, Tag):
            blocks[id(node)] = id(node) if node.name in _BLOCKS else inside
            mark = {"li": "\n– ", "br": "\n", "hr": "\n"}.get(node.name, mark)
        # Scripts, styles and comments are strings of their own kinds.
        elif type(node) is NavigableString and node.strip():
            yield mark or ("\n" if inside != last else "")
            yield str(node)
            last, mark = inside, ""


def _tame(html: str) -> str:
    """Return HTML without comments and stray brackets, in a block, of bounded length.

    In a block of its own a text that looks like an address is none to the parser.
    """
    first, *others = html[:_HTML_MAX_CHARS].split("<!--")
    bare = first + "".join(other.partition("-->")[2] for other in others)
    return f"<div>{_STRAY.sub('&lt;', bare)}</div>"


def _line(text: str) -> str:
    spaced = " ".join(text.split())
    return "".join(letter for letter in spaced if letter.isprintable())


def without_contacts(text: str) -> str:
    """Return a text without e-mail addresses, telephone numbers and names of persons.

    A person is recognised by „Frau“ or „Herr“ only; a bare name looks like any other word.
    """
    for pattern in (_MAIL, _PHONE, _PERSON):
        text = pattern.sub(" ", text)
    text = re.sub(r"\(\s*\)", " ", text)
    return " ".join(text.split()).strip(" ,;:|/–-")


@lru_cache(maxsize=10_000)
def title(html: str) -> str:
    """Return a heading as a table holds it.

    Returns
    -------
    str
        One line of at most 200 characters without contacts, which no spreadsheet takes for a
        formula. Empty when nothing is left.
    """
    text = plain_text(html[: 10 * TITLE_MAX_CHARS])
    line = without_contacts(" ".join(text.split("\n")))
    line = line.lstrip("=+-@\t ")
    short = line[: TITLE_MAX_CHARS - 1].rstrip() + "…"
    return line if len(line) <= TITLE_MAX_CHARS else short


def link(address: str) -> str:
    """Return a web address without the date of a single occurrence; empty when it is none."""
    address = address.strip()
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    if not is_web or "@" in parts.netloc or not address.isprintable() or " " in address:
        return ""
    whole = re.sub(r"\$\d{4}-\d{2}-\d{2}(?=/?$)", "", address)
    return whole if len(whole) <= _LINK_MAX_CHARS else ""


def times_named(html: str, max_count: int = 5) -> tuple[str, ...]:
    """Return where a page names a day of the week with a time of the day, in its order.

    For example ``("Dienstag 14:00–16:00 Uhr",)``; at most ``max_count``, empty when there is none.
    """
    found = (" ".join(match[0].split()) for match in _TIMES.finditer(plain_text(html)))
    return tuple(dict.fromkeys(found))[:max_count]
