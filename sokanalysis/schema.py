"""Every table once: columns, types, units, German titles, code lists and rules.

Reading, validation, the data package and the handbook's column reference all come from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sokanalysis.codes import CODE_LISTS

Kind = Literal["text", "code", "codes", "integer", "number", "date", "time", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column of an editable table.

    Parameters
    ----------
    name : str
        Name in code; carries its unit (``distance_m``, ``cost_eur``).
    title : str
        German title as people see it; reading accepts name or title.
    kind : Kind
        What a cell holds; ``codes`` is a list of codes separated by ``;``.
    unit : str
        Unit in German, empty when there is none.
    required : bool
        Whether every row needs a value.
    codes : str
        Name of the code list of a ``code`` or ``codes`` column.
    minimum, maximum : float or None
        Closed range of a number.
    references : str
        ``table.column`` that has to hold the value.
    pattern : str
        Regular expression a text has to match in full.
    note : str
        German explanation for people who fill the table in.
    """

    name: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    required: bool = False
    codes: str = ""
    minimum: float | None = None
    maximum: float | None = None
    references: str = ""
    pattern: str = ""
    note: str = ""

    @property
    def code_list(self) -> dict[str, str]:
        """The code list of this column, empty for other kinds."""
        return CODE_LISTS[self.codes] if self.codes else {}


