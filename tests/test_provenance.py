"""The record of where files came from: what it says, and what it notices."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given

from sokanalysis.errors import DataProblems
from sokanalysis.fetch.provenance import Fetched, Origin, read_record, record, resources, verify
from sokanalysis.fetch.sources import Licence
from tests.fuzzing import damaged, fuzz, survives

LICENCE = Licence("ODbL-1.0", "Open Database License", "https://opendatacommons.org/licenses/odbl/")
RECORD = "quellen/herkunft.json"


def put(folder: Path, key: str, content: bytes = b"a;b\n", **changes: object) -> Fetched:
    """A raw file in its place, and where it came from."""
    path = folder / "quellen" / f"{key}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    origin = Origin(
        key=key,
        title=f"Titel „{key}“",
        file=path.name,
        url=f"https://amt.example/{key}",
        final_url=f"https://amt.example/neu/{key}",
        fetched_date="2026-11-23",
        last_modified="Tue, 03 Nov 2026 10:00:00 GMT",
        etag='"1"',
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        credit="© Amt",
        licence=LICENCE,
    )
    return Fetched(dataclasses.replace(origin, **changes), path, "new")


def test_the_record_says_where_each_file_came_from(tmp_path):
    path = record(tmp_path, [put(tmp_path, "a")])
    assert path == tmp_path / RECORD
    assert json.loads(path.read_text("utf-8")) == {
        "files": [
            {
                "key": "a",
                "title": "Titel „a“",
                "file": "a.csv",
                "url": "https://amt.example/a",
                "final_url": "https://amt.example/neu/a",
                "fetched_date": "2026-11-23",
                "last_modified": "Tue, 03 Nov 2026 10:00:00 GMT",
                "etag": '"1"',
                "size_bytes": 4,
                # printf 'a;b\n' | sha256sum
                "sha256": "9a8be2eb1604c06722f17a9bbdb1160123efa0dcf87979013ead941593977af2",
                "credit": "© Amt",
                "licence": dataclasses.asdict(LICENCE),
                "is_by_hand": False,
            }
        ]
    }


def test_the_record_is_the_same_whatever_the_order(tmp_path):
    one, two = put(tmp_path, "a"), put(tmp_path, "b")
    first = record(tmp_path, [two, one]).read_bytes()
    (tmp_path / RECORD).unlink()
    assert record(tmp_path, [one, two]).read_bytes() == first
    assert record(tmp_path, []).read_bytes() == first
    assert first.endswith(b"\n") and b"\r" not in first
    assert sorted(path.name for path in (tmp_path / "quellen").iterdir()) == [
        "a.csv", "b.csv", "herkunft.json",
    ]  # fmt: skip


def test_what_is_fetched_later_joins_what_is_there(tmp_path):
    old, other = put(tmp_path, "a"), put(tmp_path, "b")
    record(tmp_path, [old, other])
    new = put(tmp_path, "a", b"neu;\n")
    record(tmp_path, [new])
    assert read_record(tmp_path) == {"a": new.origin, "b": other.origin}


def test_nothing_recorded_is_nothing_wrong(tmp_path):
    assert (read_record(tmp_path), verify(tmp_path), resources(tmp_path)) == ({}, [], [])
    record(tmp_path, [])
    assert (read_record(tmp_path), verify(tmp_path), resources(tmp_path)) == ({}, [], [])


def test_files_are_compared_with_their_checksums(tmp_path):
    record(tmp_path, [put(tmp_path, key) for key in "abcd"])
    assert verify(tmp_path) == []
    raw = tmp_path / "quellen"
    (raw / "a.csv").unlink()
    (raw / "b.csv").write_bytes(b"a;c\n")  # as long as before
    (raw / "c.csv").write_bytes(b"a;b\n\n")
    found = [str(problem) for problem in verify(tmp_path)]
    assert [line.split(" – ")[0] for line in found] == ["a.csv", "b.csv", "c.csv"]
    assert "fehlt" in found[0]
    assert "Prüfsumme stimmt nicht" in found[1]
    assert "--erneut" in found[2]


def test_resources_are_those_of_a_data_package(tmp_path):
    # Fields as in the Data Package standard; a file beside tables says that it is none.
    record(tmp_path, [put(tmp_path, "b"), put(tmp_path, "a")])
    found = resources(tmp_path)
    assert [entry["name"] for entry in found] == ["a", "b"]
    assert found[0] == {
        "name": "a",
        "type": "file",
        "path": "quellen/a.csv",
        "title": "Titel „a“",
        "bytes": 4,
        "hash": "sha256:9a8be2eb1604c06722f17a9bbdb1160123efa0dcf87979013ead941593977af2",
        "sources": [{"title": "© Amt", "path": "https://amt.example/a"}],
        "licenses": [dataclasses.asdict(LICENCE)],
    }


def broken(folder: Path, **changes: object) -> str:
    """What is said of a record with one entry changed."""
    record(folder, [put(folder, "a")])
    path = folder / RECORD
    entry = json.loads(path.read_text("utf-8"))["files"][0] | changes
    path.write_text(json.dumps({"files": [entry]}), "utf-8")
    with pytest.raises(DataProblems) as refusal:
        read_record(folder)
    return str(refusal.value)


@pytest.mark.parametrize("file", ["../../../etc/passwd", "/etc/passwd", "a/b", "", "herkunft.json"])
def test_a_record_that_names_files_elsewhere_is_refused(tmp_path, file):
    assert "keinen einfachen Dateinamen" in broken(tmp_path, file=file)


@pytest.mark.parametrize(
    "changes",
    [{"size_bytes": "4"}, {"size_bytes": True}, {"is_by_hand": 0}, {"licence": "frei"},
     {"licence": {}}, {"licence": {"name": 1, "title": "", "path": ""}}, {"title": None},
     {"mehr": 1}, {"sha256": "x"}],
)  # fmt: skip
def test_a_damaged_entry_is_refused(tmp_path, changes):
    assert "„quellen/herkunft.json“ löschen" in broken(tmp_path, **changes)


@pytest.mark.parametrize(
    "raw", [b"[]", b"{}", b'{"files": {}}', b'{"files": [1]}', b"null", b"", b"{"]
)
def test_a_record_of_another_shape_is_refused(tmp_path, raw):
    (tmp_path / "quellen").mkdir()
    (tmp_path / RECORD).write_bytes(raw)
    for reader in (read_record, verify, resources):
        with pytest.raises(DataProblems, match=r"herkunft\.json"):
            reader(tmp_path)
    with pytest.raises(DataProblems):
        record(tmp_path, [])
    assert (tmp_path / RECORD).read_bytes() == raw


SOUND = dataclasses.asdict(
    Origin(
        "a", "Titel", "a.csv", "https://a.de", "", "2026-11-23", "", "", 4, "0" * 64, "©", LICENCE
    )
)


@fuzz
@given(raw=damaged(json.dumps({"files": [SOUND]}).encode()))
def test_a_damaged_record_is_read_or_refused(tmp_path, raw):
    (tmp_path / "quellen").mkdir(exist_ok=True)
    survives(lambda path: verify(path.parents[1]), tmp_path / RECORD, raw)
