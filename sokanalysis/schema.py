"""Every table once: columns, types, units, German titles, code lists and rules.

Reading, validation, the data package and the handbook's column reference all come from here.
"""

from __future__ import annotations

from typing import Final

from sokanalysis.columns import NOTE, QUALITY, SOURCE, SOURCE_DATE, Column, Table

AGS: Final = r"\d{8}"
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
    Column("ride_max_km", "Fahrdienst bis", "number", "km", minimum=0, note="Luftlinie"),
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

FUNDINGS: Final = Table("fundings", "Förderprogramme", ("funding_id",), (
    Column("funding_id", "Förderprogramm-Nr.", required=True),
    Column("name", "Förderprogramm", required=True),
    Column("giver", "Fördergeber", required=True),
    Column("fields", "Handlungsfelder", "codes", required=True, codes="field"),
    Column(
        "levers", "Arten von Maßnahmen", "codes", required=True, codes="lever",
        note="was es zahlen kann, nach eigener Einschätzung",
    ),
    Column(
        "kinds", "Arten von Angeboten", "codes", codes="kind",
        note="nur für diese; leer, wo es keine Art vorgibt",
    ),
    Column("applicant", "Antragsberechtigt"),
    Column(
        "own_share", "Eigenanteil", "number", "Anteil", minimum=0, maximum=1,
        note="mindestens; leer, wo nicht bekannt",
    ),
    Column(
        "budget_eur", "Zugesagt im Jahr", "number", "€", minimum=0,
        note="nur, was für diesen Katalog zugesagt ist; es zahlt dann vor dem Kreis",
    ),
    Column("from_date", "Beginn", "date"),
    Column("until_date", "Ende", "date", note="leer, wo keines bekannt ist"),
    Column("conditions", "Bedingungen", note="Mindestgruppe, Zugang, Fristen"),
    QUALITY, SOURCE, SOURCE_DATE, NOTE,
), rising=(("from_date", "until_date"),), is_optional=True)  # fmt: skip

OWN_MEASURES: Final = Table("own_measures", "Eigene Maßnahmen", ("measure_id",), (
    Column("measure_id", "Maßnahme-Nr.", required=True),
    Column("title", "Maßnahme", required=True),
    Column("field", "Handlungsfeld", "code", required=True, codes="measure_field"),
    Column("gap", "Lücke", required=True, note="Befund, auf den sie antwortet"),
    Column("goal", "Ziel", required=True),
    Column("target_group", "Zielgruppe"),
    Column("steps", "Schritte", note="getrennt durch ;"),
    Column("responsible", "Verantwortlich"),
    Column("partners", "Beteiligte"),
    Column("start_month", "Beginn", "date", note="erster Tag des Monats"),
    Column("end_month", "Ende", "date", note="erster Tag des letzten Monats"),
    Column("cost_eur", "Kosten im Jahr", "number", "€", minimum=0),
    Column(
        "funding_ids", "Förderprogramm-Nr.", "codes", references="fundings.funding_id",
        note="mehrere mit ; getrennt",
    ),
    Column("indicator", "Kennzahl", note="woran man den Erfolg sieht"),
    Column("start_value", "Ausgangswert", "number", note="leer, wo noch nicht erhoben"),
    Column("target_value", "Zielwert", "number"),
    Column("priority", "Priorität", "code", required=True, codes="priority"),
    Column("is_quick_win", "schnell umsetzbar", "boolean", required=True),
    Column("status", "Status", "code", required=True, codes="measure_status"),
    QUALITY, SOURCE, SOURCE_DATE, NOTE,
), rising=(("start_month", "end_month"),), is_optional=True)  # fmt: skip

MEASURE_NUMBERS: Final = Table("measure_numbers", "Nummern der Maßnahmen", ("measure_key",), (
    Column("measure_key", "Schlüssel", required=True, note="vergibt das Programm"),
    Column("number", "Nr.", required=True, pattern=r"[SATQ]\d+"),
    Column("title", "Maßnahme", note="wie sie hieß, als sie die Nummer bekam"),
    Column("need_keys", "Bedarfe", "codes", note="vergibt das Programm"),
    Column("start_value", "Ausgangswert", "number"),
    Column("target_value", "Zielwert", "number"),
    Column("cost_eur", "Kosten im Jahr", "number", "€", minimum=0),
    Column("status", "Status", "code", required=True, codes="measure_status"),
), is_optional=True)  # fmt: skip

ITEMS: Final = Table("items", "Aussagen zum Bewerten", ("item_id",), (
    Column("item_id", "Aussage-Nr.", required=True),
    Column("kind", "Art", "code", required=True, codes="item_kind"),
    Column("text", "Aussage", required=True),
    Column("reference", "Bezug", note="Bedarf, Handlungsfeld oder Nummer der Maßnahme"),
    Column(
        "round_ids", "Runden", "codes", references="rounds.round_id",
        note="mehrere mit ; getrennt; leer: in jeder Runde, die kein Beispiel ist",
    ),
), is_optional=True)  # fmt: skip

ROUNDS: Final = Table("rounds", "Runden des Dialogs", ("round_id",), (
    Column("round_id", "Runde-Nr.", required=True),
    Column("title", "Runde", required=True),
    Column("date", "Datum", "date", required=True),
    Column(
        "consensus_share", "Konsens ab", "number", "Anteil", True, minimum=0.51, maximum=1,
        note="vor der Runde festgelegt",
    ),
    Column("is_example", "erfundenes Beispiel", "boolean", required=True),
), is_optional=True)  # fmt: skip

VOTES: Final = Table("votes", "Bewertungen", ("round_id", "rater_id", "item_id"), (
    Column("round_id", "Runde-Nr.", required=True, references="rounds.round_id"),
    Column(
        "rater_id", "Kennung", required=True, pattern=r"P\d{2,3}",
        note="wie P07, nie ein Name; über alle Runden dieselbe",
    ),
    Column("group", "Gruppe", "code", required=True, codes="rater_group"),
    Column("item_id", "Aussage-Nr.", required=True, references="items.item_id"),
    Column(
        "rating", "Bewertung", "integer", minimum=1, maximum=5,
        note="1 lehne ab bis 5 stimme voll zu; leer: keine Meinung",
    ),
    Column("comment", "Anmerkung"),
    Column(
        "theme", "Thema",
        note="trägt ein, wer die Anmerkung gelesen hat; nur mit Thema steht sie im Bericht",
    ),
), is_optional=True)  # fmt: skip

TABLES: Final = {
    table.name: table
    for table in (
        MUNICIPALITIES, POPULATION, SETTLEMENTS, GROUPS, ACCOMMODATIONS, PROVIDERS, OFFERS,
        SITES, OFFER_SITES, SESSIONS, BUILDINGS, FACTS, FUNDINGS, OWN_MEASURES,
        MEASURE_NUMBERS, ITEMS, ROUNDS, VOTES,
    )
}  # fmt: skip

# What people say is not a fact about the district: only dialogue/rounds.py gives it out.
DIALOGUE_TABLES: Final = (ITEMS, ROUNDS, VOTES)

# What official files hold; everything else people enter or the program keeps.
OFFICIAL_TABLES: Final = (MUNICIPALITIES, POPULATION, SETTLEMENTS, GROUPS)
# Without a row in each of these nothing can be said about a district; without one in the others
# providers can be asked, but not how people get there.
NEEDED_TABLES: Final = (*OFFICIAL_TABLES, PROVIDERS)
TRAVEL_TABLES: Final = (OFFERS, SITES, SESSIONS)
