"""Where a ledger lies and how it is opened: the only part that knows one database from the other.

Every call opens a connection of its own, so that neither threads nor forks share one; writers stand in line.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # 0.2 s, and most commands ask the ledger nothing
    from sqlalchemy import Connection, CursorResult, Engine

Ledger = Path | str  # an SQLite file, or a database URL
WAIT_SECONDS = 60  # for other writers
_HERE = Path(__file__).parent
_BEGIN = {"sqlite": "BEGIN IMMEDIATE"}
_FOUND = {"sqlite": "SELECT type FROM sqlite_schema WHERE name = 'ledger'"}


class LedgerError(Exception):
    """The database refused or could not be read; its own words."""


def exists(ledger: Ledger) -> bool:
    """Whether there is one: a file comes with the first entry; a database by URL is held to be there."""
    return ledger.exists() if isinstance(ledger, Path) else True


def named(ledger: Ledger) -> str:
    """What people may be shown of where it lies: without a password."""
    if isinstance(ledger, Path):
        return str(ledger)
    from sqlalchemy import make_url

    return make_url(ledger).render_as_string(hide_password=True)


@contextmanager
def reading(ledger: Ledger) -> Iterator[Connection]:
    """A connection that sees one moment of the ledger. LedgerError."""
    with _connected(ledger) as con:
        if con.dialect.name == "sqlite":
            con.exec_driver_sql("BEGIN")
        yield con


@contextmanager
def writing(ledger: Ledger, durable: bool = True) -> Iterator[Connection]:
    """A connection within a transaction that no other writer shares; committed at the end, whole or not at all.

    durable: on disk when it ends; else it may be lost with the machine's power, never half. LedgerError.
    """
    with _connected(ledger) as con:
        if not durable and con.dialect.name == "sqlite":
            con.exec_driver_sql("PRAGMA synchronous = NORMAL")
        con.exec_driver_sql(_BEGIN[con.dialect.name])
        yield con
        con.commit()


def run(con: Connection, sql: str, *many: dict[str, Any], **values: Any) -> CursorResult:
    """One statement with its values by :name; with several dicts, once for each."""
    from sqlalchemy import text

    return con.execute(text(sql), list(many) or values)


@contextmanager
def _connected(ledger: Ledger) -> Iterator[Connection]:
    from sqlalchemy.exc import DBAPIError

    if isinstance(ledger, Path):
        ledger.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _engine(ledger).connect() as con:
            _make_ready(con)
            yield con
    except DBAPIError as error:
        raise LedgerError(" ".join(str(error.orig).split())) from error


@lru_cache(maxsize=16)
def _engine(ledger: Ledger) -> Engine:
    from sqlalchemy import NullPool, create_engine

    return create_engine("sqlite://", creator=lambda: _sqlite(ledger), poolclass=NullPool)


def _sqlite(file: Path) -> sqlite3.Connection:
    """Transactions are ours to begin. WAL: readers never wait; FULL: a commit is on disk when it returns."""
    con = sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for told in ("secure_delete = ON", "synchronous = FULL", "foreign_keys = ON", "journal_mode = WAL"):
            con.execute(f"PRAGMA {told}")
    except sqlite3.Error:
        con.close()
        raise
    return con


@contextmanager
def lifted(con: Connection, trigger: str) -> Iterator[None]:
    """Without one of the triggers, within the transaction that is open."""
    told = con.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,)).scalar_one()
    con.exec_driver_sql(f"DROP TRIGGER {trigger}")
    yield
    con.exec_driver_sql(told)


def wipe(ledger: Ledger) -> None:
    """Leave nothing of removed rows in the file nor in its log. LedgerError if somebody reads on and on."""
    with _connected(ledger) as con:
        con.exec_driver_sql("VACUUM")
        if con.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
            raise LedgerError("the log is in use and could not be emptied")


def _make_ready(con: Connection) -> None:
    """Make the tables, or carry over what an earlier release wrote, once; a second process finds it done."""
    from warehouse.ledger.carried import carry_over

    if _found(con) != "view":
        con.exec_driver_sql(_BEGIN[con.dialect.name])
        if (found := _found(con)) == "table":
            carry_over(con)
        elif not found:
            make_tables(con)
        con.commit()
    con.rollback()


def _found(con: Connection) -> str | None:
    """What stands under the name `ledger`: `view`; `table` of the release before the chain; None in a new database."""
    return con.exec_driver_sql(_FOUND[con.dialect.name]).scalar()


def make_tables(con: Connection) -> None:
    """Everything that the database's own .sql file tells, within the transaction that is open."""
    for statement in (_HERE / f"{con.dialect.name}.sql").read_text(encoding="utf-8").split("\n\n"):
        con.exec_driver_sql(statement)
