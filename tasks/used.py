"""What stands in the book already: the ledger's `used`, as the warehouse is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from warehouse.ledger import Entry

Use = tuple[str, str, datetime]  # submission_ref, where, since when (UTC)


def used(entries: Iterable[Entry], refs: Mapping[str, str]) -> list[Use]:
    """One a telling and place, by the first word on it. entries: standing ones; refs: submission_id -> ref of those there are."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.subject in refs:
            first.setdefault((refs[entry.subject], entry.payload.get("where", "")), entry)
    return [(ref, where, datetime.fromisoformat(entry.at)) for (ref, where), entry in first.items()]
