"""`neta ledger export` and `import`: the ledger from one machine to another, one entry a line."""

from __future__ import annotations

import getpass
from pathlib import Path

from flows.failures import Refused
from flows.settings import load
from tasks import erase, tombstones
from warehouse import ledger
from warehouse.lake import locked, write_private
from warehouse.words import Words


def export(home: Path, file: Path, who: str | None) -> str:
    """Write the whole ledger, for its owner only; returns what to tell. It is listed as a backup before it is there."""
    settings = load(home)
    words = Words(settings.language)
    if file.exists():
        raise Refused(words("ledger.there", file=file))
    ledger.append(settings.lake.ledger, who or getpass.getuser(), "backup", file.name, {"file": str(file)})
    try:
        lines = list(ledger.lines(settings.lake.ledger))
    except ledger.NotTaken as error:
        raise Refused(words("ledger.broken", at=error.at)) from None
    write_private("".join(f"{line}\n" for line in lines).encode(), file)
    return words("ledger.exported", file=file, n=len(lines))


def take_in(home: Path, file: Path) -> str:
    """Go on where this ledger ends with what another machine wrote; returns what to tell. Refused if they differ.

    What was withdrawn here does not come back with it.
    """
    settings = load(home)
    words, lake = Words(settings.language), settings.lake
    with locked(lake), file.open(encoding="utf-8", errors="replace") as lines:
        try:
            taken = ledger.take_in(lake.ledger, lines)
        except ledger.NotTaken as error:
            raise Refused(words(f"ledger.no_{error.what}", file=file, at=error.at)) from None
        if taken:
            erase.redact_ledger(lake, tombstones.read(lake))
    return words("ledger.taken_in", n=taken) if taken else words("ledger.same")
