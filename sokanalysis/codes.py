"""Code lists: what is stored (ASCII code) and what is shown (German label)."""

from __future__ import annotations

from typing import Final

QUALITIES: Final = {
    "amtlich": "amtlich",
    "belegt": "belegt (Quelle und Datum bekannt)",
    "gemeldet": "vom Träger gemeldet",
    "geschaetzt": "geschätzt",
    "angenommen": "angenommen (Arbeitsannahme)",
}

FIELDS: Final = {
    "sprache_bildung": "Sprache und durchgängige Bildung",
    "ausbildung_arbeit": "Ausbildung und Arbeit",
    "teilhabe": "Gesellschaftliche Teilhabe und Mitgestaltung",
}

KINDS: Final = {
    "integrationskurs": "Integrationskurs",
    "alphabetisierung": "Alphabetisierungskurs",
    "einstiegskurs": "Einstiegs- und Erstorientierungskurs",
    "berufssprachkurs": "Berufssprachkurs",
    "pruefung": "Einstufung und Prüfung",
    "schule_daz": "Deutschförderung in Schule und Kita",
    "regelangebot": "Regelangebot der Erwachsenenbildung",
    "jobvermittlung": "Vermittlung in Arbeit und Praktikum",
    "ausbildungsbegleitung": "Begleitung in Ausbildung",
    "jugendmigrationsdienst": "Jugendmigrationsdienst",
    "arbeitsgelegenheit": "Arbeitsgelegenheit",
    "aktivierung": "Aktivierung und Sozialberatung",
    "jobmesse": "Ausbildungs- und Jobmesse",
    "migrationsberatung": "Migrations- und Asylsozialberatung",
    "begegnung": "Begegnung",
    "ehrenamt": "Ehrenamt und Patenschaft",
    "sport": "Sport",
    "jugendarbeit": "Jugendarbeit und Schulsozialarbeit",
    "existenzhilfe": "Tafel, Kleiderkammer und Hilfsfonds",
    "kinderbetreuung": "Kinderbetreuung während des Angebots",
    "koordination": "Koordination und Information",
    "foerderung": "Projektförderung",
}

COURSE_KINDS: Final = frozenset(
    {"alphabetisierung", "integrationskurs", "einstiegskurs", "berufssprachkurs"}
)  # of a course one needs every session, of a consultation hour any

TARGET_GROUPS: Final = {
    "alle": "alle Menschen",
    "zugewanderte": "Zugewanderte",
    "gefluechtete": "Geflüchtete und Asylsuchende",
    "ukraine": "Geflüchtete aus der Ukraine",
    "eu": "EU-Bürgerinnen und -Bürger",
    "frauen": "Frauen",
    "junge_menschen": "junge Menschen (12 bis 27 Jahre)",
    "kinder": "Kinder und Schulpflichtige",
    "familien": "Familien und Alleinerziehende",
    "senioren": "Seniorinnen und Senioren",
    "arbeitsuchende": "Arbeitsuchende",
    "akteure": "Akteure der Integrationsarbeit",
}

LEVELS: Final = {
    "ohne": "ohne Vorkenntnisse",
    "alpha": "Alphabetisierung",
    "A1": "A1",
    "A2": "A2",
    "B1": "B1",
    "B2": "B2",
    "C1": "C1",
}

STATUSES: Final = {
    "laufend": "laufend (belegt)",
    "ungeklaert": "Fortbestand nicht belegt",
    "einmalig": "einmalig",
    "abgelaufen": "abgelaufen",
    "historisch": "historisch",
    "geplant": "geplant oder vorgeschlagen",
}

CURRENT_STATUSES: Final = ("laufend", "ungeklaert")

GEOCODING: Final = {
    "gebaeude": "Gebäude",
    "strasse": "Straße oder nächste Haltestelle",
    "ort": "Ortsmitte",
    "unbekannt": "Ort nicht bekannt",
}

WEEKDAYS: Final = {
    "Mo": "Montag",
    "Di": "Dienstag",
    "Mi": "Mittwoch",
    "Do": "Donnerstag",
    "Fr": "Freitag",
    "Sa": "Samstag",
    "So": "Sonntag",
}

DAY_TYPES: Final = {
    "schultag": "Schultag",
    "ferientag": "Ferientag",
    "samstag": "Samstag",
    "sonntag": "Sonntag",
}

# The four states that stand side by side: season and whether the on-demand bus counts.
STATES: Final = {
    "schulzeit_linie": ("schulzeit", False, "Schulzeit, nur Linie"),
    "schulzeit_rufbus": ("schulzeit", True, "Schulzeit, mit Rufbus"),
    "ferien_linie": ("ferien", False, "Ferien, nur Linie"),
    "ferien_rufbus": ("ferien", True, "Ferien, mit Rufbus"),
}
STATE_TITLES: Final = {name: title for name, (_, _, title) in STATES.items()}

GROUPS: Final = {
    "auslaender": "Ausländerinnen und Ausländer",
    "schutzsuchende": "Asylbewerberinnen und Asylbewerber",
}

