"""Answers of Integreat: asked for at a server on this machine, read from files, refused whole."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.integreat import api, fetch, read_saved, write_saved
from tests.fuzzing import damaged, fuzz, survives
from tests.integreat_answers import PORTAL, REGION, day, event, page, place, save, spot, week
from tests.serving import Reply, Site, serving

PLACES = [place(11, "Tafel", week(Mo=day("09:00-12:00")))]
EVENTS = [event(21, "Fest", "2026-12-01T10:00:00+01:00", "2026-12-01T11:00:00+01:00",
                at=spot(11, "Tafel"), meeting_url="https://treff.example/geheim")]  # fmt: skip
PAGES = [page(61, "Kurse", "<li>Mo 9:00–10:00 Uhr</li><p>Erika Geheim</p>")]
START = "/api/v3/lkmusterland/de/"


def whole(site: Site) -> None:
    """Serve everything where integreat-cms does (``integreat_cms/api/urls.py``)."""
    answers = {
        "/api/v3/regions/lkmusterland/": REGION,
        f"{START}locations/": PLACES,
        f"{START}events/?combine_recurring=True": EVENTS,
        f"{START}pages/": PAGES,
        f"{START}offers/": [PORTAL],
    }
    for path, answer in answers.items():
        site.add(path, Reply(json.dumps(answer).encode(), packed=True))


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        whole(server)
        yield server


def refusals(refused: pytest.ExceptionInfo[DataProblems]) -> list[tuple[str, str]]:
    return [(problem.file, problem.message) for problem in refused.value.problems]


def test_five_questions_bring_everything(site: Site, tmp_path: Path) -> None:
    saved = fetch("lkmusterland", base_url=site.url + "/")
    assert len(site.requests) == 5
    assert saved == read_saved(save(tmp_path, PLACES, EVENTS, PAGES, [PORTAL]))
    assert saved.region == {
        "path": "lkmusterland", "name": "Landkreis Musterland", "latitude": 50.6, "longitude": 11.7,
    }  # fmt: skip


def test_only_fields_that_are_used_come_in(site: Site) -> None:
    saved = fetch("lkmusterland", base_url=site.url)
    [entry] = saved.locations
    assert not {"email", "phone_number", "website", "contacts", "content", "excerpt"} & set(entry)
    assert set(entry["location"]) == {
        "id", "name", "address", "town", "postcode", "latitude", "longitude",
    }  # fmt: skip
    assert saved.events[0]["meeting_url"] is True
    assert saved.pages[0]["content"] == "Mo 9:00–10:00 Uhr"
    assert "Geheim" not in repr(saved)


def test_what_is_written_reads_the_same(site: Site, tmp_path: Path) -> None:
    saved = fetch("lkmusterland", base_url=site.url)
    write_saved(saved, tmp_path / "neu")
    assert read_saved(tmp_path / "neu") == saved
    first = {path.name: path.read_bytes() for path in (tmp_path / "neu").iterdir()}
    write_saved(read_saved(tmp_path / "neu"), tmp_path / "neu")
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "neu").iterdir()}


def test_a_client_of_ones_own_asks(site: Site) -> None:
    with httpx.Client(headers={"User-Agent": "pruefung"}) as client:
        fetch("lkmusterland", base_url=site.url, client=client)
        assert not client.is_closed
    assert {request.headers["user-agent"] for request in site.requests} == {"pruefung"}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(b'{"error": "Not found."}', status=404), "antwortet mit Status 404"),
        (Reply(b"", status=500), "antwortet mit Status 500"),
        (Reply(b"[1]", claim=500), "ist nicht erreichbar (RemoteProtocolError)"),
    ],
)
def test_a_server_that_fails_is_asked_no_further(site: Site, reply: Reply, message: str) -> None:
    site.add("/api/v3/regions/lkmusterland/", reply)
    with pytest.raises(DataProblems) as refused:
        fetch("lkmusterland", base_url=site.url)
    assert refusals(refused) == [("Integreat, region", message)]
    assert len(site.requests) == 1


def test_answers_without_end_are_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ANSWER_MAX_BYTES", 3 * 2**20)
    site.add(f"{START}locations/", Reply(endless=True))
    with pytest.raises(DataProblems, match="antwortet mit mehr als 3 MB"):
        fetch("lkmusterland", base_url=site.url)


def test_answers_that_are_no_lists_are_refused_together(site: Site) -> None:
    site.add(f"{START}locations/", Reply(b"<!DOCTYPE html><html>"))
    site.add(f"{START}pages/", Reply(b'{"a": 1}'))
    site.add(f"{START}offers/", Reply(b"[1, 2]"))
    with pytest.raises(DataProblems) as refused:
        fetch("lkmusterland", base_url=site.url)
    assert refusals(refused) == [
        ("locations.json", "ist eine Webseite statt Daten"),
        ("pages.json", "ist keine Liste von Einträgen"),
        ("offers.json", "ist keine Liste von Einträgen"),
    ]


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(DataProblems, match=r"ist nicht erreichbar \(ConnectError\)"):
        fetch("lkmusterland", base_url=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "LK", "a b", "x" * 200])
def test_names_that_are_none_are_not_asked_for(name: str) -> None:
    with pytest.raises(DataProblems, match="kennt keine Region oder Sprache"):
        fetch(name)


def test_a_folder_needs_places_and_events_only(tmp_path: Path) -> None:
    save(tmp_path, PLACES, EVENTS)
    for name in ("region", "pages", "offers"):
        (tmp_path / f"{name}.json").unlink()
    saved = read_saved(tmp_path)
    assert (saved.region, saved.pages, saved.offers) == ({}, (), ())
    for name in ("locations", "events"):
        (tmp_path / f"{name}.json").unlink()
    with pytest.raises(DataProblems) as refused:
        read_saved(tmp_path)
    assert refusals(refused) == [
        ("locations.json", "Datei fehlt"), ("events.json", "Datei fehlt"),
    ]  # fmt: skip


def test_the_list_of_regions_will_do_for_the_region(tmp_path: Path) -> None:
    save(tmp_path, PLACES)
    (tmp_path / "region.json").write_text(json.dumps([REGION, {}]), encoding="utf-8")
    assert read_saved(tmp_path).region["path"] == "lkmusterland"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "Datei ist leer"),
        (b"[", "kein gültiges JSON"),
        (b"[NaN]", "NaN ist keine Zahl"),
        (b"[Infinity]", "Infinity ist keine Zahl"),
        (b"\0", "Nullbytes"),
        (b"\xff\xfe[", "in keiner bekannten Kodierung"),
        (b"[" * 5000, "mehr als 200-mal verschachtelt"),
        (b'{"error": "x"}', "keine Liste von Einträgen"),
        (b"[" + b"{}," * 20_001 + b"{}]", "hat 20002 Einträge"),
        (b"[" + b"9" * 5000 + b"]", "kein gültiges JSON"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, raw: bytes, message: str) -> None:
    (save(tmp_path) / "locations.json").write_bytes(raw)
    with pytest.raises(DataProblems, match=message):
        read_saved(tmp_path)


def test_large_answers_on_one_line_are_read(tmp_path: Path) -> None:
    # Commas inside texts stay as they are, also beside a quotation mark.
    text = 'a,b\\",c' + "x" * 500
    save(tmp_path, [place(number, text) for number in range(900)])
    assert (tmp_path / "locations.json").stat().st_size > 1_000_000
    assert {entry["title"] for entry in read_saved(tmp_path).locations} == {text}


def test_halves_of_characters_and_endless_numbers_are_left_out(tmp_path: Path) -> None:
    (save(tmp_path) / "locations.json").write_text(
        r'[{"title": "a\ud800b", "location": {"latitude": 1e999}}]', encoding="utf-8"
    )
    saved = read_saved(tmp_path)
    assert saved.locations[0]["title"] == "ab"
    assert saved.locations[0]["location"]["latitude"] is None
    write_saved(saved, tmp_path)
    assert read_saved(tmp_path) == saved


@fuzz
@given(data=st.data(), name=st.sampled_from(["region", "locations", "events", "pages", "offers"]))
def test_damaged_files_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, name: str
) -> None:
    folder = save(tmp_path_factory.mktemp("damaged"), PLACES, EVENTS, PAGES, [PORTAL])
    path = folder / f"{name}.json"
    raw = data.draw(damaged(path.read_bytes()))
    survives(lambda path: read_saved(path.parent), path, raw)
