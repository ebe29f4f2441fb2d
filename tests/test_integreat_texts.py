"""Texts of other people's pages: what a reader sees, without how to reach anybody."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.integreat.texts import (
    TITLE_MAX_CHARS,
    link,
    plain_text,
    times_named,
    title,
    without_contacts,
)
from tests.fuzzing import fuzz


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("Wort", "Wort"),
        ("<p>eins</p><p>zwei</p>drei", "eins\nzwei\ndrei"),
        ("eins <b>zwei</b>\n\t drei", "eins zwei\ndrei"),
        ("eins<br>zwei<br/><br/>drei", "eins\nzwei\ndrei"),
        ("<ul><li>eins</li><li><p>zwei</p></li></ul>", "– eins\n– zwei"),
        ("&Uuml;bung &amp; mehr&nbsp;&ndash; 5&#8239;&lt;&nbsp;6", "Übung & mehr – 5 < 6"),
        ('<a href="mailto:a@b.example">Text</a>', "Text"),
        ("a<script>b()</script><style>c{}</style><!-- d <p>e</p> -->f", "af"),
        ("5 < 6 und <b>7</b>", "5 < 6 und 7"),
        ("a\u00ad\u200bb\u202ec\x07", "abc"),  # soft hyphen, no width, right to left, a bell
        ("https://example.org", "https://example.org"),
    ],
)
def test_a_page_as_a_reader_sees_it(html: str, expected: str) -> None:
    assert plain_text(html) == expected


def test_long_texts_are_cut_off() -> None:
    assert plain_text("abc def", max_chars=5) == "abc d"
    assert len(title("Wort " * 100)) == len("Wort " * 39 + "Wort…")  # 199 letters hold 39 and one
    assert title("W" * TITLE_MAX_CHARS) == "W" * TITLE_MAX_CHARS


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 40_000, "<" * 200_000, "<a " * 60_000, "<!--" * 50_000, "<ul><li>" * 25_000,
        "&#" * 100_000, "<![CDATA[" * 20_000, "a" * 200_000 + "@", "Mo, " * 50_000,
        "Frau " * 40_000, "<?xml version='1.0'?><feed>", "</p>" * 50_000, "0" * 200_000,
    ],
)  # fmt: skip
def test_no_text_takes_long(html: str) -> None:
    start = time.process_time()
    plain_text(html[:60_000])
    title(html)
    times_named(html[:60_000])
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beratung, Tel. 03663 / 12 34 56", "Beratung"),
        ("Beratung +49 171 2345678", "Beratung"),
        ("Beratung (0)3663-123456 oder 0800 1234567", "Beratung oder"),
        ("Treff: wir@verein.example", "Treff"),
        ("Treff (wir(at)verein.example)", "Treff"),
        ("Sprechstunde mit Frau Dr. Erika Beispiel", "Sprechstunde"),
        ("Sprechstunde bei Herrn Beispiel-Muster", "Sprechstunde"),
        ("Herr Muster und Frau von Beispiel laden ein", "laden ein"),
        ("Runde mit Frau Erika von der Beispiel am Abend", "Runde am Abend"),
        # What only looks like it stays: dates, times, postal codes, house numbers, women.
        ("Fest am 01.02.2026, 10:00-12:00", "Fest am 01.02.2026, 10:00-12:00"),
        ("07999 Musterstadt, Hauptstraße 12-14", "07999 Musterstadt, Hauptstraße 12-14"),
        ("Frauen treffen Frauen", "Frauen treffen Frauen"),
        ("Frauencafé 2026/2027", "Frauencafé 2026/2027"),
        ("Deutsch A1/A2", "Deutsch A1/A2"),
    ],
)
def test_contacts_are_taken_out(text: str, expected: str) -> None:
    assert without_contacts(text) == expected


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "=+-@"])
def test_no_title_is_a_formula(start: str) -> None:
    assert title(f"{start}SUMME(A1)") == "SUMME(A1)"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://integreat.app/x/de/events/a/", "https://integreat.app/x/de/events/a/"),
        # A single date of a recurring event: the page of all its dates.
        ("https://integreat.app/e/a$2026-01-06/", "https://integreat.app/e/a/"),
        ("https://integreat.app/e/a$2026-01-06", "https://integreat.app/e/a"),
        ("http://example.org/ä", "http://example.org/ä"),
        ("javascript:alert(1)", ""),
        ("ftp://example.org", ""),
        ("https://", ""),
        ("https://[", ""),
        ("https://name:wort@example.org", ""),
        ("https://example.org/a b", ""),
        ("https://example.org/a\nb", ""),
        ("https://example.org/" + "a" * 600, ""),
        ("", ""),
    ],
)
def test_links_are_addresses_of_the_web(address: str, expected: str) -> None:
    assert link(address) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Mo, Di und Do von 9:00 - 12:00 Uhr</p>", ("Mo, Di und Do von 9:00 - 12:00 Uhr",)),
        ("<li>Montag–Freitag: 8.00–16.00 Uhr</li>", ("Montag–Freitag: 8.00–16.00 Uhr",)),
        ("mittwochs 14 Uhr, Mittwochs 14 bis 16 Uhr", ("Mittwochs 14 bis 16 Uhr",)),
        ("Do 10:30; Do 10:30", ("Do 10:30",)),
        # No time without minutes, an end or „Uhr“.
        ("Di 2026, Mo 3 Kinder, Sofa 10:30", ()),
        ("<p>Dienstag</p><p>14:00 Uhr</p>", ("Dienstag 14:00 Uhr",)),
    ],
)
def test_times_in_a_page(html: str, expected: tuple[str, ...]) -> None:
    assert times_named(html) == expected
    assert times_named("; ".join(times_named(html))) == expected


@fuzz
@given(st.text(max_size=200) | st.text(st.sampled_from("<>/!-&;=a\"'? pli\n"), max_size=80))
def test_any_text_becomes_one_harmless_line(html: str) -> None:
    line = title(html)
    assert line.isprintable()
    assert len(line) <= TITLE_MAX_CHARS
    assert not line.startswith(("=", "+", "-", "@"))
    assert all(part.strip() for part in plain_text(html).split("\n")) or not plain_text(html)