AREA_LEVELS: Final = {
    "kreis": "Landkreis",
    "gemeinde": "Gemeinde",
    "siedlung": "Siedlung",
}

PROVIDER_KINDS: Final = {
    "behoerde": "Behörde",
    "vhs": "Volkshochschule",
    "bildungstraeger": "Bildungsträger",
    "wohlfahrtsverband": "Wohlfahrtsverband",
    "verein": "Verein oder Initiative",
    "kirche": "Kirche",
    "schule": "Schule",
    "kursort": "Kursort",
    "arbeitsverwaltung": "Jobcenter oder Arbeitsagentur",
    "netzwerk": "Netzwerk oder Verband",
    "verkehr": "Verkehrsunternehmen",
    "sonstige": "Sonstige",
}

BUILDING_KINDS: Final = {
    "schule": "Schule",
    "rathaus": "Rathaus",
    "kursort": "Kursort",
    "begegnung": "Begegnungsstätte",
}

# What can be done about a gap; the last kind is no formula's business.
LEVERS: Final = {
    "verschieben": "Termin verschieben",
    "aussenstelle": "Außenstelle in vorhandenem Gebäude",
    "plaetze": "Mehr Plätze",
    "kurs": "Kurs auf anderem Niveau",
    "elternkurs": "Kurs für Eltern mit Kinderbetreuung",
    "kinderbetreuung": "Kinderbetreuung während des Angebots",
    "fahrt": "Zusätzliche Busfahrt",
    "rufbus": "Rufbuszeiten erweitern",
    "fahrdienst": "Fahrdienst oder Fahrgutschein",
    "online": "Online mit Lernort",
    "sprachmittlung": "Sprachmittlung",
    "mobil": "Mobile Beratung im Dorf",
    "sonstige": "Ohne Rechnung",
}

# A measure can also concern all fields of action.
MEASURE_FIELDS: Final = FIELDS | {"alle": "Alle Handlungsfelder"}

PRIORITIES: Final = {"hoch": "hoch", "mittel": "mittel", "niedrig": "niedrig"}

MEASURE_STATUSES: Final = {
    "vorschlag": "Vorschlag",
    "beschlossen": "beschlossen",
    "in_umsetzung": "in Umsetzung",
    "abgeschlossen": "abgeschlossen",
    "zurueckgestellt": "zurückgestellt",
}

# Official keys of the Länder, the first two digits of every key within.
LANDS: Final = {
    "01": "Schleswig-Holstein", "02": "Hamburg", "03": "Niedersachsen", "04": "Bremen",
    "05": "Nordrhein-Westfalen", "06": "Hessen", "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg", "09": "Bayern", "10": "Saarland", "11": "Berlin",
    "12": "Brandenburg", "13": "Mecklenburg-Vorpommern", "14": "Sachsen",
    "15": "Sachsen-Anhalt", "16": "Thüringen",
}  # fmt: skip

GENDERS: Final = {"alle": "alle", "frauen": "Frauen", "maenner": "Männer"}

# What is rated in a round of dialogue.
ITEM_KINDS: Final = {"bedarf": "Bedarf", "massnahme": "Maßnahme", "wert": "Wert"}

# How far somebody agrees; an empty rating is no opinion.
RATINGS: Final = {
    1: "lehne ab",
    2: "lehne eher ab",
    3: "teils-teils",
    4: "stimme eher zu",
    5: "stimme voll zu",
}

# For whom a rater speaks, in the order in which groups stand side by side.
RATER_GROUPS: Final = {
    "behoerde": "Behörde",
    "traeger": "Träger",
    "ehrenamt": "Ehrenamt",
    "migranten": "Migrantinnen und Migranten",
}

# Why somebody cannot take part, in the order in which the rules are asked.
REASONS: Final = {
    "erreichbar": "erreichbar",
    "keine_hinfahrt": "keine Hinfahrt",
    "keine_rueckfahrt": "keine Rückfahrt",
    "zu_frueh_los": "zu früh los",
    "zu_spaet_daheim": "zu spät daheim",
    "zu_langes_warten": "zu langes Warten",
    "zu_lange_unterwegs": "zu lange unterwegs",
}

CODE_LISTS: Final[dict[str, dict[str, str]]] = {
    "quality": QUALITIES,
    "field": FIELDS,
    "kind": KINDS,
    "target_group": TARGET_GROUPS,
    "level": LEVELS,
    "status": STATUSES,
    "geocoding": GEOCODING,
    "weekday": WEEKDAYS,
    "day_type": DAY_TYPES,
    "group": GROUPS,
    "area_level": AREA_LEVELS,
    "provider_kind": PROVIDER_KINDS,
    "building_kind": BUILDING_KINDS,
    "gender": GENDERS,
    "lever": LEVERS,
    "measure_field": MEASURE_FIELDS,
    "priority": PRIORITIES,
    "measure_status": MEASURE_STATUSES,
    "item_kind": ITEM_KINDS,
    "rater_group": RATER_GROUPS,
}


def label(code_list: str, code: str) -> str:
    """Return the German label of a code; an unknown code is shown as it stands."""
    return CODE_LISTS[code_list].get(code, code)
