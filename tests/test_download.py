"""Downloads from a real server on this machine, in all the ways in which they go wrong."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import threading
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sokanalysis.errors import DataProblems
from sokanalysis.fetch.content import fault
from sokanalysis.fetch.download import download, download_all, open_client
from sokanalysis.fetch.provenance import record
from sokanalysis.fetch.sources import KINDS, Licence, Source, load_sources
from sokanalysis.fetch.transfer import REDIRECTS_MAX, Patience
from tests.fuzzing import damaged, fuzz
from tests.serving import Reply, archive, serving

# Stored, not packed: 300 kB on the wire, so that it breaks off in the middle of something.
GRID = archive(Zensus2022_Bevoelkerungszahl_1km_Gitter__csv=b"GITTER_ID_1km;Einwohner\r\n" * 12_000)
TABLE = "GENESIS-Tabelle: 12411-01-01-5\nBevölkerung;;\n16075;Saale-Orla-Kreis;79900\n".encode(
    "cp1252"
)
PBF = b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c" + bytes(range(200))
PAGE = b"<!DOCTYPE html>\n<html><script>alert(1)</script>Wartung \x1b[31m</html>"
QUICK = Patience(tries=3, first_wait_s=0.01, longest_wait_s=0.4, timeout_s=5)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site():
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def client():
    with open_client() as found:
        yield found


def source(url: str, **changes: object) -> Source:
    sound = Source(
        key="gitter",
        place="sources.yaml, Zeile 104",
        title="Gitter",
        url=url,
        file="gitter.zip",
        kind="zip",
        licence=Licence("DL-DE-BY-2.0", "Datenlizenz", "https://www.govdata.de/dl-de/by-2-0"),
        credit="© Amt",
        changes="nie",
        max_mb=1,
        by_hand="Im Browser holen und als „quellen/gitter.zip“ ablegen.",
        address_quality="belegt",
        evidence="Test",
    )
    return dataclasses.replace(sound, **changes)


@pytest.fixture
def get(tmp_path, client):
    def got(wanted: Source, **options: object):
        return download(wanted, tmp_path, **{"client": client, "patience": QUICK} | options)

    return got


@pytest.fixture
def refused(get, tmp_path):
    """The message of a download that fails, after which nothing may lie in place."""

    def message(wanted: Source, **options: object) -> str:
        with pytest.raises(DataProblems) as refusal:
            get(wanted, **options)
        assert not (tmp_path / "quellen" / wanted.file).exists()
        [problem] = refusal.value.problems
        assert problem.file == wanted.file
        assert wanted.by_hand in problem.remedy
        return str(problem)

    return message


def raw_files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "quellen").iterdir())


# What arrives


def test_a_file_arrives_whole_with_where_it_came_from(site, get, tmp_path):
    modified = "Tue, 03 Nov 2026 10:00:00 GMT"
    url = site.add("/a.zip", Reply(GRID, etag='"1"', headers={"Last-Modified": modified}))
    seen: list[tuple[int, int | None]] = []
    fetched = get(source(url), progress=lambda *step: seen.append(step))
    origin = fetched.origin
    assert (fetched.state, fetched.path) == ("new", tmp_path / "quellen" / "gitter.zip")
    assert fetched.path.read_bytes() == GRID
    assert (origin.url, origin.final_url, origin.etag) == (url, url, '"1"')
    assert (origin.last_modified, origin.size_bytes) == (modified, len(GRID))
    assert origin.sha256 == hashlib.sha256(GRID).hexdigest()
    assert seen[-1] == (len(GRID), len(GRID))
    assert seen == sorted(seen)
    assert raw_files(tmp_path) == ["gitter.zip"]


def test_the_request_says_who_asks_and_wants_nothing_packed(site, get):
    get(source(site.add("/a.zip", Reply(GRID))))
    [request] = site.requests
    assert request.headers["user-agent"].startswith("sokanalysis/")
    assert request.headers["accept-encoding"] == "identity"


def test_what_comes_packed_all_the_same_is_unpacked(site, get):
    url = site.add("/t.csv", Reply(TABLE, etag='"1"', packed=True))
    fetched = get(source(url, kind="csv", file="t.csv"))
    assert fetched.path.read_bytes() == TABLE


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "unsinn"])
def test_other_packings_are_refused(site, refused, coding):
    # Twice gzip turns 64 kB into 64 GB; httpx would unpack it in memory.
    url = site.add("/a.zip", Reply(GRID, headers={"Content-Encoding": coding}))
    assert "unbekannten Verpackung" in refused(source(url))
    assert len(site.requests) == 1


def test_a_packed_bomb_stops_at_the_size_that_is_allowed(site, refused):
    # 5 MB of zeros are 5 kB packed; 1 MB is allowed.
    url = site.add("/a.zip", Reply(b"\0" * 5_000_000, packed=True))
    assert "größer als erlaubt (1 MB)" in refused(source(url))


def test_a_single_table_is_taken_out_of_its_archive(site, get, tmp_path):
    url = site.add("/tablefile", Reply(archive(tabelle_flat__csv=TABLE)))
    fetched = get(source(url, kind="csv", file="t.csv"))
    assert fetched.path.read_bytes() == TABLE
    assert fetched.origin.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert raw_files(tmp_path) == ["t.csv"]


@pytest.mark.parametrize("count", [0, 2])
def test_an_archive_that_does_not_hold_one_table_is_no_table(site, refused, count):
    members = {f"t{number}__csv": TABLE for number in range(count)} | {"liesmich__txt": b"x"}
    url = site.add("/tablefile", Reply(archive(**members)))
    assert f"enthält {count} Tabellen statt einer" in refused(source(url, kind="csv", file="t.csv"))


# Breaking off and going on


def test_a_broken_transfer_goes_on_where_it_broke_off(site, get):
    sound = Reply(GRID, etag='"1"')
    url = site.add("/a.zip", dataclasses.replace(sound, cut=100_000), sound)
    assert get(source(url)).path.read_bytes() == GRID
    assert site.ranges() == ["", "bytes=100000-"]
    assert site.requests[1].headers["if-range"] == '"1"'


def test_many_breaks_are_borne_as_long_as_something_new_comes(site, get):
    # Six times 50 kB, three tries without anything new would be the end.
    part = Reply(GRID, etag='"1"', cut=50_000)
    url = site.add("/a.zip", part)
    assert get(source(url)).path.read_bytes() == GRID
    assert len(site.requests) == -(-len(GRID) // 50_000)


def test_an_interrupted_download_goes_on_next_time(site, get, refused, tmp_path):
    cut = Reply(GRID, etag='"1"', cut=100_000)
    url = site.add("/a.zip", cut, Reply(status=503))
    refused(source(url))
    assert raw_files(tmp_path) == ["gitter.zip.teil", "gitter.zip.teil.json"]
    before = len(site.requests)
    site.add("/a.zip", Reply(GRID, etag='"1"'))
    assert get(source(url)).path.read_bytes() == GRID
    assert site.ranges()[before:] == ["bytes=100000-"]
    assert raw_files(tmp_path) == ["gitter.zip"]


def test_a_part_of_another_address_is_not_gone_on_with(site, get, refused):
    refused(source(site.add("/a.zip", Reply(GRID, etag='"1"', cut=9000), Reply(status=503))))
    before = len(site.requests)
    other = site.add("/b.zip", Reply(GRID, etag='"1"'))
    assert get(source(other)).path.read_bytes() == GRID
    assert site.ranges()[before:] == [""]


@pytest.mark.parametrize("note", [b"", b"[1]", b'{"url": 5}', b"\xff", b"{" * 5000])
def test_a_damaged_note_means_beginning_anew(site, get, tmp_path, note):
    url = site.add("/a.zip", Reply(GRID, etag='"1"'))
    (tmp_path / "quellen").mkdir()
    (tmp_path / "quellen" / "gitter.zip.teil").write_bytes(b"Unsinn")
    (tmp_path / "quellen" / "gitter.zip.teil.json").write_bytes(note)
    assert get(source(url)).path.read_bytes() == GRID
    assert site.ranges() == [""]


def test_a_server_that_ignores_ranges_begins_anew(site, get):
    cut = Reply(GRID, etag='"1"', cut=100_000)
    url = site.add("/a.zip", cut, Reply(GRID, etag='"1"', ranges=False))
    assert get(source(url)).path.read_bytes() == GRID


@pytest.mark.parametrize("blind", [False, True])
def test_a_file_that_changes_in_between_is_not_mixed(site, get, blind):
    # A sound server sends all of the new file; a blind one its rest, with the new ETag.
    new = archive(neu__csv=b"Stand;heute\n" * 20_000)
    later = Reply(new, etag='"2"', blind=blind)
    url = site.add("/a.zip", Reply(GRID, etag='"1"', cut=100_000), later)
    fetched = get(source(url))
    assert fetched.path.read_bytes() == new
    assert fetched.origin.etag == '"2"'


def test_a_part_longer_than_the_file_begins_anew(site, get):
    # The file shrank: 416, then all of it.
    cut = Reply(GRID, etag='"1"', cut=200_000)
    small = archive(klein__csv=b"a;b\n")
    url = site.add("/a.zip", cut, Reply(small, etag='"1"', blind=True))
    assert get(source(url)).path.read_bytes() == small
    assert site.ranges() == ["", "bytes=200000-", ""]


@pytest.mark.parametrize("etag", ["", 'W/"1"', '"ü"'])
def test_without_a_strong_mark_nothing_is_gone_on_with(site, get, etag):
    url = site.add("/a.zip", Reply(GRID, etag=etag, cut=100_000), Reply(GRID, etag=etag))
    assert get(source(url)).path.read_bytes() == GRID
    assert site.ranges() == ["", ""]


def test_the_rest_of_a_packed_file_is_not_added_to_a_plain_one(site, get):
    cut = Reply(GRID, etag='"1"', cut=100_000)
    url = site.add("/a.zip", cut, Reply(GRID, etag='"1"', packed=True), Reply(GRID, etag='"1"'))
    assert get(source(url)).path.read_bytes() == GRID
    assert site.ranges() == ["", "bytes=100000-", ""]


def test_a_date_is_a_mark_too(site, get):
    dated = {"Last-Modified": "Tue, 03 Nov 2026 10:00:00 GMT"}
    cut = Reply(GRID, headers=dated, cut=100_000)
    url = site.add("/a.zip", cut, Reply(GRID, headers=dated, blind=True))
    assert get(source(url)).path.read_bytes() == GRID
    assert site.ranges() == ["", "bytes=100000-"]


def test_a_length_that_is_too_long_is_no_file(site, refused):
    url = site.add("/a.zip", Reply(GRID, etag='"1"', claim=len(GRID) + 10))
    assert "brach ab" in refused(source(url))
    assert len(site.requests) <= 10


def test_a_length_that_is_too_short_is_no_file(site, refused):
    # The rest never arrives, and the table of contents of a zip archive stands at its end.
    url = site.add("/a.zip", Reply(GRID, claim=len(GRID) - 10))
    assert "ist kein lesbares Zip-Archiv" in refused(source(url))


# Sizes and times


def test_what_says_to_be_too_large_is_not_begun(site, refused, tmp_path):
    url = site.add("/a.zip", Reply(GRID, claim=1_000_001))
    message = refused(source(url))
    assert "ist mit 1 MB größer als erlaubt (1 MB)" in message
    assert "„max_mb“ unter „gitter“ in quellen.yaml erhöhen" in message
    assert raw_files(tmp_path) == []


def test_a_body_without_end_is_cut_off(site, refused, tmp_path):
    url = site.add("/a.zip", Reply(endless=True))
    assert "größer als erlaubt" in refused(source(url))
    assert raw_files(tmp_path) == []


def test_a_server_that_falls_silent_is_given_up(site, refused):
    url = site.add("/a.zip", Reply(GRID, pause_s=0.3))
    began = time.monotonic()
    silent = dataclasses.replace(QUICK, tries=2, timeout_s=0.05)
    assert "antwortet nicht mehr" in refused(source(url), patience=silent)
    assert time.monotonic() - began < 2


def test_a_trickle_is_given_up(site, refused):
    # 10 bytes each 20 ms are 500 bytes a second; a million are asked for.
    url = site.add("/a.zip", Reply(GRID, pause_s=0.02, chunk=10))
    slow = dataclasses.replace(QUICK, tries=2, grace_s=0.1, slowest_bytes_per_s=1e6)
    assert "kommt zu langsam" in refused(source(url), patience=slow)


def test_a_stop_ends_transfers_and_waits_and_keeps_what_came(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID, etag='"1"', pause_s=0.05))
    stopping = dataclasses.replace(QUICK, stop=threading.Event(), first_wait_s=60)
    seen = []

    def stop_soon(done: int, _total: int | None) -> None:
        seen.append(done)
        stopping.stop.set()

    with pytest.raises(DataProblems, match="wurde abgebrochen"):
        get(source(url), patience=stopping, progress=stop_soon)
    assert (tmp_path / "quellen" / "gitter.zip.teil").stat().st_size >= seen[0]


# Statuses


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(site, get, status):
    url = site.add("/a.zip", Reply(status=status), Reply(GRID))
    assert get(source(url)).state == "new"
    assert len(site.requests) == 2


def test_a_server_that_stays_busy_is_given_up(site, refused):
    assert "Status 503" in refused(source(site.add("/a.zip", Reply(status=503))))
    assert len(site.requests) == QUICK.tries


def waits(site, get, headers: dict[str, str]) -> list[float]:
    """Seconds waited before a second try."""
    url = site.add("/a.zip", Reply(status=429, headers=headers), Reply(GRID))
    waited: list[float] = []

    class Watch(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return False

    get(source(url), patience=dataclasses.replace(QUICK, stop=Watch(), longest_wait_s=30))
    return waited


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("7", 7.0), ("0", 0.0), ("bald", 0.01), ("-5", 0.01), ("²", 0.01), ("Sun, 99 Foo", 0.01)],
)
def test_the_source_says_how_long_to_wait(site, get, word, seconds):
    assert waits(site, get, {"Retry-After": word}) == [seconds]


def test_a_time_of_day_counts_from_the_clock_of_the_server(site, get):
    headers = {
        "Date": "Tue, 03 Nov 2026 10:00:00 GMT",
        "Retry-After": "Tue, 03 Nov 2026 10:00:20 GMT",
    }
    assert waits(site, get, headers) == [20.0]


def test_a_source_that_wants_to_rest_for_long_is_left_alone(site, refused):
    url = site.add("/a.zip", Reply(status=503, headers={"Retry-After": "3600"}))
    assert "bittet um 3600 Sekunden Geduld" in refused(source(url))
    assert len(site.requests) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_moved_file_names_the_line_to_change(site, refused, status):
    shipped = refused(source(site.add("/a.zip", Reply(PAGE, status=status))))
    assert f"liegt nicht mehr unter {site.url}/a.zip (Status {status})" in shipped
    assert "in quellen.yaml unter „gitter:“ die neue Adresse als „url:“ eintragen" in shipped
    assert "(ausgeliefert: sources.yaml, Zeile 104)" in shipped
    own = source(site.url + "/a.zip", place="quellen.yaml, Zeile 3")
    assert "die Adresse in quellen.yaml, Zeile 3 berichtigen" in refused(own)
    assert len(site.requests) == 2


@pytest.mark.parametrize("status", [204, 206, 304, 400, 403, 418, 451])
def test_other_statuses_are_final(site, refused, status):
    refused(source(site.add("/a.zip", Reply(status=status))))
    assert len(site.requests) <= QUICK.tries


# Redirects


def test_redirects_are_followed_and_noted(site, get):
    new = site.add("/neu.zip", Reply(GRID))
    url = site.add("/a.zip", Reply(status=302, headers={"Location": "/neu.zip"}))
    assert get(source(url)).origin.final_url == new


def test_five_redirects_are_followed_a_sixth_is_not(site, get, refused):
    for number in range(REDIRECTS_MAX):
        site.add(f"/{number}", Reply(status=301, headers={"Location": f"/{number + 1}"}))
    site.add(f"/{REDIRECTS_MAX}", Reply(GRID))
    first = site.add("/start", Reply(status=307, headers={"Location": "/0"}))
    assert "mehr als 5-mal umgeleitet" in refused(source(first))
    assert get(source(site.url + "/0")).state == "new"


def test_a_circle_of_redirects_ends(site, refused):
    url = site.add("/a.zip", Reply(status=302, headers={"Location": "/a.zip"}))
    assert "mehr als 5-mal umgeleitet" in refused(source(url))
    assert len(site.requests) == REDIRECTS_MAX + 1


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)"],
)
def test_redirects_elsewhere_are_not_followed(site, refused, target):
    refused(source(site.add("/a.zip", Reply(status=302, headers={"Location": target}))))
    assert len(site.requests) == 1


@pytest.mark.parametrize("target", ["http://[", "//:0x", "http://\xff/"])
def test_redirects_to_nowhere_are_not_followed(site, refused, target):
    refused(source(site.add("/a.zip", Reply(status=302, headers={"Location": target}))))


def test_nothing_leads_from_https_to_http(refused):
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        return httpx.Response(302, headers={"Location": "http://amt.example/a.zip"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as mock:
        message = refused(source("https://amt.example/a.zip"), client=mock)
    assert "wird nach „http://amt.example/a.zip“ umgeleitet; dorthin folgen wir nicht" in message


# Content


def test_a_page_in_place_of_the_file_is_shown_harmless(site, refused):
    message = refused(source(site.add("/a.zip", Reply(PAGE))))
    assert "ist eine Webseite und kein Zip-Archiv" in message
    assert "‹!DOCTYPE html› ‹html›‹script›alert(1)‹/script›Wartung" in message
    assert not set(message) & set("<>\x1b\n")
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("zip", b"", "ist leer (0 Bytes)"),
        ("zip", b"Rar!\x1a\x07\x00", "ist kein Zip-Archiv"),
        ("zip", GRID[:-30], "ist kein lesbares Zip-Archiv"),
        ("zip", archive(**{"../x": b"1"}), "führt aus dem Archiv hinaus"),
        ("xlsx", GRID, "ist keine Excel-Mappe"),
        ("pbf", GRID, "ist kein Auszug von OpenStreetMap"),
        ("csv", b"\0" * 100, "Nullbytes"),
        ("csv", b"Zugriff verweigert", "ist keine Tabelle"),
        ("csv", PAGE, "ist eine Webseite und keine Tabelle (CSV)"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(site, refused, tmp_path, kind, body, words):
    assert words in refused(source(site.add("/a", Reply(body)), kind=kind))
    assert raw_files(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [("pbf", PBF), ("csv", TABLE), ("xlsx", archive(**{"xl/workbook__xml": b"<workbook/>"}))],
)
def test_what_is_of_its_kind_is_taken(site, get, kind, body):
    assert get(source(site.add("/a", Reply(body)), kind=kind)).path.read_bytes() == body


@fuzz
@given(
    raw=st.sampled_from([GRID[-2000:], PBF, TABLE]).flatmap(damaged), kind=st.sampled_from([*KINDS])
)
def test_what_is_wrong_with_damaged_files_can_be_said(tmp_path, raw, kind):
    (tmp_path / "x").write_bytes(raw)
    message, start = fault(tmp_path / "x", kind)
    assert (message + start).isprintable()
    assert not set(message + start) & set("<>")


def test_a_checksum_given_has_to_match(site, get, refused):
    url = site.add("/a.zip", Reply(GRID))
    assert "Prüfsumme" in refused(source(url, sha256="0" * 64))
    assert get(source(url, sha256=hashlib.sha256(GRID).hexdigest())).state == "new"


def test_the_checksum_of_the_source_has_to_match(site, get, refused):
    url = site.add("/a.pbf", Reply(PBF))
    wanted = source(url, kind="pbf", checksum=".md5")
    right = f"{hashlib.md5(PBF).hexdigest()}  thueringen-latest.osm.pbf\n".encode()
    site.add("/a.pbf.md5", Reply(b"0" * 32))
    assert "nicht die Prüfsumme der Quelle (MD5)" in refused(wanted)
    # Published anew between the two requests: the second try fits.
    site.add("/a.pbf.md5", Reply(b"0" * 32), Reply(right))
    assert get(wanted).state == "new"


@pytest.mark.parametrize(
    ("reply", "words"),
    [(Reply(status=404), "Status 404"), (Reply(PAGE), "keine lesbare Prüfsumme (.md5)")],
)
def test_a_checksum_that_is_missing_stops_before_the_file(site, refused, reply, words):
    url = site.add("/a.pbf", Reply(PBF))
    site.add("/a.pbf.md5", reply)
    assert words in refused(source(url, kind="pbf", checksum=".md5"))
    assert [request.path for request in site.requests] == ["/a.pbf.md5"]


# Files that are there


def test_a_sound_file_is_asked_for_only_if_changed(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID, etag='"1"'))
    first = get(source(url))
    record(tmp_path, [first])
    second = get(source(url))
    assert (second.state, second.origin) == ("unchanged", first.origin)
    assert site.requests[1].headers["if-none-match"] == '"1"'
    assert get(source(url), again=True).state == "new"
    assert "if-none-match" not in site.requests[2].headers


def test_a_file_that_changed_at_the_source_is_fetched(site, get, tmp_path):
    url = site.add(
        "/a.zip", Reply(GRID, etag='"1"'), Reply(new := archive(n__csv=b"x;y"), etag='"2"')
    )
    record(tmp_path, [get(source(url))])
    fetched = get(source(url))
    assert (fetched.state, fetched.path.read_bytes()) == ("new", new)


def test_a_file_from_another_address_is_fetched_anew(site, get, tmp_path):
    record(tmp_path, [get(source(site.add("/a.zip", Reply(GRID, etag='"1"'))))])
    other = site.add("/b.zip", Reply(GRID, etag='"1"'))
    assert get(source(other)).state == "new"
    assert "if-none-match" not in site.requests[1].headers


def test_a_source_that_marks_nothing_is_not_asked_again(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID))
    record(tmp_path, [get(source(url))])
    assert get(source(url)).state == "unchanged"
    assert len(site.requests) == 1


def test_a_file_put_there_by_hand_stays(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID))
    (tmp_path / "quellen").mkdir()
    (tmp_path / "quellen" / "gitter.zip").write_bytes(own := archive(eigen__csv=b"a;b"))
    fetched = get(source(url))
    assert (fetched.state, fetched.origin.is_by_hand, fetched.origin.final_url) == (
        "by_hand",
        True,
        "",
    )
    record(tmp_path, [fetched])
    assert get(source(url)).state == "by_hand"
    assert fetched.path.read_bytes() == own
    assert site.requests == []
    assert get(source(url), again=True).path.read_bytes() == GRID


def test_a_damaged_file_is_replaced(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID))
    (tmp_path / "quellen").mkdir()
    (tmp_path / "quellen" / "gitter.zip").write_bytes(GRID[:-30])
    assert get(source(url)).path.read_bytes() == GRID


def test_a_sound_file_outlives_a_network_that_is_down(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID, etag='"1"'))
    first = get(source(url))
    record(tmp_path, [first])
    site.add("/a.zip", Reply(status=503))
    fetched = get(source(url))
    assert (fetched.state, fetched.origin) == ("unchecked", first.origin)
    assert "Status 503" in fetched.note


def test_a_sound_file_does_not_hide_that_the_address_moved(site, get, tmp_path):
    url = site.add("/a.zip", Reply(GRID, etag='"1"'), Reply(status=404))
    first = get(source(url))
    record(tmp_path, [first])
    with pytest.raises(DataProblems, match="Status 404"):
        get(source(url))
    assert first.path.read_bytes() == GRID


def test_a_folder_that_cannot_be_made_is_said(site, client, tmp_path):
    (tmp_path / "quellen").write_text("eine Datei")
    with pytest.raises(DataProblems, match="lässt sich nicht ablegen"):
        download(source(site.add("/a.zip", Reply(GRID))), tmp_path, client=client)


def test_a_file_that_is_open_elsewhere_is_left_and_said(site, get, monkeypatch):
    # As Windows does while a workbook is open.
    def held(_path: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    url = site.add("/a.zip", Reply(GRID, etag='"1"'))
    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(DataProblems, match=r"nicht ablegen \(Permission denied\).*Programm offen"):
        get(source(url))


# Networks


def test_no_connection_says_so_and_what_to_do_by_hand(refused):
    with serving() as gone:
        url = gone.url + "/a.zip"
    message = refused(source(url))
    assert "war nicht zu erreichen: keine Verbindung zu 127.0.0.1" in message
    assert "Internetverbindung prüfen" in message


def failing(error: Exception) -> httpx.Client:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    return httpx.Client(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            httpx.ConnectError("[Errno -2] Name or service not known"),
            "keine Verbindung zu amt.example",
        ),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), "SSL_CERT_FILE"),
        (httpx.ConnectTimeout("geheim"), "keine Verbindung zu amt.example"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "kam nicht durch den Proxy (407)"),
        (httpx.ProxyError("502 geheim"), "kam nicht durch den Proxy –"),
        (httpx.DecodingError("geheim"), "brach ab"),
        (httpx.LocalProtocolError("Illegal header value b'geheim'"), "ließ sich nicht anfordern"),
        (UnicodeError("geheim"), "ließ sich nicht anfordern"),
        (OSError(28, "No space left on device"), "lässt sich nicht ablegen (No space"),
    ],
)
def test_each_failure_has_its_words_and_none_of_the_librarys(refused, error, words):
    with failing(error) as mock:
        message = refused(source("https://amt.example/a.zip"), client=mock)
    # The words that were there before stand between value and remedy.
    assert words.removesuffix(" –") in message
    assert "geheim" not in message


def test_a_proxy_that_wants_a_login_is_said_over_http_and_https(site, refused, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", site.url)
    monkeypatch.setenv("HTTPS_PROXY", site.url)
    site.add("http://amt.example/a.zip", Reply(status=407))
    site.add("amt.example:443", Reply(status=407))
    with open_client() as proxied:
        for scheme in ("http", "https"):
            message = refused(source(f"{scheme}://amt.example/a.zip"), client=proxied)
            assert "kam nicht durch den Proxy (407)" in message
            assert "HTTPS_PROXY" in message
    assert [request.method for request in site.requests] == ["GET", "CONNECT"]


@pytest.mark.parametrize("proxy", ["unsinn://x", "http://proxy:viele", "socks5://127.0.0.1:1"])
def test_an_unreadable_proxy_is_named(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(DataProblems, match="HTTPS_PROXY"):
        open_client()


def test_unreadable_certificates_are_named(monkeypatch, tmp_path):
    (tmp_path / "haus.pem").write_text("kein Zertifikat")
    for name in ("haus.pem", "fehlt.pem"):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))
        with pytest.raises(DataProblems, match="SSL_CERT_FILE"):
            open_client()


# Databases that want a login

LOGIN = {
    "form": {"name": "12411-02-03-5", "regionalkey": "16075*"},
    "login": "REGIONALSTATISTIK",
    "kind": "csv",
    "file": "t.csv",
}


@pytest.fixture
def credentials(monkeypatch):
    monkeypatch.setenv("SOK_REGIONALSTATISTIK_NAME", " RE001 \n")
    monkeypatch.setenv("SOK_REGIONALSTATISTIK_PASSWORT", "Gehäuse")


@pytest.mark.usefixtures("credentials")
def test_a_table_is_asked_for_with_credentials_in_the_head(site, get):
    url = site.add("/tablefile", Reply(TABLE))
    fetched = get(source(url, **LOGIN))
    [request] = site.requests
    assert (request.method, request.body) == ("POST", b"name=12411-02-03-5&regionalkey=16075%2A")
    assert request.headers["username"] == "RE001"
    assert request.headers["password"].encode("latin-1").decode() == "Gehäuse"
    assert fetched.origin.url == f"{url}?name=12411-02-03-5&regionalkey=16075%2A"


def test_without_credentials_nobody_is_asked(site, refused, monkeypatch):
    monkeypatch.delenv("SOK_REGIONALSTATISTIK_NAME", raising=False)
    message = refused(source(site.add("/tablefile", Reply(TABLE)), **LOGIN))
    assert "SOK_REGIONALSTATISTIK_NAME und SOK_REGIONALSTATISTIK_PASSWORT" in message
    assert site.requests == []


def test_a_name_of_several_lines_is_not_sent(site, refused, monkeypatch):
    monkeypatch.setenv("SOK_REGIONALSTATISTIK_NAME", "a\r\nX-Extra: 1")
    refused(source(site.add("/tablefile", Reply(TABLE)), **LOGIN))
    assert site.requests == []


@pytest.mark.parametrize(
    "reply", [Reply(status=401), Reply(status=503), Reply(PAGE), Reply(cut=0, claim=9)]
)
@pytest.mark.usefixtures("credentials")
def test_credentials_stand_in_no_message_and_no_file(site, refused, tmp_path, reply):
    message = refused(source(site.add("/tablefile", reply), **LOGIN))
    written = b"".join(path.read_bytes() for path in (tmp_path / "quellen").iterdir())
    assert not {"RE001", "Gehäuse"} & set(message.split())
    assert b"RE001" not in written


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.usefixtures("credentials")
def test_credentials_are_not_sent_elsewhere(site, refused, status):
    site.add("/neu", Reply(TABLE))
    url = site.add("/tablefile", Reply(status=status, headers={"Location": "/neu"}))
    assert "dorthin folgen wir nicht" in refused(source(url, **LOGIN))
    with serving() as other:
        away = other.add("/neu", Reply(TABLE)).replace("127.0.0.1", "localhost")
        url = site.add("/tablefile", Reply(status=307, headers={"Location": away}))
        assert "dorthin folgen wir nicht" in refused(source(url, **LOGIN))
        assert other.requests == []


@pytest.mark.usefixtures("credentials")
def test_a_table_moved_on_its_own_host_is_followed(site, get):
    site.add("/neu", Reply(TABLE))
    url = site.add("/tablefile", Reply(status=307, headers={"Location": "/neu"}))
    assert get(source(url, **LOGIN)).state == "new"
    assert site.requests[1].method == "POST"


@pytest.mark.usefixtures("credentials")
def test_a_refusal_of_the_database_is_quoted(site, refused):
    # As GENESIS answers, with status 200.
    reply = (
        b'{"Ident":{},"Status":{"Code":104,"Content":"Keine <b>Objekte</b>\\u0007"},"Parameter":{}}'
    )
    message = refused(source(site.add("/tablefile", Reply(reply)), **LOGIN))
    assert "statt einer Tabelle: „Keine ‹b›Objekte‹/b› “" in message


@pytest.mark.parametrize("reply", [b"{", b"{}", b'{"Status": 5}', b"{" * 5000, b"[" * 9 + b";"])
@pytest.mark.usefixtures("credentials")
def test_a_refusal_without_words_is_one_too(site, refused, reply):
    wanted = source(site.add("/tablefile", Reply(reply)), **LOGIN)
    if reply.startswith(b"{"):
        assert "ohne lesbare Begründung" in refused(wanted)


# Several at once


def several(site, count: int, **reply: object) -> list[Source]:
    return [
        source(
            site.add(f"/{number}.zip", Reply(GRID, **reply)),
            key=f"q{number}", title=f"Quelle [{number}]", file=f"{number}.zip",
        )
        for number in range(count)
    ]  # fmt: skip


def all_of(sources: list[Source], folder: Path, client: httpx.Client, *, terminal: bool = False):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=150)
    found = download_all(sources, folder, client=client, patience=QUICK, console=console)
    return *found, out.getvalue()


def test_files_come_two_at_a_time_and_in_order(site, client, tmp_path, monkeypatch):
    running: list[str] = []
    counts: list[int] = []

    def watched(wanted: Source, *words: object, **options: object):
        running.append(wanted.key)
        counts.append(len(running))
        try:
            return download(wanted, *words, **options)
        finally:
            running.remove(wanted.key)

    monkeypatch.setattr("sokanalysis.fetch.download.download", watched)
    fetched, problems, said = all_of(several(site, 4, pause_s=0.005), tmp_path, client)
    assert [entry.origin.key for entry in fetched] == ["q0", "q1", "q2", "q3"]
    assert (problems, max(counts)) == ([], 2)
    # 300 kB and the frame of the archive.
    words = ("geladen (0,3 MB)", "wird geladen (0,3 MB)")
    assert sorted(said.splitlines()) == [
        f"Quelle [{n}]: {word}" for n in range(4) for word in words
    ]


def test_all_problems_come_together(site, client, tmp_path):
    sources = several(site, 4)
    site.add("/1.zip", Reply(status=404))
    site.add("/3.zip", Reply(PAGE))
    fetched, problems, said = all_of(sources, tmp_path, client)
    assert [entry.origin.key for entry in fetched] == ["q0", "q2"]
    assert [problem.file for problem in problems] == ["1.zip", "3.zip"]
    assert "Quelle [1]: nicht erhalten" in said


def test_a_terminal_shows_bars_in_german(site, client, tmp_path):
    _, _, said = all_of(several(site, 1, pause_s=0.01), tmp_path, client, terminal=True)
    assert "Quelle [0]" in said
    assert " von 0,3 MB" in said
    assert "geladen (0,3 MB)" in said


def test_nothing_to_fetch_is_nothing_wrong(client, tmp_path):
    assert all_of([], tmp_path, client)[:2] == ([], [])


def test_ctrl_c_stops_the_others(site, client, tmp_path, monkeypatch):
    sources = several(site, 2, pause_s=0.02)

    def interrupted(*_words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sokanalysis.fetch.progress.Bars.show", interrupted)
    stopping = dataclasses.replace(QUICK, stop=threading.Event())
    quiet = Console(file=io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        download_all(sources, tmp_path, client=client, patience=stopping, console=quiet)
    assert stopping.stop.is_set()


def test_the_shipped_sources_can_be_asked_for(tmp_path, monkeypatch):
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404)

    for login in ("ZENSUS", "REGIONALSTATISTIK", "GENESIS"):
        monkeypatch.setenv(f"SOK_{login}_NAME", "a")
    sources = list(load_sources("16075").values())
    with httpx.Client(transport=httpx.MockTransport(answer)) as mock:
        fetched, problems, _ = all_of(sources, tmp_path, mock)
    assert (fetched, len(problems), len(asked)) == ([], len(sources), len(sources))
    assert {request.url.scheme for request in asked} == {"https"}
