"""Take a German address apart. No register of streets is asked: what is unclear stays unclear."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from sokanalysis.geocoding.spelling import words

_LONGEST: Final = 300  # characters; what is longer is no address and is not read
_STEPS_MAX: Final = 40  # house numbers in one range; more is a typing error

# What follows the postal code is a place or nothing; a telephone number goes on with digits.
_POSTAL: Final = re.compile(r"(?<![\w-])(?:D\s?-\s?)?(\d{5})(?=\s*(?:[^\W\d]|$))(.*)")
_PART: Final = re.compile(r"\b(?:OT|Ortsteil|Ortst\.|Stadtteil)\s(.*)", re.IGNORECASE)
_NUMBER: Final = r"\d{1,4} ?[a-z]?"
_NUMBERS: Final = rf"{_NUMBER}(?:\s?[-+/]\s?(?:{_NUMBER}|[a-z]))?"
_HOUSE: Final = re.compile(
    rf"(?P<street>.*[^\d\s.,+/-]\.?)\s?(?<![\d-])(?P<number>{_NUMBERS})", re.IGNORECASE
)
# „Schulstr. 5 Knau“: a house in the middle, a place without a comma behind it.
_INSIDE: Final = re.compile(
    rf"(?P<street>.*[^\d\s])\s(?P<number>{_NUMBER}) (?P<place>[A-ZÄÖÜ]\D{{2,}})"
)
_CARE: Final = re.compile(
    r"\s*(?:c\s?[/.]\s?o\b|z\.? ?h(?:d|dn)\b|postfach\b|tel(?:efon)?\b|fax\b|mobil\b|e-?mail\b)",
    re.IGNORECASE,
)
_DETAILS: Final = {
    "haus", "block", "zimmer", "raum", "etage", "og", "eg", "ug", "aufgang", "eingang",
    "hinterhaus", "gebaeude", "geb", "stock", "links", "rechts", "mitte",
}  # fmt: skip
_STREETS: Final = (
    "str", "strasse", "weg", "platz", "gasse", "allee", "ring", "markt", "ufer", "damm", "steig",
    "pfad", "zeile", "graben", "chaussee", "promenade", "anger", "winkel",
)  # fmt: skip
_OPENING: Final = {
    "am", "an", "auf", "im", "in", "unter", "hinter", "vor", "zum", "zur", "bei", "beim",
    "strasse", "str", "platz",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """What an address says, each part empty where it does not.

    Parameters
    ----------
    street : str
        As written.
    house_number : str
        Without spaces, in small letters: „12a“, „3-5“.
    postal_code : str
        Five digits.
    place : str
        Behind the postal code, or before „OT“.
    part : str
        Behind „OT“, „Ortsteil“ or „Stadtteil“.
    others : tuple of str
        What may be a place, a building or a street without a number; in their order.
    """

    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    place: str = ""
    part: str = ""
    others: tuple[str, ...] = ()


def parse_address(text: str) -> Address:
    """Take an address apart.

    Parameters
    ----------
    text : str
        On one line or several, in any order: „Oschitzer Straße 4, 07907 Schleiz“, „Remptendorf OT
        Ruppersdorf“, „Rathaus Schleiz“. Persons behind „c/o“, post boxes, telephone numbers,
        floors and rooms are left out. Longer than 300 characters is no address.

    Returns
    -------
    Address
        Empty for an empty text. The time grows with the length of the text only.
    """
    if len(text) > _LONGEST:
        return Address()
    found = Address()
    for chunk in re.split(r"[,;|\n\r\t]|\s/\s", _clean(text)):
        found = _read(chunk.strip(" .-"), found)
    return found


def house_numbers(text: str) -> frozenset[str]:
    """Return the single houses of a number: „3-5“ is 3 and 5 on one side of the street.

    A range is read as the even or the odd numbers when both ends are so, otherwise as all;
    empty for a text that is no house number, or a range that falls or is endless.
    """
    plain = _tight(text)
    if letters := re.fullmatch(r"(\d+)([a-z])-(?:\1)?([a-z])", plain):
        codes = range(ord(letters[2]), ord(letters[3]) + 1)
        return frozenset(f"{letters[1]}{chr(code)}" for code in codes)
    if not (ends := re.fullmatch(r"(\d+)-(\d+)", plain)):
        return frozenset(part for part in re.split(r"[-+/;,]", plain) if part)
    low, high = int(ends[1]), int(ends[2])
    houses = range(low, high + 1, 2 if (high - low) % 2 == 0 else 1)
    return frozenset(map(str, houses)) if len(houses) <= _STEPS_MAX else frozenset()


def place_texts(text: str) -> tuple[str, ...]:
    """Return the places that a text names: „07907 Schleiz OT Oschitz“ is Schleiz and Oschitz.

    Empty for an empty text; „Neustadt/Orla“ is one place.
    """
    found = []
    for chunk in re.split(r"[,;|\n\r\t]|\s/\s", _clean(text[:_LONGEST])):
        postal = _POSTAL.search(chunk)
        place = postal[2] if postal else chunk
        part = _PART.search(place)
        found += [place[: part.start()], part[1]] if part else [place]
    return tuple(name for piece in found if (name := piece.strip(" .-")))


def _clean(text: str) -> str:
    """Return the text with one kind of hyphen and single spaces; lines stay."""
    plain = re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"[^\S\n\r\t]+", " ", plain.replace("\0", " "))


def _read(chunk: str, found: Address) -> Address:
    if not chunk or _CARE.match(chunk) or _is_detail(chunk):
        return found
    if match := _POSTAL.search(chunk):
        found = _read_place(match[2].strip(" .-"), replace(found, postal_code=match[1]))
        return _read(chunk[: match.start()].strip(" .-"), found)
    if _PART.search(chunk):
        return _read_place(chunk, found)
    return _read_street(chunk, found)


def _is_detail(chunk: str) -> bool:
    """Tell whether a piece only says where in the building: „Haus 3“, „2. OG links“."""
    parts = words(chunk)
    plain = all(p in _DETAILS or p[0].isdigit() or len(p) == 1 for p in parts)
    return plain and bool(_DETAILS & {*parts})


def _read_place(text: str, found: Address) -> Address:
    """Read a place that may name its part, and in the part only a house: „OT Ruppersdorf 96“."""
    match = _PART.search(text)
    if not match:
        return replace(found, place=found.place or text)
    part = match[1].strip(" .-()")
    house = _HOUSE.fullmatch(part)
    if house and not found.street:
        part = house["street"].strip()
        found = replace(found, street=part, house_number=_tight(house["number"]))
    found = replace(found, part=found.part or part)
    before = text[: match.start()].strip(" .-/(")
    if not before or found.place:
        return found
    if is_street(before) or _HOUSE.fullmatch(before):
        return _read_street(before, found)
    return replace(found, place=before)


def _read_street(chunk: str, found: Address) -> Address:
    if found.street and re.fullmatch(_NUMBERS, chunk, re.IGNORECASE):
        return replace(found, house_number=found.house_number or _tight(chunk))
    bare = re.sub(r"\([^()]*\)", " ", chunk).strip()
    asides = [aside for part in re.findall(r"\(([^()]*)\)", chunk) if (aside := part.strip())]
    inside = _INSIDE.fullmatch(bare)
    if inside and is_street(inside["street"]):
        found = replace(found, place=found.place or inside["place"])
        bare = f"{inside['street']} {inside['number']}"
    house = _HOUSE.fullmatch(bare)
    if house and not found.street and len(house["street"].strip()) > 2:
        street = re.sub(r"\s(?:Haus)?Nr\.?$", "", house["street"].strip(), flags=re.IGNORECASE)
        found = replace(found, others=(*found.others, *asides))
        return replace(found, street=street, house_number=_tight(house["number"]))
    if not found.street and is_street(bare):
        return replace(found, street=bare, others=(*found.others, *asides))
    return replace(found, others=(*found.others, chunk))


def _tight(number: str) -> str:
    return re.sub(r"\s", "", number).lower()


def is_street(text: str) -> bool:
    """Tell whether a text is a street's by its last or its first word."""
    parts = words(text)
    return bool(parts) and (parts[-1].endswith(_STREETS) or parts[0] in _OPENING)
