"""Where a ledger lies and how it is opened: the only part that knows one database from the other.

No two threads or processes share a connection: an SQLite file is opened for every call, connections to a server are kept by
the process that made them. Writers stand in line.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # 0.2 s, and most commands ask the ledger nothing
    from sqlalchemy import Connection, CursorResult, Engine

Ledger = Path | str  # an SQLite file, or the URL of a PostgreSQL database: postgresql://USER:PASSWORD@HOST/NAME
WAIT_SECONDS = 60  # for other writers
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What the databases say differently. found: what stands under the name `ledger`: `view`; `table` of the release
    before the chain; nothing in a new database.
    """

    found: str
    read: str  # begins a transaction that sees one moment
    write: str  # begins one that no other writer shares
    relaxed: str  # what is committed may be lost with the machine's power
    lift: str
    put_back: str  # {sql}: as the trigger was told
    wipe: tuple[str, ...]


_DIALECTS = {
    "sqlite": _Dialect(
        found="SELECT type FROM sqlite_schema WHERE name = 'ledger'",
        read="BEGIN",
        write="BEGIN IMMEDIATE",
        relaxed="PRAGMA synchronous = NORMAL",
        lift="DROP TRIGGER {trigger}",
        put_back="{sql}",
        wipe=("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"),
    ),
    "postgresql": _Dialect(
        found="SELECT CASE relkind WHEN 'v' THEN 'view' ELSE 'table' END FROM pg_class WHERE oid = to_regclass('ledger')",
        read="SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        write="SELECT pg_advisory_xact_lock(hashtext('neta ledger'))",
        relaxed="SET LOCAL synchronous_commit = off",
        lift="ALTER TABLE content DISABLE TRIGGER {trigger}",
        put_back="ALTER TABLE content ENABLE TRIGGER {trigger}",
        wipe=("VACUUM FULL content",),
    ),
}


class LedgerError(Exception):
    """The database refused or could not be read; its own words."""


def exists(ledger: Ledger) -> bool:
    """Whether there is one: a file comes with the first entry; a database by URL is held to be there."""
    return ledger.exists() if isinstance(ledger, Path) else True


def named(ledger: Ledger) -> str:
    """What people may be shown of where it lies: without a password."""
    return str(ledger) if isinstance(ledger, Path) else _url(ledger).render_as_string(hide_password=True)


@contextmanager
def reading(ledger: Ledger) -> Iterator[Connection]:
    """A connection that sees one moment of the ledger. LedgerError."""
    with _connected(ledger) as con:
        con.exec_driver_sql(_of(con).read)
        yield con


@contextmanager
def writing(ledger: Ledger, durable: bool = True) -> Iterator[Connection]:
    """A connection within a transaction that no other writer shares; committed at the end, whole or not at all.

    durable: on disk when it ends; else it may be lost with the machine's power, never half. LedgerError.
    """
    with _connected(ledger) as con:
        if not durable:
            con.exec_driver_sql(_of(con).relaxed)
        con.exec_driver_sql(_of(con).write)
        yield con
        con.commit()


def run(con: Connection, sql: str, *many: dict[str, Any], **values: Any) -> CursorResult:
    """One statement with its values by :name; with several dicts, once for each."""
    from sqlalchemy import text

    return con.execute(text(sql), list(many) or values)


@contextmanager
def lifted(con: Connection, trigger: str) -> Iterator[None]:
    """Without one of content's triggers, within the transaction that is open."""
    told = {"trigger": trigger}
    if con.dialect.name == "sqlite":
        told["sql"] = con.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,)).scalar_one()
    con.exec_driver_sql(_of(con).lift.format(**told))
    yield
    con.exec_driver_sql(_of(con).put_back.format(**told))


def wipe(ledger: Ledger) -> None:
    """Leave nothing of removed rows in the database's files. LedgerError if somebody reads on and on."""
    with _connected(ledger) as con:
        con.execution_options(isolation_level="AUTOCOMMIT")
        for statement in _of(con).wipe:
            done = con.exec_driver_sql(statement)
            if done.returns_rows and done.scalar():
                raise LedgerError("the log is in use and could not be emptied")


@contextmanager
def _connected(ledger: Ledger) -> Iterator[Connection]:
    from sqlalchemy.exc import DBAPIError

    if isinstance(ledger, Path):
        ledger.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _engine(ledger, os.getpid()).connect() as con:
            _make_ready(con)
            yield con
    except DBAPIError as error:
        raise LedgerError(" ".join(str(error.orig).split())) from error


@lru_cache(maxsize=16)
def _engine(ledger: Ledger, process: int) -> Engine:
    from sqlalchemy import NullPool, create_engine

    if isinstance(ledger, Path):
        return create_engine("sqlite://", creator=lambda: _sqlite(ledger), poolclass=NullPool)
    options = {"connect_timeout": 10, "options": f"-c lock_timeout={WAIT_SECONDS}s"}
    try:
        return create_engine(_url(ledger), connect_args=options, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise LedgerError("PostgreSQL needs its driver: make postgres") from None


def _url(ledger: str):
    from sqlalchemy import make_url

    return make_url(ledger).set(drivername="postgresql+psycopg")


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


def _of(con: Connection) -> _Dialect:
    return _DIALECTS[con.dialect.name]


def _make_ready(con: Connection) -> None:
    """Make the tables, or carry over what an earlier release wrote, once; a second process finds it done."""
    from warehouse.ledger.carried import carry_over

    if _found(con) != "view":
        con.rollback()
        con.exec_driver_sql(_of(con).write)
        if (found := _found(con)) == "table":
            carry_over(con)
        elif not found:
            make_tables(con)
        con.commit()
    con.rollback()


def _found(con: Connection) -> str | None:
    return con.exec_driver_sql(_of(con).found).scalar()


def make_tables(con: Connection) -> None:
    """Everything that the database's own .sql file tells, within the transaction that is open."""
    for statement in (_HERE / f"{con.dialect.name}.sql").read_text(encoding="utf-8").split("\n\n"):
        con.exec_driver_sql(statement)
