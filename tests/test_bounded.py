"""What comes from outside is refused before it can harm: archives, texts, JSON."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given

from sokanalysis.errors import DataProblems
from sokanalysis.read import bounded
from sokanalysis.read.bounded import csv_rows, decode, open_archive, parse_json, read_text
from tests.fuzzing import damaged, fuzz, survives


def refusal(call, *args) -> str:
    with pytest.raises(DataProblems) as caught:
        call(*args)
    return str(caught.value)


def test_encodings_are_tried_in_order():
    assert decode("Größe – €".encode(), "x") == "Größe – €"
    assert decode("Größe – €".encode("cp1252"), "x") == "Größe – €"
    assert decode(b"\xef\xbb\xbfa;b", "x") == "a;b"
    assert "keiner bekannten Kodierung" in refusal(decode, b"\xff\xfea", "x", ("utf-8",))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b" \n", "Datei ist leer"),
        (b"PK\x03\x04rest", "Zip-Archiv statt Text"),
        (b"\n<!DOCTYPE HTML><html>", "Webseite statt Daten"),
        (b"a;b\nc;\0", "Zeile 2 – enthält Nullbytes"),
        (b"a\n" + b"x" * 1_000_001, "Zeile 2 – hat eine Zeile mit 1000001 Zeichen"),
    ],
)
def test_what_is_no_text_is_refused(raw, said):
    assert said in refusal(decode, raw, "x.csv")


def test_a_line_of_fifty_megabytes_is_refused_at_once():
    assert "50000000 Zeichen" in refusal(decode, b"x" * 50_000_000, "x.csv")


def test_files_are_bounded(tmp_path: Path):
    assert "Datei fehlt" in refusal(read_text, tmp_path / "x.csv")
    (tmp_path / "x.csv").write_bytes(b"")
    assert "0 Bytes" in refusal(read_text, tmp_path / "x.csv")
    (tmp_path / "x.csv").write_bytes(b"a" * 10)
    with pytest.raises(DataProblems, match="höchstens 0 MB"):
        read_text(tmp_path / "x.csv", max_bytes=9)


def test_rows_keep_their_numbers():
    assert csv_rows("a;b\n\n1;2\n", "x") == [["a", "b"], [], ["1", "2"]]
    assert "Anführungszeichen" in refusal(csv_rows, 'a\n"offen\n', "x")


def test_json_is_bounded():
    assert parse_json(b'{"a": [1, "]["]}', "x") == {"a": [1, "]["]}
    assert parse_json(b"[" + b"1," * 600_000 + b"1]", "x")[-1] == 1  # servers send one line
    assert "NaN ist keine Zahl" in refusal(parse_json, b'{"lat": NaN}', "x")
    assert "verschachtelt" in refusal(parse_json, b"[" * 100_000, "x")
    assert "Zeile 2" in refusal(parse_json, b'{"a": 1,\n b}', "x")
    assert "kein gültiges JSON" in refusal(parse_json, b"9" * 5000, "x")


# -- archives --------------------------------------------------------------------------------------


def packed(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in entries:
            bundle.writestr(name, content, compress_type=zipfile.ZIP_DEFLATED)
    return path


def opened(path: Path) -> list[str]:
    with open_archive(path) as archive:
        return list(archive.members)


def test_a_sound_archive_is_read(tmp_path: Path):
    path = packed(tmp_path / "a.zip", ("x/Daten.CSV", b"a;b"), ("x/", b""))
    with open_archive(path) as archive:
        assert archive.find(".csv") == ["x/Daten.CSV"]
        assert archive.read("x/Daten.CSV") == b"a;b"
        assert archive.extract("x/Daten.CSV", tmp_path / "here").read_bytes() == b"a;b"
        assert "höchstens 0 MB" in refusal(archive.read, "x/Daten.CSV", 2)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x", "..\\x"])
def test_paths_that_lead_out_are_refused(tmp_path: Path, name):
    said = refusal(opened, packed(tmp_path / "a.zip", (name, b""), ("sound", b"")))
    assert "führt aus dem Archiv hinaus" in said
    assert "1 Problem" in said


def test_links_and_several_problems_are_named_together(tmp_path: Path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    said = refusal(opened, packed(tmp_path / "a.zip", (link, b"/etc/passwd"), ("../x", b"")))
    assert "Verknüpfung" in said
    assert "2 Probleme" in said


def test_bombs_are_refused_unopened(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(bounded, "_UNSUSPECTED_BYTES", 1_000_000)
    said = refusal(opened, packed(tmp_path / "a.zip", ("null.csv", b"\0" * 5_000_000)))
    assert "wächst beim Auspacken auf das" in said
    with pytest.raises(DataProblems, match="höchstens 4 MB"), \
         open_archive(tmp_path / "a.zip", max_bytes=4 * 2**20):  # fmt: skip
        pass


def test_an_encrypted_archive_is_refused(tmp_path: Path):
    path = packed(tmp_path / "a.zip", ("geheim", b"x"))
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 8 : at + 10] = struct.pack("<H", 1)  # the flag for a password, in the directory
    path.write_bytes(raw)
    assert "Kennwort" in refusal(opened, path)


def test_what_is_no_archive_is_refused(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(b"PK kein Zip")
    assert "kein lesbares Zip-Archiv" in refusal(opened, tmp_path / "a.zip")
    assert "Datei fehlt" in refusal(opened, tmp_path / "b.zip")


def test_a_damaged_entry_leaves_nothing(tmp_path: Path):
    path = packed(tmp_path / "a.zip", ("x", bytes(range(256)) * 50))
    raw = bytearray(path.read_bytes())
    raw[40:60] = b"\xff" * 20
    path.write_bytes(raw)
    with open_archive(path) as archive:
        assert "beschädigt" in refusal(archive.extract, "x", tmp_path / "t")
        assert "beschädigt" in refusal(archive.read, "x")
    assert not (tmp_path / "t").exists()


def test_damaged_archives_and_texts_never_crash(tmp_path: Path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("a.csv", "a;b\n1;2\n")
        bundle.writestr("b.json", '{"a": 1}')

    def read_all(path: Path) -> None:
        with open_archive(path) as archive:
            for place in archive.members:
                archive.read(place, 10_000)

    @fuzz
    @given(damaged(buffer.getvalue()))
    def attempt(raw: bytes) -> None:
        survives(read_all, tmp_path / "a.zip", raw)
        survives(lambda path: csv_rows(read_text(path), "x"), tmp_path / "a.csv", raw)
        survives(lambda path: parse_json(path.read_bytes(), "x"), tmp_path / "a.json", raw)

    attempt()