@dataclass(frozen=True)
class Table:
    """One editable table: a file ``<name>.csv`` with its columns and its key.

    ``rising`` names pairs of columns of which the second has to come after the first.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rising: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]


AGS: Final = r"\d{8}"
QUALITY: Final = Column("quality", "Qualität", "code", required=True, codes="quality")
SOURCE: Final = Column("source", "Quelle", required=True, note="Adresse oder Dokument")
SOURCE_DATE: Final = Column("source_date", "Stand", note="Datum der Quelle, so genau wie bekannt")
NOTE: Final = Column("note", "Bemerkung")
LAT: Final = Column("lat", "Breite", "number", "Grad", True, minimum=47.2, maximum=55.1)
LON: Final = Column("lon", "Länge", "number", "Grad", True, minimum=5.8, maximum=15.1)


def _ags(*, required: bool = True) -> Column:
    outside = "" if required else "; leer außerhalb des Kreises"
    return Column(
        "ags", "AGS", required=required, references="municipalities.ags", pattern=AGS,
        note=f"achtstelliger Amtlicher Gemeindeschlüssel{outside}",
    )  # fmt: skip


def _count(name: str, title: str, unit: str = "Personen", required: bool = False) -> Column:
    return Column(name, title, "integer", unit, required, minimum=0)


MUNICIPALITIES: Final = Table("municipalities", "Gemeinden", ("ags",), (
    Column("ags", "AGS", required=True, pattern=AGS),
    Column("name", "Gemeinde", required=True),
    Column("verband_kind", "Art des Verbands", required=True),
    Column("verband_name", "Verband", required=True),
    Column("area_km2", "Fläche", "number", "km²", True, minimum=0),
    Column("postal_code", "PLZ", pattern=r"\d{5}"),
    LAT, LON, QUALITY, SOURCE,
))  # fmt: skip

POPULATION: Final = Table("population", "Bevölkerung der Gemeinden", ("ags", "date"), (
    _ags(),
    Column("date", "Stichtag", "date", required=True),
    _count("population_count", "Einwohner", required=True),
    QUALITY, SOURCE,
))  # fmt: skip

SETTLEMENTS: Final = Table("settlements", "Siedlungen", ("settlement_id",), (
    Column("settlement_id", "Siedlung-Nr.", required=True),
    Column("name", "Siedlung", required=True),
    _ags(),
    LAT, LON,
    _count("population_count", "Einwohner", required=True),
    Column("is_main", "Hauptort", "boolean", required=True),
    QUALITY, SOURCE, NOTE,
))  # fmt: skip

GROUPS: Final = Table("groups", "Gruppen", ("area_level", "area_id", "group", "date"), (
    Column("area_level", "Ebene", "code", required=True, codes="area_level"),
    Column("area_id", "Gebiet-Nr.", required=True),
    Column("group", "Gruppe", "code", required=True, codes="group"),
    Column("date", "Stichtag", "date", required=True),
    _count("person_count", "Personen", required=True),
    _count("person_count_low", "Personen (untere Schätzung)"),
    _count("person_count_high", "Personen (obere Schätzung)"),
    QUALITY, SOURCE, NOTE,
))  # fmt: skip

ACCOMMODATIONS: Final = Table("accommodations", "Unterkünfte", ("accommodation_id",), (
    Column("accommodation_id", "Unterkunft-Nr.", required=True),
    Column("name", "Unterkunft", required=True),
    _ags(),
    LAT, LON,
    Column("geocoding", "Genauigkeit der Lage", "code", required=True, codes="geocoding"),
    _count("place_count", "Plätze", "Plätze"),
    _count("occupied_count", "Belegt"),
    Column("status", "Status", "code", required=True, codes="status"),
    QUALITY, SOURCE, SOURCE_DATE, NOTE,
))  # fmt: skip

PROVIDERS: Final = Table("providers", "Träger", ("provider_id",), (
    Column("provider_id", "Träger-Nr.", required=True),
    Column("name", "Träger", required=True),
    Column("kind", "Art", "code", required=True, codes="provider_kind"),
    Column("address", "Anschrift"),
    Column("place", "Ort"),
    Column("website", "Webseite"),
    QUALITY, SOURCE, SOURCE_DATE, NOTE,
))  # fmt: skip

OFFERS: Final = Table("offers", "Angebote", ("offer_id",), (
    Column("offer_id", "Angebot-Nr.", required=True),
    Column("provider_id", "Träger-Nr.", required=True, references="providers.provider_id"),
    Column("name", "Angebot", required=True),
    Column("field", "Handlungsfeld", "code", required=True, codes="field"),
    Column("kind", "Art", "code", required=True, codes="kind"),
    Column("target_groups", "Zielgruppen", "codes", required=True, codes="target_group"),
    Column("age_min_years", "Alter ab", "integer", "Jahre", minimum=0, maximum=120),
    Column("age_max_years", "Alter bis", "integer", "Jahre", minimum=0, maximum=120),
    Column("gender", "Geschlecht", "code", codes="gender"),
    Column("eligibility", "Zugang"),
    Column("level_in", "Niveau vorher", "code", codes="level"),
    Column("level_out", "Niveau nachher", "code", codes="level"),
    Column("languages", "Sprachen"),
    _count("place_count", "Plätze", "Plätze"),
    _count("waiting_count", "Warteliste"),
    _count("minimum_group_count", "Mindestgruppe"),
    Column("has_childcare", "Kinderbetreuung", "boolean"),
    Column("is_wheelchair_accessible", "barrierefrei", "boolean"),
    Column("is_online", "online", "boolean"),
    Column("cost_eur", "Kosten für Teilnehmende", "number", "€", minimum=0),
    Column("funding", "Förderung"),
    Column("valid_from_date", "gültig ab", "date"),
    Column("valid_until_date", "endet am", "date", note="Tag, an dem das Angebot endet"),
    Column("assured_date", "bekannt bis", "date", note="Tag, bis zu dem die Angabe gesichert ist"),
    Column("status", "Status", "code", required=True, codes="status"),
    QUALITY, SOURCE, SOURCE_DATE, NOTE,
), rising=(
    ("valid_from_date", "valid_until_date"), ("age_min_years", "age_max_years"),
))  # fmt: skip

SITES: Final = Table("sites", "Orte der Angebote", ("site_id",), (
    Column("site_id", "Ort-Nr.", required=True),
    Column("name", "Ort des Angebots", required=True),
    Column("address", "Anschrift"),
    Column("place", "Gemeinde oder Stadt", required=True),
    _ags(required=False),
    LAT, LON,
    Column("geocoding", "Genauigkeit der Lage", "code", required=True, codes="geocoding"),
    QUALITY, SOURCE, NOTE,
))  # fmt: skip

SESSIONS: Final = Table("sessions", "Termine", ("session_id",), (
    Column("session_id", "Termin-Nr.", required=True),
    Column("offer_id", "Angebot-Nr.", required=True, references="offers.offer_id"),
    Column("site_id", "Ort-Nr.", required=True, references="sites.site_id"),
    Column("weekdays", "Wochentage", "codes", required=True, codes="weekday"),
    Column("start_time", "Beginn", "time", "Uhr", True),
    Column("end_time", "Ende", "time", "Uhr", True),
    Column("runs_in_holidays", "auch in den Ferien", "boolean", required=True),
    QUALITY, SOURCE, NOTE,
), rising=(("start_time", "end_time"),))  # fmt: skip

OFFER_SITES: Final = Table("offer_sites", "Angebote und ihre Orte", ("offer_id", "site_id"), (
    Column("offer_id", "Angebot-Nr.", required=True, references="offers.offer_id"),
    Column("site_id", "Ort-Nr.", required=True, references="sites.site_id"),
    QUALITY, SOURCE,
))  # fmt: skip

BUILDINGS: Final = Table("buildings", "Gebäude für Außenstellen", ("building_id",), (
    Column("building_id", "Gebäude-Nr.", required=True),
    Column("name", "Gebäude", required=True),
    Column("kind", "Art", "code", required=True, codes="building_kind"),
    Column("address", "Anschrift"),
    Column("place", "Gemeinde oder Stadt", required=True),
    _ags(),
    LAT, LON,
    Column("geocoding", "Genauigkeit der Lage", "code", required=True, codes="geocoding"),
    QUALITY, SOURCE, SOURCE_DATE,
))  # fmt: skip

FACTS: Final = Table("facts", "Kennzahlen", ("fact_id",), (
    Column("fact_id", "Kennzahl-Nr.", required=True),
    Column("topic", "Thema", required=True),
    Column("area", "Gebiet", required=True),
    Column("name", "Kennzahl", required=True),
    Column("value", "Wert", required=True),
    Column("unit", "Einheit"),
    QUALITY, SOURCE, SOURCE_DATE,
))  # fmt: skip

TABLES: Final = {
    table.name: table
    for table in (
        MUNICIPALITIES, POPULATION, SETTLEMENTS, GROUPS, ACCOMMODATIONS, PROVIDERS, OFFERS,
        SITES, OFFER_SITES, SESSIONS, BUILDINGS, FACTS,
    )
}  # fmt: skip
