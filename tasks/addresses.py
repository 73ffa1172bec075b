"""Postal addresses: which of them have done what they were given for. They stand nowhere but in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from warehouse.ledger import Entry


def used_up(entries: Sequence[Entry], now: datetime, days: int) -> dict[int, tuple[str, dict]]:
    """Entry of kind `address` -> what it is left with: those after which something was shipped, so many days ago or more.

    entries: of a ledger, in order; other kinds than `address` and `shipped` are passed over.
    """
    until = (now - timedelta(days=days)).isoformat(timespec="milliseconds")  # UTC, as `at` is
    shipped = {e.subject: e.id for e in entries if e.kind == "shipped" and e.at <= until}
    given = (e for e in entries if e.kind == "address" and "address" in e.payload)
    return {e.id: (e.subject, {}) for e in given if e.id < shipped.get(e.subject, 0)}
