"""Judge a returned sheet against what was sent and against what stands today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sokanalysis.codes import CURRENT_STATUSES
from sokanalysis.columns import Column
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.additions import Additions
from sokanalysis.dialogue.answers import Answer
from sokanalysis.dialogue.changes import (
    WEAKER,
    Change,
    Compared,
    Kind,
    Source,
    code_of,
    german_date,
    text_doubts,
)
from sokanalysis.dialogue.layout import Key, Texts
from sokanalysis.dialogue.returned import Returned
from sokanalysis.errors import Problem
from sokanalysis.schema import TABLES

_POSITION: Final = frozenset({"lat", "lon"})


def compare(found: Returned, additions: Additions) -> Compared:
    """Compare one file three ways: sent, returned, today.

    Parameters
    ----------
    found : Returned
        A file that was read.
    additions : Additions
        Today's rows and the new ones announced so far; new rows of this file are added.

    Returns
    -------
    Compared
        A cell that says what was sent is no change, one that says what stands today is known,
        everything else is proposed; where today differs from what was sent, with a doubt.
    """
    comparison = _Comparison(found, additions, Compared())
    own = [answer for answer in found.answers if answer.key]
    new = [answer for answer in found.answers if not answer.key]
    # New offers and sites get their numbers before sessions name them.
    for answer in sorted(
        new, key=lambda answer: list(layout.BLANK_COUNTS).index(answer.table.name)
    ):
        comparison.add(answer)
    for answer in own:
        comparison.judge(answer)
    comparison.out.open_rows += [row for row in found.unseen if row[1] in additions.rows[row[0]]]
    return comparison.out


@dataclass
class _Comparison:
    found: Returned
    additions: Additions
    out: Compared

    def source(self, answer: Answer, *said: object) -> Source:
        found = self.found
        told = (found.provider_id, found.version, answer.table.name, answer.label, *said)
        return Source(
            found.provider_id, found.provider, found.date, found.file, answer.place,
            found.version, code_of(*told),
        )  # fmt: skip

    def propose(
        self,
        answer: Answer,
        kind: Kind,
        values: dict[str, tuple[str, str]],
        doubts: list[str],
        at: tuple[Key, Texts] | None = None,
        said: Texts | None = None,
    ) -> None:
        """Note a change, unless it was accepted before."""
        key, row = at or (answer.key, {})
        if not self.found.date:
            doubts = [*doubts, "Es fehlt das Datum der Rückmeldung."]
        if self.found.sent is None:
            doubts = [*doubts, "Der Bogen sagt nicht mehr, was verschickt war."]
        source = self.source(answer, kind, said or {})
        if self.additions.is_done(source):
            self.out.known_count += 1
            return
        name = layout.name_of(row) or self.additions.name(answer.table, key)
        self.out.changes.append(
            Change(kind, answer.table, key, answer.label, name, values, (source,), tuple(doubts))
        )

    def problem(
        self, answer: Answer, message: str, remedy: str, title: str = "", value: str = ""
    ) -> None:
        self.out.problems.append(Problem(answer.place, message, remedy, None, title, value))

    def judge(self, answer: Answer) -> None:
        """Compare a row that was sent."""
        now = self.additions.rows[answer.table.name].get(answer.key)
        if now is None:
            self.judge_gone(answer)
            return
        sent = (self.found.sent or {}).get(answer.table.name, {}).get(answer.key, now)
        if answer.mark:
            self.out.marks[answer.table.name, answer.key] = (self.source(answer), answer.mark)
        changed = self.cells(answer, sent, now)
        if answer.mark == "entfällt":
            self.end(answer, now)
        elif answer.mark == "stimmt":
            self.confirm(answer, now, changed)
        elif not changed and answer.mark == "geändert" and self.is_complete(answer):
            message = "Angekreuzt ist „geändert“, aber keine Zelle ist anders"
            self.problem(answer, message, "nachfragen, was sich geändert hat", value=answer.label)
        elif not changed and not answer.mark:
            self.out.open_rows.append((answer.table.name, answer.key))

    def judge_gone(self, answer: Answer) -> None:
        if answer.mark == "entfällt":
            self.out.known_count += 1
            return
        message = "Die Zeile gibt es heute nicht mehr"
        remedy = "nachsehen, warum sie entfallen ist; Änderungen von Hand eintragen"
        self.problem(answer, message, remedy, value=answer.label)

    def is_complete(self, answer: Answer) -> bool:
        """Tell whether every cell that may change was read."""
        names = layout.sheet_columns(answer.table)[1:]
        names.remove(layout.REMARK)
        return {n for n in names if layout.is_editable(answer.table, n)} <= set(answer.values)

    def cells(self, answer: Answer, sent: Texts, now: Texts) -> set[str]:
        """Propose the cells that are not as they were sent; return their columns."""
        table = answer.table
        said = {n: t for n, t in answer.values.items() if layout.is_editable(table, n)}
        columns = [table.column(name) for name in said]
        other = [c for c in columns if not layout.is_same(said[c.name], sent.get(c.name, ""), c)]
        for column in other:
            name = column.name
            text = self.resolved(answer, column, said[name])
            if text is None:
                continue
            if layout.is_same(text, now[name], column):
                self.out.known_count += 1
                continue
            doubts = self.doubts(answer, column, text, (sent.get(name, ""), now[name]))
            if table.name == "sites":
                doubts += position_doubts(name, {column.name for column in other})
            values = {name: (now[name], text)}
            self.propose(answer, "geändert", values, doubts, said={name: said[name]})
        return {column.name for column in other}

    def resolved(self, answer: Answer, column: Column, text: str) -> str | None:
        """Return a cell with its references as numbers; None when it points at nothing."""
        if not column.references or not text:
            return text
        key = self.additions.resolve(self.found, column.references.split(".")[0], text)
        if key is None:
            self.problem(
                answer, "gehört nicht zu diesem Träger oder ist nicht ausgefüllt",
                "eine Nummer aus der Liste wählen", column.title, text,
            )  # fmt: skip
        return key

    def doubts(
        self, answer: Answer, column: Column, text: str, before: tuple[str, str]
    ) -> list[str]:
        """Return what speaks against taking a cell as it is."""
        sent, now = before
        found = text_doubts(text, column)
        if not layout.is_same(sent, now, column):
            found.append(f"Inzwischen steht „{now}“, verschickt war „{sent}“.")
        if not text:
            found.append("Die Angabe wurde gelöscht.")
        if answer.mark == "stimmt" and sent:
            found.append("Angekreuzt ist „stimmt“.")
        if answer.mark == "entfällt":
            found.append("Die Zeile soll zugleich entfallen.")
        return found

    def confirm(self, answer: Answer, now: Texts, changed: set[str]) -> None:
        """Propose what follows from „stimmt“: better quality, a later date, an offer that runs."""
        values: dict[str, tuple[str, str]] = {}
        if now.get("status") == "ungeklaert" and "status" not in changed:
            values["status"] = ("ungeklaert", "laufend")
        is_assured = now.get("assured_date", self.found.date) >= self.found.date
        is_fresh = now["quality"] not in WEAKER and (
            now["quality"] != "gemeldet" or self.is_dated(now)
        )
        if values or not (is_assured and is_fresh):
            self.propose(answer, "bestätigt", values, [])
        else:
            self.out.known_count += 1

    def is_dated(self, now: Texts) -> bool:
        """Tell whether a reported row carries the day of this answer or a later one."""
        if "source_date" in now:
            day = now["source_date"]  # free text: „2024“, „ohne Datum“
            return day[:4].isdecimal() and day >= self.found.date
        return german_date(self.found.date) in now["source"]

    def end(self, answer: Answer, now: Texts) -> None:
        """Propose what follows from „entfällt“."""
        name = answer.table.name
        if name == "providers":
            message = "Der Träger selbst soll entfallen"
            self.problem(
                answer, message, "klären, wer die Angebote weiterführt", value=answer.label
            )
        elif name == "offers":
            if now["status"] in CURRENT_STATUSES:
                self.propose(answer, "entfällt", {"status": (now["status"], "abgelaufen")}, [])
            else:
                self.out.known_count += 1
        elif name == "sites":
            self.leave_site(answer)
        else:
            self.remove(answer, answer, now)

    def remove(self, answer: Answer, row: Answer, now: Texts) -> None:
        values = {column: (text, "") for column, text in now.items() if text}
        doubts = []
        if row.table.name == "offer_sites" and row is answer:
            meets = [s for s in self.additions.rows["sessions"].values()
                     if (s["offer_id"], s["site_id"]) == row.key]  # fmt: skip
            ends = {a.key[0] for a in self.found.answers if a.key and a.mark == "entfällt"}
            if any(s["session_id"] not in ends for s in meets):
                doubts.append("An diesem Ort stehen noch Termine des Angebots.")
        self.propose(row, "entfällt", values, doubts)

    def leave_site(self, answer: Answer) -> None:
        """Take a provider's links and sessions away from a site; the site stays for others."""
        own = self.additions.own_offers(self.found.provider_id)
        for name in ("offer_sites", "sessions"):
            for key, row in self.additions.rows[name].items():
                if row["site_id"] == answer.key[0] and row["offer_id"] in own:
                    table = TABLES[name]
                    gone = replace(answer, table=table, key=key, label=" / ".join(key))
                    self.remove(answer, gone, row)

    def add(self, answer: Answer) -> None:
        """Propose a new row; one that stands there already is compared with it."""
        if self.additions.is_done(self.source(answer, "neu", answer.values)):
            self.additions.remember(self.found, answer)
            self.out.known_count += 1
            return
        values = {}
        for name, text in answer.values.items():
            resolved = self.resolved(answer, answer.table.column(name), text)
            if resolved:
                values[name] = resolved
        added = self.additions.add(self.found, answer, values)
        if added.standing is not None:
            self.add_to(answer, values, added.key, added.standing)
            return
        doubts = [*added.doubts]
        for name, text in values.items():
            doubts += text_doubts(text, answer.table.column(name))
        row = values | added.derived
        told = {name: ("", text) for name, text in row.items()}
        self.propose(answer, "neu", told, doubts, (added.key, row), answer.values)

    def add_to(self, answer: Answer, values: Texts, key: Key, now: Texts) -> None:
        """Compare what is called new with a row that stands there already."""
        for name, text in values.items():
            column = answer.table.column(name)
            if layout.is_same(text, now[name], column):
                self.out.known_count += 1
                continue
            doubts = [f"Als neu gemeldet, steht aber schon da als {' / '.join(key)}."]
            doubts += text_doubts(text, column)
            pair = {name: (now[name], text)}
            said = {name: answer.values[name]}
            self.propose(answer, "geändert", pair, doubts, (key, now), said)


def position_doubts(name: str, changed: set[str]) -> list[str]:
    """Return what else has to change when the address of a site does."""
    doubts = []
    if name in ("address", "place") and not changed >= _POSITION:
        doubts.append("Breite und Länge sind dann neu zu bestimmen.")
    if name == "place":
        doubts.append("Der Gemeindeschlüssel (AGS) ist dann zu prüfen.")
    return doubts
