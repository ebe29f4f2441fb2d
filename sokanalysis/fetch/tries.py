"""Tries to get a file, repeated while that may help; it is put in place only when whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sokanalysis.fetch.content import fault, is_zip, unpack_table
from sokanalysis.fetch.hitches import LATER, Hitch
from sokanalysis.fetch.provenance import sha256_of
from sokanalysis.fetch.sources import PART
from sokanalysis.fetch.transfer import Answer, Job, Patience, attempt, checksum


def tried(job: Job, target: Path) -> Answer | Hitch:
    """Try until the file is in place or nothing new comes.

    Parameters
    ----------
    job : Job
        What to get.
    target : Path
        Where it goes once it is whole and of the right kind; never touched before.

    Returns
    -------
    Answer or Hitch
        After a hitch that may pass, what has arrived stays for the next time.
    """
    patience, best, barren = job.patience, job.part.size, 0
    hitch = Hitch("kam nicht an")
    for _ in range(patience.tries_max):
        outcome = _once(job, target)
        if isinstance(outcome, Answer):
            return outcome
        hitch, size = outcome, job.part.size
        barren = 0 if size > best else barren + 1
        best = max(best, size)
        if hitch.is_final or barren >= patience.tries or _is_over(patience, hitch, barren):
            break
    if hitch.is_final or not job.part.validator:
        job.part.drop()
    return hitch


def _once(job: Job, target: Path) -> Answer | Hitch:
    """Try once; the sum that the source publishes is asked for first, it costs nothing."""
    expected = checksum(job) if job.source.checksum else ""
    if isinstance(expected, Hitch):
        return expected
    outcome = attempt(job)
    if isinstance(outcome, Hitch) or outcome.is_unchanged:
        return outcome
    return _wrong_sum(job, expected) or _wrong_kind(job, target) or outcome


def _is_over(patience: Patience, hitch: Hitch, barren: int) -> bool:
    """Wait as long as the source asks for, else ever longer; tell whether to stop instead."""
    wait_s = min(patience.first_wait_s * 2 ** max(barren - 1, 0), patience.longest_wait_s)
    wait_s = wait_s if hitch.wait_s is None else hitch.wait_s
    return wait_s > patience.longest_wait_s or patience.stop.wait(wait_s)


def _wrong_kind(job: Job, target: Path) -> Hitch | None:
    """Put what has arrived in place, unless it is not what it should be."""
    arrived, table = job.part.path, target.with_name(f"{target.name}{PART}.csv")
    if job.source.kind == "csv" and is_zip(arrived):
        # Databases pack a single table or not, as they like; readers get the table.
        if message := unpack_table(arrived, table):
            return Hitch(message, is_final=True)
        table.replace(arrived)
    message, start = fault(arrived, job.source.kind)
    if message:
        return Hitch(message, is_final=True, value=start)
    arrived.replace(target)
    job.part.drop()
    return None


def _wrong_sum(job: Job, expected: str) -> Hitch | None:
    """Compare with the checksums that we or the source give."""
    arrived = job.part.path
    if job.source.sha256 and sha256_of(arrived) != job.source.sha256:
        return Hitch("hat nicht die Prüfsumme, die angegeben ist (SHA-256)", is_final=True)
    if expected and _md5(arrived) != expected:
        # A new file may have been published between the two requests.
        job.part.drop()
        return Hitch("hat nicht die Prüfsumme der Quelle (MD5)", LATER)
    return None


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
