"""The table of addresses: complete, careful with what a district writes over it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from sokanalysis.errors import DataProblems
from sokanalysis.fetch.entries import read_entries
from sokanalysis.fetch.sources import KINDS, SHIPPED, Source, is_file_name, load_sources
from tests.fuzzing import damaged, fuzz, survives

TABLE = Path(load_sources.__code__.co_filename).with_name(SHIPPED)
SOURCES = load_sources("16075")
each = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)

OWN = b"""# Umgezogen am 3. November
fahrplan:
  url: https://fahrplan.example/vmt/gtfs.zip
  licence: DL-DE-BY-2.0
  max_mb: 50
strassen:
  url: https://download.geofabrik.de/europe/germany/sachsen-latest.osm.pbf
bevoelkerung_alter:
  form:
    name: 12411-02-03-5-B
    regionalkey: "{kreis}*"
"""


def own(folder: Path, text: str | bytes) -> dict[str, Source]:
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / "quellen.yaml").write_bytes(raw)
    return load_sources("16075", folder)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(DataProblems) as refusal:
        own(folder, text)
    return [str(problem) for problem in refusal.value.problems]


# What is shipped


@each
def test_a_source_says_all_that_is_needed(source):
    assert re.fullmatch("[-a-z0-9._/]+", source.key)  # what a data package allows as a name
    assert source.url.startswith("https://")
    assert source.kind in KINDS
    assert f"„quellen/{source.file}“" in source.by_hand
    assert source.by_hand.endswith(".")
    assert source.licence.path.startswith("https://")
    assert source.credit and source.changes and source.evidence
    assert not re.search(r"[{}]", f"{source.url}{source.file}{source.by_hand}")
    assert not re.search("[{}]", "".join(source.form.values()))


@each
def test_the_place_of_an_address_is_its_line(source):
    file, row = re.fullmatch(r"(\S+), Zeile (\d+)", source.place).groups()
    line = TABLE.read_text(encoding="utf-8").splitlines()[int(row) - 1]
    assert file == "sources.yaml"
    assert line.strip().startswith("url: https://")
    assert urlsplit(source.url).hostname in line


@each
def test_nobody_claims_to_have_opened_an_address(source):
    # They were found in use by others; whoever opens one notes the day.
    assert (source.address_quality, source.checked_date) == ("belegt", None)


@each
def test_only_offices_and_known_providers_are_asked(source):
    domain = ".".join(urlsplit(source.url).hostname.split(".")[-2:])
    assert domain in {
        "destatis.de", "bund.de", "zensus2022.de", "regionalstatistik.de", "gtfs.de",
        "geofabrik.de",
    }  # fmt: skip


def test_the_files_that_were_asked_for_are_there():
    # The names of FORMATE and of the brief, by key.
    assert SOURCES["zensus_bevoelkerung"].url == (
        "https://www.destatis.de/static/DE/zensus/gitterdaten/Zensus2022_Bevoelkerungszahl.zip"
    )
    assert SOURCES["fahrplan"].url == "https://download.gtfs.de/germany/free/latest.zip"
    assert SOURCES["zensus_gemeinden"].form["name"] == "1000A-1023"
    assert SOURCES["auslaender_kreis"].form["name"].startswith("12521-")
    assert {source.kind for source in SOURCES.values()} == {*KINDS}
    assert {source.login for source in SOURCES.values()} == {
        "", "GENESIS", "REGIONALSTATISTIK", "ZENSUS",
    }  # fmt: skip


# Names of the extracts as Geofabrik lists them; Berlin and Bremen lie in their neighbours'.
EXTRACTS = {
    "01": "schleswig-holstein", "02": "hamburg", "03": "niedersachsen", "04": "niedersachsen",
    "05": "nordrhein-westfalen", "06": "hessen", "07": "rheinland-pfalz",
    "08": "baden-wuerttemberg", "09": "bayern", "10": "saarland", "11": "brandenburg",
    "12": "brandenburg", "13": "mecklenburg-vorpommern", "14": "sachsen", "15": "sachsen-anhalt",
    "16": "thueringen",
}  # fmt: skip


@pytest.mark.parametrize("land", EXTRACTS)
def test_each_land_has_its_extract(land):
    source = load_sources(f"{land}001")["strassen"]
    assert source.url.endswith(f"/germany/{EXTRACTS[land]}-latest.osm.pbf")
    assert source.file == f"{EXTRACTS[land]}-latest.osm.pbf"


def test_tables_are_asked_for_the_district():
    assert load_sources("09475")["zensus_gemeinden"].form["regionalkey"] == "09475*"


@pytest.mark.parametrize("kreis", ["", "16", "00075", "17001", "1607", "160755", "1607x", "١٦٠٧٥"])
def test_a_key_that_no_district_has_is_refused(kreis):
    with pytest.raises(DataProblems, match="Kreisschlüssel"):
        load_sources(kreis)


# What a district writes over it


def test_a_district_overrules_what_differs(tmp_path):
    found = own(tmp_path, OWN)
    bus, shipped = found["fahrplan"], SOURCES["fahrplan"]
    assert (bus.url, bus.max_mb) == ("https://fahrplan.example/vmt/gtfs.zip", 50)
    assert bus.licence.name == "DL-DE-BY-2.0"
    assert (bus.file, bus.title, bus.kind) == (shipped.file, shipped.title, shipped.kind)
    assert bus.place == "quellen.yaml, Zeile 3"
    assert dict(found["bevoelkerung_alter"].form) == {
        "name": "12411-02-03-5-B", "regionalkey": "16075*",
    }  # fmt: skip
    assert found["bevoelkerung_alter"].place == SOURCES["bevoelkerung_alter"].place
    assert found["grenzen"] == SOURCES["grenzen"]
    assert list(found) == list(SOURCES)


@pytest.mark.parametrize("text", ["", "# nichts\n", "\ufeff"])
def test_without_anything_of_its_own_the_table_stands(tmp_path, text):
    if text.strip("\ufeff"):
        assert own(tmp_path, text) == SOURCES
    assert load_sources("16075", tmp_path / "nirgends") == SOURCES


def test_everything_wrong_is_named_with_its_row(tmp_path):
    found = problems(
        tmp_path,
        """\
