"""Who is at work on what, for some minutes: kept beside the ledger's chain, since nobody decides anything by it.

A lease that was not given back runs out by itself. Only the database's order of writers says who came first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from warehouse.ledger.database import Ledger, exists, reading, run, writing

Clock = Callable[[], datetime]


def clock() -> datetime:
    """The time by which leases run out."""
    return datetime.now(UTC)


def claim(ledger: Ledger, who: str, subject: str, minutes: float = 10, now: Clock = clock) -> bool:
    """Whether `who` holds the subject from now on, for so many minutes: newly, or again. LedgerError."""
    at = now()
    with writing(ledger, durable=False) as con:
        run(con, "DELETE FROM lease WHERE until <= :now", now=_text(at))
        run(
            con,
            "INSERT INTO lease VALUES (:subject, :who, :until) ON CONFLICT (subject) DO UPDATE SET until = excluded.until"
            " WHERE lease.who = excluded.who",
            subject=subject,
            who=who,
            until=_text(at + timedelta(minutes=minutes)),
        )
        return run(con, "SELECT who FROM lease WHERE subject = :subject", subject=subject).scalar() == who


def release(ledger: Ledger, who: str, subject: str) -> None:
    """Give a subject back; nothing happens if somebody else holds it. LedgerError."""
    with writing(ledger, durable=False) as con:
        run(con, "DELETE FROM lease WHERE subject = :subject AND who = :who", subject=subject, who=who)


def held(ledger: Ledger, now: Clock = clock) -> dict[str, str]:
    """subject -> who holds it now. LedgerError."""
    if not exists(ledger):
        return {}
    with reading(ledger) as con:
        return dict(run(con, "SELECT subject, who FROM lease WHERE until > :now", now=_text(now())).all())


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
