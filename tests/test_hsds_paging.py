"""Pages of GET /services, from an interface that behaves and from some that do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sokanalysis.errors import DataProblems
from sokanalysis.hsds import fetch_pages, read_pages

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://partner.example/services"


def asked(answer: Callable[[int], Any]) -> httpx.Client:
    """A client whose server answers a page number with JSON or a response."""

    def respond(request: httpx.Request) -> httpx.Response:
        assert request.url.params["full"] == "true"
        content = answer(int(request.url.params["page"]))
        is_ready = isinstance(content, httpx.Response)
        return content if is_ready else httpx.Response(200, json=content)

    return httpx.Client(transport=httpx.MockTransport(respond))


def page(number: int, total: int | None, **fields: Any) -> dict[str, Any]:
    named = {"page_number": number, "total_pages": total, "last_page": number == total}
    known = {name: value for name, value in named.items() if total is not None}
    return known | {"contents": [{"id": str(number), "name": "x", "status": "active"}]} | fields


def test_all_pages_are_fetched_once_and_in_order() -> None:
    pages = fetch_pages(URL, asked(lambda number: page(number, 3)))
    assert [json.loads(raw)["page_number"] for raw in pages] == [1, 2, 3]
    found = read_pages(pages, URL)
    # None of them has an organization, so all of them are told and none is taken.
    rows = found.report.rows.set_index(["table", "field", "outcome"])
    assert rows.loc[("service", "", "nicht übernommen"), "keys"] == ("1", "2", "3")


def test_without_a_number_of_pages_an_empty_page_is_the_end() -> None:
    pages = fetch_pages(URL, asked(lambda n: page(n, None, **({"contents": []} if n > 2 else {}))))
    assert len(pages) == 2


def test_a_list_without_services_is_one_page() -> None:
    pages = fetch_pages(URL, asked(lambda _: {"empty": True, "contents": []}))
    assert len(pages) == 1
    assert read_pages(pages, URL).tables["offers"].empty


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        # Page one again and again, with and without its number.
        (lambda _: page(1, 9), "liefert statt Seite 2 eine andere noch einmal"),
        (lambda _: {"contents": [{"id": "1"}]}, "liefert statt Seite 2 eine andere noch einmal"),
        (lambda number: page(number, 10**9), "hat mehr als 5 Seiten"),
        (lambda number: page(number, None), "hat mehr als 5 Seiten"),
        (lambda _: httpx.Response(503), "antwortet auf Seite 1 mit 503"),
        (lambda _: httpx.Response(302), "antwortet auf Seite 1 mit 302"),
        (lambda _: httpx.Response(200, text="<html>"), "ist eine Webseite statt Daten"),
        (lambda _: httpx.Response(200, text="{"), "ist kein gültiges JSON"),
        (lambda _: httpx.Response(200, json=[1]), r"keine Liste \(contents\)"),
        (lambda _: httpx.Response(200, json={"contents": {}}), r"keine Liste \(contents\)"),
        (lambda _: httpx.Response(200, content=b""), "Datei ist leer"),
    ],
)
def test_an_interface_that_does_not_behave_is_refused(
    answer: Callable[[int], Any], message: str
) -> None:
    with pytest.raises(DataProblems, match=message):
        fetch_pages(URL, asked(answer), max_pages=5)


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sokanalysis.hsds.paging._PAGE_MAX_BYTES", 1000)
    endless = httpx.Response(200, content=(b"x" * 100 for _ in iter(int, 1)))
    with pytest.raises(DataProblems, match="zu viele Daten"):
        fetch_pages(URL, asked(lambda _: endless))


def test_an_interface_that_does_not_answer_is_named() -> None:
    def fail(_: int) -> None:
        raise httpx.ConnectTimeout("zu spät")

    with pytest.raises(DataProblems, match=r"antwortet nicht \(ConnectTimeout\)"):
        fetch_pages(URL, asked(fail))
    with pytest.raises(DataProblems, match="antwortet nicht"):
        fetch_pages("ftp://partner.example", httpx.Client())
