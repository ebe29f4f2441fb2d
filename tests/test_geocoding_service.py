"""A service on 127.0.0.1 is asked only what may leave the house, and believed only what fits."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems, GeocoderUnavailable
from sokanalysis.geocoding.service import VARIABLE, lookup
from sokanalysis.geocoding.service_client import service_name
from tests.conftest import KM_NORTH, table
from tests.fuzzing import damaged, fuzz, survives

BOX = (11.4, 50.3, 12.0, 50.8)
LAT, LON = 50.576, 11.805


def result(number="4", road="Oschitzer Straße", town="Schleiz", **others) -> dict:
    """One result as Nominatim sends it, numbers of the position as texts."""
    address = {"road": road, "town": town, "postcode": "07907", "country_code": "de"}
    if number:
        address["house_number"] = number
    found = {
        "lat": str(others.pop("lat", LAT)), "lon": str(others.pop("lon", LON)),
        "category": "building" if number else "highway",
        "display_name": f"{number}, {road}, {town}",
        "address": address | others.pop("address", {}), "place_id": 1, "importance": 0.1,
    }  # fmt: skip
    return found | others


class Service:
    """A server that answers by street and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.status, self.headers, self.raw = 200, {}, b""
        self.asked: list[dict[str, str]] = []
        self.agents: list[str] = []
        self.lines: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/search"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
                service.asked.append(query)
                service.lines.append(self.path)
                service.agents.append(self.headers["User-Agent"])
                found = service.answers.get(query.get("street", ""), [])
                raw = service.raw or json.dumps(found).encode()
                self.send_response(service.status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def service(monkeypatch) -> Iterator[Service]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    running = Service()
    thread = threading.Thread(target=running.server.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


def sites(*addresses: str, name: str = "Treff", place: str = "Schleiz") -> pd.DataFrame:
    return table("sites", [
        {"site_id": f"O{n}", "name": name, "address": text, "place": place}
        for n, text in enumerate(addresses)
    ])  # fmt: skip


def ask(service: Service, places: pd.DataFrame, tmp_path, **others):
    given = {"url": service.url, "sleep": lambda _: None} | others
    return lookup(places, BOX, tmp_path / "geocoder.json", **given)


def test_nothing_is_sent_unless_a_service_is_set(service, tmp_path):
    with pytest.raises(GeocoderUnavailable, match="kein Geocoder eingestellt"):
        ask(service, sites("Markt 1"), tmp_path, url="")
    assert service.asked == []
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_the_service(service, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, service.url)
    service.answers["4 Oschitzer Straße"] = [result()]
    answer = ask(service, sites("Oschitzer Straße 4"), tmp_path, url="")
    assert answer.rows["geocoding"].tolist() == ["gebaeude"]


@pytest.mark.parametrize(
    "url", ["geocoder", "ftp://geocoder/search", "http://", "file:///etc", "x:y"]
)
def test_only_addresses_of_the_web(service, tmp_path, url):
    with pytest.raises(GeocoderUnavailable, match="http://"):
        ask(service, sites("Markt 1"), tmp_path, url=url)


def test_what_is_sent_and_what_comes_back(service, tmp_path):
    service.answers["4 Oschitzer Straße"] = [result()]
    places = sites("c/o Erika Muster, Oschitzer Straße 4, 07907 Schleiz", name="Treff von Erika")
    answer = ask(service, places, tmp_path, user_agent="sokanalysis (amt@kreis.example)")
    assert service.asked == [
        {
            "street": "4 Oschitzer Straße", "city": "Schleiz", "postalcode": "07907",
            "countrycodes": "de", "format": "jsonv2", "addressdetails": "1", "limit": "10",
            "accept-language": "de", "bounded": "1",
            "viewbox": "11.40000,50.80000,12.00000,50.30000",  # left, top, right, bottom
        }
    ]  # fmt: skip
    assert "Erika" not in service.lines[0]
    assert service.agents == ["sokanalysis (amt@kreis.example)"]
    row = answer.rows.iloc[0]
    assert (row["lat"], row["lon"], row["geocoding"], row["score"]) == (LAT, LON, "gebaeude", 1)
    assert row["matched"] == "4, Oschitzer Straße, Schleiz"
    assert row["source"] == f"{service_name(service.url)} (OpenStreetMap)"
    assert answer.missing == ()


def test_one_request_a_second_and_none_twice(service, tmp_path):
    pauses: list[float] = []
    places = sites("Markt 1", "Markt 2", "Markt 1", "Markt 3")
    ask(service, places, tmp_path, sleep=pauses.append)
    assert [query["street"] for query in service.asked] == ["1 Markt", "2 Markt", "3 Markt"]
    assert pauses == [1.0, 1.0]  # between three requests
    before = (tmp_path / "geocoder.json").read_bytes()
    ask(service, places, tmp_path, sleep=pauses.append)
    assert len(service.asked) == 3
    assert (tmp_path / "geocoder.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["geocoder.json"]


def test_at_most_so_many_at_once_the_rest_next_time(service, tmp_path):
    places = sites("Markt 1", "Markt 2", "Markt 3")
    answer = ask(service, places, tmp_path, requests_max=2)
    assert len(service.asked) == 2
    assert answer.rows["reason"].iloc[2] == "nicht gefragt: höchstens 2 Anfragen auf einmal"
    ask(service, places, tmp_path, requests_max=2)
    assert [query["street"] for query in service.asked] == ["1 Markt", "2 Markt", "3 Markt"]


def test_a_key_in_the_address_is_neither_kept_nor_shown(service, tmp_path):
    url = f"{service.url}?key=geheim"
    answer = ask(service, sites("Markt 1"), tmp_path, url=url)
    assert service.asked[0]["key"] == "geheim"
    assert "geheim" not in (tmp_path / "geocoder.json").read_text(encoding="utf-8")
    assert "geheim" not in str(answer)
    service.status = 500
    with pytest.raises(GeocoderUnavailable) as refusal:
        ask(service, sites("Markt 2"), tmp_path, url=url)
    assert "geheim" not in str(refusal.value)


# --- What may not leave the house -------------------------------------------------------------


def test_tables_of_people_are_refused(service, tmp_path):
    accommodations = table("accommodations", [{"accommodation_id": "U1", "name": "Heim"}])
    people = pd.DataFrame({"name": ["Erika"], "address": ["Markt 1"], "place": ["Schleiz"]})
    counted = sites("Markt 1").assign(person_count=3)
    for places in (accommodations, people):
        with pytest.raises(DataProblems, match="keine Tabelle von Orten"):
            ask(service, places, tmp_path)
    with pytest.raises(DataProblems, match="person_count"):
        ask(service, counted, tmp_path)
    assert service.asked == []


def test_a_site_without_its_columns_is_refused(service, tmp_path):
    with pytest.raises(DataProblems, match="Anschrift"):
        ask(service, sites("Markt 1").drop(columns="address"), tmp_path)


@pytest.mark.parametrize(
    "name",
    ["Gemeinschaftsunterkunft Schleiz", "Übergangswohnheim", "Frauenhaus", "Schutzwohnung",
     "ASYLBEWERBERHEIM", "Obdachlosenhilfe", "Erstaufnahmeeinrichtung", "Frauenzufluchtswohnung"],
)  # fmt: skip
def test_where_people_live_or_hide_is_not_sent(service, tmp_path, name):
    answer = ask(service, sites("Markt 1", name=name), tmp_path)
    assert service.asked == []
    assert answer.rows["geocoding"].tolist() == ["unbekannt"]
    assert "wird nicht verschickt" in answer.missing[0].message


def test_without_street_or_place_nothing_is_sent(service, tmp_path):
    answer = ask(service, sites("", "Rathaus", "Postfach 12"), tmp_path)
    assert answer.rows["reason"].tolist() == ["keine Straße angegeben"] * 3
    answer = ask(service, sites("Markt 1", place=""), tmp_path)
    assert answer.rows["reason"].tolist() == ["kein Ort angegeben"]
    assert service.asked == []


# --- What is believed -------------------------------------------------------------------------

KM = KM_NORTH
BELIEVED = {
    "the very house": ([result()], "gebaeude", ""),
    "a range that holds it": ([result("2-6")], "gebaeude", ""),
    "spelled otherwise": ([result(road="Oschitzer Str.")], "gebaeude", ""),
    "only the street": ([result("")], "strasse", "Hausnummer 4 ist nicht verzeichnet"),
    "the house before the street": ([result("", lat=50.579), result()], "gebaeude", ""),
    "the house twice, 100 m apart": ([result(), result(lat=LAT + 0.1 * KM)], "gebaeude", ""),
    # Not what was asked for, or not one thing.
    "nothing": ([], "unbekannt", "ist ihm nicht bekannt"),
    "another house": ([result("6")], "unbekannt", "ist ihm nicht bekannt"),
    "a letter more": ([result("4a")], "unbekannt", "ist ihm nicht bekannt"),
    "another street": ([result(road="Oschitzer Weg")], "unbekannt", "ist ihm nicht bekannt"),
    "another place": ([result(town="Tanna")], "unbekannt", "ist ihm nicht bekannt"),
    "another code": ([result(address={"postcode": "07922"})], "unbekannt", "nicht bekannt"),
    "a shop of that street": ([result("", category="shop")], "unbekannt", "nicht bekannt"),
    "outside the district": ([result(lat=52.5, lon=13.4)], "unbekannt", "außerhalb des Kreises"),
    "far apart": ([result(), result(lat=LAT + 5 * KM)], "unbekannt", "mehrdeutig: 4, Oschitzer"),
    "streets far apart": (
        [result(""), result("", lat=LAT + 5 * KM)], "unbekannt", "mehrdeutig: , Oschitzer"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BELIEVED)
def test_only_what_was_asked_for_is_believed(service, tmp_path, case):
    found, quality, reason = BELIEVED[case]
    service.answers["4 Oschitzer Straße"] = found
    answer = ask(service, sites("Oschitzer Straße 4, 07907 Schleiz"), tmp_path)
    row = answer.rows.iloc[0]
    assert row["geocoding"] == quality
    assert reason in row["reason"]
    assert len(answer.missing) == (quality == "unbekannt")
    assert pd.isna(row["lat"]) == (quality == "unbekannt")


def test_a_village_that_is_named_has_to_be_there(service, tmp_path):
    village = {"village": "Ruppersdorf", "municipality": "Remptendorf"}
    service.answers["96 Ruppersdorf"] = [result("96", "Ruppersdorf", "", address=village)]
    places = sites("Ruppersdorf 96", place="Remptendorf OT Ruppersdorf")
    assert ask(service, places, tmp_path).rows["geocoding"].tolist() == ["gebaeude"]
    places = sites("Ruppersdorf 96", place="Remptendorf OT Gahma")
    assert ask(service, places, tmp_path).rows["geocoding"].tolist() == ["unbekannt"]


# --- A service that does not do what it should ------------------------------------------------

BROKEN = {
    "error": ({"status": 500}, "lehnt die Anfrage ab"),
    "forbidden": ({"status": 403}, "lehnt die Anfrage ab"),
    "too many": ({"status": 429}, "keine weiteren Anfragen"),
    "redirect": ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "leitet auf"),
    "web page": ({"raw": b"<!DOCTYPE html><p>Hallo"}, "antwortet nicht wie Nominatim"),
    "no JSON": ({"raw": b"{"}, "antwortet nicht wie Nominatim"),
    "no list": ({"raw": b'{"error": "x"}'}, "antwortet nicht wie Nominatim"),
    "no address": ({"raw": b'[{"lat": 1, "lon": 1}]'}, "antwortet nicht wie Nominatim"),
    "no number": ({"raw": b'[{"lat": "x", "lon": 1, "address": {}}]'}, "antwortet nicht wie"),
    "no position": ({"raw": b'[{"lat": null, "lon": 1, "address": {}}]'}, "antwortet nicht wie"),
    "infinite": ({"raw": b'[{"lat": "inf", "lon": 1, "address": {}}]'}, "antwortet nicht wie"),
    "nested": ({"raw": b"[" * 100_000}, "antwortet nicht wie Nominatim"),
    "NUL": ({"raw": b"[\0]"}, "antwortet nicht wie Nominatim"),
    "endless": ({"raw": b"[" + b" " * 2**21 + b"]"}, "mehr als 1 MB"),
    "packed": (
        {"raw": gzip.compress(b"[]"), "headers": {"Content-Encoding": "gzip"}}, "gepackt"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_service_is_named_and_what_it_said_is_kept(service, tmp_path, case):
    ask(service, sites("Markt 1"), tmp_path)
    kept = (tmp_path / "geocoder.json").read_bytes()
    faults, message = BROKEN[case]
    for name, value in faults.items():
        setattr(service, name, value)
    with pytest.raises(GeocoderUnavailable, match=message):
        ask(service, sites("Markt 1", "Markt 2"), tmp_path)
    assert (tmp_path / "geocoder.json").read_bytes() == kept


@settings(fuzz, max_examples=fuzz.max_examples // 4)  # a connection each
@given(data=st.data())
def test_a_damaged_answer_is_read_or_refused(service, tmp_path_factory, data):
    def read(path):
        answer = lookup(sites("Oschitzer Straße 4"), BOX, path.with_suffix(".json"),
                        url=service.url)  # fmt: skip
        assert answer.rows["geocoding"].isin(["gebaeude", "strasse", "unbekannt"]).all()

    service.raw = data.draw(damaged(json.dumps([result()]).encode())) or b" "
    survives(read, tmp_path_factory.mktemp("fuzz") / "unused", b"")


def test_nobody_there(service, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(GeocoderUnavailable, match="ist nicht erreichbar"):
        ask(service, sites("Markt 1"), tmp_path, url=f"http://127.0.0.1:{port}/search")


def test_long_and_strange_texts_of_a_service_are_cut_and_stay_text(service, tmp_path):
    script = "<script>alert(1)</script>"
    service.answers["4 Oschitzer Straße"] = [
        result(display_name=script + "A" * 5000, address={"x": 5, "y": ["z"]})
    ]
    row = ask(service, sites("Oschitzer Straße 4"), tmp_path).rows.iloc[0]
    assert row["matched"] == (script + "A" * 5000)[:300]


# --- The file with answers --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "[]", "5", '{"a": 5}', '{"a": [5]}', '{"a": [{"lat": 1}]}', "{", "<html>"]
)
def test_a_file_that_is_not_ours_is_refused_and_left_alone(service, tmp_path, text):
    path = tmp_path / "geocoder.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataProblems, match=r"geocoder\.json"):
        ask(service, sites("Markt 1"), tmp_path)
    assert path.read_text(encoding="utf-8") == text
    assert service.asked == []


KEPT = json.dumps({"127.0.0.1:1/search?street=1 Markt": [
    {"lat": LAT, "lon": LON, "category": "building", "shown": "1, Markt", "address": {"road": "x"}}
]}).encode()  # fmt: skip


@fuzz
@given(st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, data):
    def read(path):
        # Nothing is left to ask, so that only the file can fail.
        lookup(sites("Rathaus"), BOX, path, url="http://127.0.0.1:1/search")

    path = tmp_path_factory.mktemp("fuzz") / "geocoder.json"
    survives(read, path, data.draw(damaged(KEPT)))
