"""`neta ledger purge`, and a step of the day: addresses go when the book has come."""

from __future__ import annotations

from pathlib import Path

from flows import runlog
from flows.settings import Settings, load
from tasks.addresses import used_up
from warehouse import ledger
from warehouse.words import Words


def purge(settings: Settings, who: str = "neta") -> int:
    """Erase the addresses whose time is over; returns how many. The ledger says that they were there and went."""
    where, now, days = settings.lake.ledger, runlog.now(), settings.address_days
    some = [entry for kind in ("address", "shipped") for entry in ledger.read(where, kind)]
    if not used_up(some, now, days):
        return 0
    return ledger.erase(where, "address", lambda entries: used_up(entries, now, days), who)


def purge_and_tell(home: Path, who: str) -> str:
    """As `purge`; returns what to tell."""
    settings = load(home)
    n = purge(settings, who)
    return Words(settings.language)("ledger.purged" if n else "ledger.no_purge", n=n, days=settings.address_days)
