"""What attributes say: values of our own taxonomy, and terms of others where they are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from sokanalysis.codes import CODE_LISTS
from sokanalysis.errors import UnknownKey
from sokanalysis.hsds.fields import (
    ENTITY,
    EXCHANGED,
    GENERATED,
    IMPLIED,
    TAXONOMY,
    attribute_columns,
)
from sokanalysis.hsds.model import Row, Sheets
from sokanalysis.hsds.report import NOT_TAKEN, Finding

# Kinds that belong to one field of action wherever they occur; the others need a term that says it.
FIELD_OF: Final = (
    dict.fromkeys(
        ("integrationskurs", "alphabetisierung", "einstiegskurs", "berufssprachkurs", "pruefung",
         "schule_daz", "regelangebot"), "sprache_bildung",
    )
    | dict.fromkeys(
        ("jobvermittlung", "ausbildungsbegleitung", "jugendmigrationsdienst",
         "arbeitsgelegenheit", "jobmesse"), "ausbildung_arbeit",
    )
    | dict.fromkeys(
        ("migrationsberatung", "begegnung", "ehrenamt", "sport", "jugendarbeit", "existenzhilfe"),
        "teilhabe",
    )
)  # fmt: skip
# Which lists of codes a term may stand for, by the table it describes.
LISTS: Final = {
    "organization": ("provider_kind",), "service": ("kind", "field", "target_group"),
}  # fmt: skip

_COLUMNS: Final = {
    ENTITY[table.name]: {column.name: column for column in attribute_columns(table)}
    for table in EXCHANGED
}


def checked_terms(terms: Mapping[str, str]) -> dict[str, str]:
    """Return what somebody assigned, by terms in small letters.

    Parameters
    ----------
    terms : mapping of str to str
        Identifier, code, name or address of a term to ``<list>:<code>``, such as
        ``kind:integrationskurs``.

    Raises
    ------
    UnknownKey
        When there is no such list or code.
    """
    allowed = [f"{name}:{code}" for lists in LISTS.values() for name in lists
               for code in CODE_LISTS[name]]  # fmt: skip
    for term, code in terms.items():
        if code not in allowed:
            raise UnknownKey(
                f"Dem Begriff „{term}“ ist „{code}“ zugeordnet, das es nicht gibt → Liste und Code "
                f"angeben wie „{allowed[-1]}“; Listen: {', '.join(sum(LISTS.values(), ()))}."
            )
    return {term.strip().casefold(): code for term, code in terms.items()}


class Said:
    """What the attributes of a package say about its rows."""

    def __init__(self, sheets: Sheets, terms: Mapping[str, str]) -> None:
        self.findings: list[Finding] = []
        self._assigned = dict(terms)
        self._own: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._foreign: dict[tuple[str, str], list[Row]] = defaultdict(list)
        known = {row["id"]: row for row in sheets.get("taxonomy_term", [])}
        names = {row["id"]: row.get("name", "") for row in sheets.get("taxonomy", [])}
        for attribute in sheets.get("attribute", []):
            term = known.get(attribute.get("taxonomy_term_id", ""), {})
            taxonomy = names.get(term.get("taxonomy_id", "")) or term.get("taxonomy")
            self._add(attribute, term, is_own=taxonomy == TAXONOMY)

    def _add(self, attribute: Row, term: Row, *, is_own: bool) -> None:
        entity, identifier = attribute.get("link_entity", ""), attribute.get("link_id", "")
        name = attribute.get("link_type", "")
        if not is_own:
            self._foreign[entity, identifier].append(term)
            return
        said = self._own[entity, identifier]
        column = _COLUMNS.get(entity, {}).get(name)
        if column is None and name not in (GENERATED, IMPLIED):
            self._lose(entity, "attributes", f"Angabe „{name[:40]}“ ist nicht bekannt", identifier)
        elif column and column.codes:
            code = term.get("code", "").partition(":")[2]
            said[name] = f"{said[name]};{code}" if said.get(name) else code
        else:
            said[name] = attribute.get("value", "")

    def _lose(self, entity: str, field: str, reason: str, key: str) -> None:
        self.findings.append(Finding(entity or "attribute", field, NOT_TAKEN, reason, key))

    def own(self, entity: str, identifier: str) -> dict[str, str]:
        """Return our own values of a row by column; empty for a row of somebody else."""
        return self._own.get((entity, identifier), {})

    def codes(self, entity: str, identifier: str) -> dict[str, list[str]]:
        """Return which codes the terms of others stand for, by list; unknown terms are found.

        A term stands for a code that somebody assigned, or whose code or label it is.
        """
        found: dict[str, list[str]] = defaultdict(list)
        for term in self._foreign.pop((entity, identifier), []):
            codes = list(self._codes(term, LISTS[entity]))
            for name, code in codes:
                if code not in found[name]:
                    found[name].append(code)
            if not codes:
                self._lose_term(entity, term, identifier)
        return found

    def rest(self) -> list[Finding]:
        """Return everything found, with the terms that nobody asked for."""
        for (entity, identifier), terms in self._foreign.items():
            for term in terms:
                self._lose_term(entity, term, identifier)
        return self.findings

    def _lose_term(self, entity: str, term: Row, identifier: str) -> None:
        words = " ".join(part for part in (term.get("code"), term.get("name")) if part)
        reason = f"Begriff „{words[:80]}“ hat bei uns keine Entsprechung"
        self._lose(entity, "attributes", reason, identifier)

    def _codes(self, term: Row, lists: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        names = [term.get(field, "").strip().casefold() for field in _NAMING]
        for name in filter(None, names):
            if name in self._assigned:
                found, _, code = self._assigned[name].partition(":")
                if found in lists:
                    yield found, code
                return
        for found in lists:
            for code, label in CODE_LISTS[found].items():
                if {code.casefold(), label.casefold()} & {names[1], names[2]}:
                    yield found, code


_NAMING: Final = ("id", "code", "name", "term_uri")
