"""Every cell of a stored table, whatever file it lies in: for who must know that something stands nowhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

SQLITE = b"SQLite format 3\0"
Cell = tuple[str, str | bytes]  # (table.column, what stands there)


def of_parquet(path: Path) -> Iterator[Cell]:
    """Cells of a Parquet file; lists and structs as text."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(1_000):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                if not pa.types.is_primitive(column.type):
                    yield from ((name, _plain(cell)) for cell in column.to_pylist() if cell is not None)


def of_duckdb(path: Path) -> Iterator[Cell]:
    """Cells of a DuckDB file, and what it says of its tables."""
    with closing(duckdb.connect(path, read_only=True, config={"python_enable_replacements": "false"})) as con:
        names = con.execute("SELECT schema_name, table_name, comment, sql FROM duckdb_tables()").fetchall()
        for schema, table, *told in names:
            yield from ((table, _plain(text)) for text in told if text)
            cursor = con.execute(f'SELECT * FROM "{schema}"."{table}"')
            yield from _rows(table, cursor)


def of_sqlite(path: Path) -> Iterator[Cell]:
    """Cells of an SQLite file."""
    with closing(sqlite3.connect(path, timeout=30)) as con:
        con.text_factory = bytes
        for table in _tables(con):
            yield from _rows(table, con.execute(f'SELECT * FROM "{table}"'))


def vacuum(path: Path) -> None:
    """Leave nothing of removed rows in an SQLite file nor in its log."""
    with closing(sqlite3.connect(path, timeout=30)) as con:
        con.execute("PRAGMA secure_delete = ON")
        con.execute("VACUUM")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def empty(path: Path, tables: frozenset[str]) -> None:
    """Remove every row of those of `tables` that an SQLite file has, and what is left of them in it."""
    with closing(sqlite3.connect(path, timeout=30)) as con:
        con.execute("PRAGMA secure_delete = ON")
        with con:
            for table in sorted(tables.intersection(_tables(con))):
                con.execute(f'DELETE FROM "{table}"')
    vacuum(path)


def is_sqlite(path: Path) -> bool:
    """Whether a file is an SQLite database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _tables(con: sqlite3.Connection) -> list[str]:
    rows = con.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    return [name.decode() if isinstance(name, bytes) else name for (name,) in rows]


def _rows(table: str, cursor) -> Iterator[Cell]:
    names = [f"{table}.{column[0]}" for column in cursor.description]
    while rows := cursor.fetchmany(1_000):
        for row in rows:
            yield from ((name, _plain(cell)) for name, cell in zip(names, row, strict=True) if cell is not None)


def _plain(cell: object) -> str | bytes:
    return cell if isinstance(cell, str | bytes) else str(cell)