fahrplan:
  url: http://fahrplan.example/gtfs.zip
  kind: rar
  max_mb: viel
  uhr: 12
fahrpläne:
  url: https://fahrplan.example/gtfs.zip
grenzen:
  file: ../../grenzen.zip
  licence: frei
  sha256: abc
  checked_date: gestern
  address_quality: gut
  checksum: .crc
  title:
  form: x
""",
    )
    places = [re.match(r"quellen.yaml, Zeile (\d+)", line)[1] for line in found]
    assert places == ["2", "3", "4", "5", "6", "9", "10", "11", "12", "13", "14", "15", "16"]
    assert "Spalte „url“: „http://fahrplan.example/gtfs.zip“ – ist keine https-Adresse" in found[0]


@pytest.mark.parametrize(
    "url",
    ["", "gtfs.zip", "file:///etc/passwd", "https://", "https://localhost/x", "https://a b.de/",
     "https://name:wort@a.de/", "https://a.de/{kreiss}", "https://[::1/", "https://ü.de/",
     "HTTPS://a.de/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(tmp_path, url):
    [found] = problems(tmp_path, f'grenzen:\n  url: "{url}"\n')
    assert "quellen.yaml, Zeile 2, Spalte „url“" in found


@pytest.mark.parametrize(
    "entry",
    ["zensus_gemeinden:\n  url: https://boese.example/tablefile",
     "zensus_gemeinden:\n  url: https://zensus2022.de.example/tablefile",
     "grenzen:\n  login: ZENSUS", "fahrplan:\n  login: ANDERE"],
)  # fmt: skip
def test_credentials_go_only_to_the_office_that_gave_them(tmp_path, entry):
    [found] = problems(tmp_path, entry)
    assert "bekommt keine Zugangsdaten" in found


def test_an_office_may_move_within_its_house(tmp_path):
    entry = "zensus_gemeinden:\n  url: https://neu.zensus2022.de/tablefile\n"
    assert own(tmp_path, entry)["zensus_gemeinden"].url == "https://neu.zensus2022.de/tablefile"


def test_two_sources_do_not_share_a_file(tmp_path):
    [found] = problems(tmp_path, "grenzen:\n  file: GTFS_Deutschland.ZIP\n")
    assert "hieße wie die Datei von „" in found


@pytest.mark.parametrize(
    ("name", "is_fit"),
    [("a.zip", True), ("12411-02-03-5.csv", True), ("A_1.osm.pbf", True), ("a", False),
     ("", False), (".hidden", False), ("a/b.zip", False), ("..", False), ("a\\b.zip", False),
     ("CON.zip", False), ("nul", False), ("Console.zip", True), ("a.zip.teil", False),
     ("a.zip.TEIL.json", False), ("herkunft.json", False), ("a" * 200, False), ("ä.zip", False),
     ("a.zip\n", False), ("a.", False)],
)  # fmt: skip
def test_names_of_files(name, is_fit):
    assert is_file_name(name) == is_fit


@pytest.mark.parametrize(
    "text",
    ["- a\n- b\n", "wort\n", "grenzen: wort\n", "grenzen:\n  - url\n", "grenzen: {url: 1",
     "grenzen:\n  form:\n    a: [1]\n", "grenzen:\n  form:\n    a:\n      b: 1\n",
     "grenzen:\n  url: 1\n  url: 2\n", "a: {b: 1}\na: {b: 2}\n", "? [a, b]\n: {c: 1}\n",
     "grenzen:\n\turl: 1\n", "a: &x {b: 1}\nc: *x\n", "a: {b: 1}\n---\nb: {c: 1}\n",
     "{" * 3000, "[" * 400, "%YAML 9\n"],
)  # fmt: skip
def test_another_shape_is_refused(text):
    with pytest.raises(DataProblems) as refusal:
        read_entries(text, "quellen.yaml")
    assert all(problem.file == "quellen.yaml" for problem in refusal.value.problems)


def test_words_stay_words_and_tags_do_nothing():
    [entry] = read_entries("a:\n  b: no\n  c: 012\n  d: !!python/name:os.system x\n", "f").values()
    assert entry.values == {"b": "no", "c": "012", "d": "x"}
    assert entry.places == {"": ("f", 1), "b": ("f", 2), "c": ("f", 3), "d": ("f", 4)}


def test_references_that_grow_without_bound_are_refused():
    # Nine times nine levels would be 9**9 words.
    levels = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(DataProblems, match="enthält einen Verweis"):
        read_entries("\n".join(["a0: &a0 [x]", *levels]), "quellen.yaml")


def test_a_large_file_is_refused(tmp_path):
    with pytest.raises(DataProblems, match="gelesen werden höchstens"):
        own(tmp_path, "# x\n" * 100_000)


@fuzz
@given(raw=damaged(OWN))
def test_a_damaged_file_is_read_or_refused(tmp_path, raw):
    survives(lambda path: load_sources("16075", path.parent), tmp_path / "quellen.yaml", raw)
