"""What was decided and not taken back. An `undo` names entries; they stay in the ledger, unheard.

Review offers to take back one's own last act only; that a telling was used (flows/using.py), any editor may take back.
"""

from __future__ import annotations

from collections.abc import Iterable

from warehouse import ledger
from warehouse.ledger import Entry

UNDO = "undo"


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in their order, without those that an `undo` among them names, and without the `undo`s."""
    entries = list(entries)
    gone = {number for entry in entries if entry.kind == UNDO for number in entry.payload["entries"]}
    return [entry for entry in entries if entry.kind != UNDO and entry.id not in gone]


def decided(file, *kinds: str) -> list[Entry]:
    """Standing entries of these kinds, or of all kinds, in order of writing."""
    return [entry for entry in standing(ledger.read(file)) if not kinds or entry.kind in kinds]
