"""The DuckDB file: built from tables by plain SQL files, published behind a symlink, opened read-only and locked down."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa
from duckdb.sqltypes import VARCHAR

from warehouse.folding import folded
from warehouse.lake import Lake, write_durably
from warehouse.schema import described

SQL = Path(__file__).parent / "sql"
LAYERS = ("staging", "core", "marts", "views")
STORAGE = "v1.5.0"  # older tools can open it
# Bytes a block: 256 KiB, DuckDB's default, makes 11 MB of an empty warehouse, and fifty texts out of 100,000 take four times
# as long as with 64 KiB; 16 KiB costs long texts four times the CPU.
BLOCK_SMALL, BLOCK_LARGE = 2**14, 2**16
LARGE = 2**26  # bytes of input
GENERATIONS_KEPT = 3
RUN_STAMPED_TABLES = {"fct_run", "dim_build"}
RUN_STAMPED_COLUMNS = {"run_id", "fetched_at", "received_at"}
PARTS = {"intake": {"fct_submission", "fct_item", "fct_set_aside", "dim_channel", "dim_contributor", "dim_date"}}
# Left out of the intake part: they come after it.
CODED_COLUMNS = {"story_id", "story_number", "merged_story_id", "is_representative", "merged_person_ref"}
_EVERY = "DIMENSION"  # in a file's name and text: once for each dimension of the codebook
_LOCKING = Lock()
_HEADER = re.compile(r"^-- (what|ja|grain|inputs): (.+)$", re.M)


class NotBuilt(RuntimeError):
    """There is no published warehouse yet."""


@dataclass(frozen=True, slots=True)
class Script:
    """One SQL file for one table: its name, what its header says, its text."""

    name: str
    header: Mapping[str, str]
    text: str

    @property
    def inputs(self) -> list[str]:
        return [name.strip() for name in self.header["inputs"].split(",")]

    @property
    def kind(self) -> str:
        """What it makes, as COMMENT ON calls it: TABLE, VIEW, MACRO (of one value) or MACRO TABLE."""
        made = re.search(r"^CREATE (?:TEMP )?(TABLE|VIEW|MACRO)(?: \w+\(.*\) AS (TABLE))?", self.text, re.M)
        return " ".join(filter(None, made.groups()))


Estimator = Callable[[pa.Table], pa.Table]  # rows of strata.sql -> in_estimate: what SQL cannot work out


def build(
    path: Path, inputs: Mapping[str, pa.Table], dimensions: Sequence[str], zone: str, estimate: Estimator
) -> None:
    """Make a whole warehouse at `path` from Arrow tables named in_… ; anything that fails leaves `path` as it was."""
    write_durably(path, lambda made: _make(made, inputs, dimensions, zone, estimate))


def _make(
    path: Path, inputs: Mapping[str, pa.Table], dimensions: Sequence[str], zone: str, estimate: Estimator
) -> None:
    path.unlink(missing_ok=True)
    con = workshop(path.with_name("spill"))
    try:
        con.execute(f"ATTACH '{path}' AS made (STORAGE_VERSION '{STORAGE}', BLOCK_SIZE {_block_size(inputs)})")
        con.execute("USE made")
        con.execute("BEGIN")
        con.execute("SET TimeZone = $zone", {"zone": zone})
        for name, table in inputs.items():
            con.register(name, table)
        made: list[Script] = []
        for layer in LAYERS:
            if layer == "marts":
                con.register("in_estimate", estimate(con.sql(question("strata")).to_arrow_table()))
            for script in scripts(layer, dimensions):
                con.execute(script.text)
                made += [script] if layer != "staging" else []  # temporary: gone when the build is done
        _explain(con, made)
        con.execute("COMMIT")
        con.execute("CHECKPOINT made")
    finally:
        con.close()


def workshop(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection in memory with what the SQL files lean on: `folded`, because DuckDB has no NFKC.

    spill: a folder for what does not fit into memory, texts among it: by default DuckDB makes one wherever somebody stands.
    """
    if spill:
        shutil.rmtree(spill, ignore_errors=True)  # of a build that was killed
    shut = ("autoinstall_known_extensions", "autoload_known_extensions", "python_enable_replacements")
    con = duckdb.connect(config=dict.fromkeys(shut, "false") | {"temp_directory": str(spill or "")})
    con.create_function("folded", folded, [VARCHAR], VARCHAR)
    return con


def _block_size(inputs: Mapping[str, pa.Table]) -> int:
    return BLOCK_LARGE if sum(table.nbytes for table in inputs.values()) > LARGE else BLOCK_SMALL


def scripts(layer: str, dimensions: Sequence[str]) -> list[Script]:
    """A layer's SQL files, one per table, each after those it names as inputs."""
    found = {s.name: s for file in sorted((SQL / layer).glob("*.sql")) for s in _expanded(file, dimensions)}
    order = TopologicalSorter({name: [i for i in s.inputs if i in found] for name, s in found.items()})
    return [found[name] for name in order.static_order()]


def _expanded(file: Path, dimensions: Sequence[str]) -> Iterator[Script]:
    text = file.read_text(encoding="utf-8")
    for name in dimensions if _EVERY in file.stem else [""]:
        sql = text.replace(_EVERY, name)
        yield Script(file.stem.replace(_EVERY, name), dict(_HEADER.findall(sql)), sql)


def _explain(con: duckdb.DuckDBPyConnection, made: Sequence[Script]) -> None:
    """COMMENT ON what these scripts made, as their headers tell it, and on every column of it."""
    comment = "{ja} / {what}; grain: {grain}"
    said = [f"COMMENT ON {s.kind} {s.name} IS {_quoted(comment.format(**s.header))}" for s in made]
    columns = "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'made' AND NOT internal"
    for table, column in con.execute(columns).fetchall():
        said.append(f"COMMENT ON COLUMN {table}.{column} IS {_quoted(described(column))}")
    con.execute(";".join(said))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def publish(lake: Lake, path: Path) -> None:
    """Show a built file to readers: unwritable, then the symlink moves in one step. Old ones go, three stay."""
    path.chmod(0o444)
    link = lake.warehouse / f".tmp-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(path.name)
    link.replace(lake.published)
    current = path.resolve()
    old = [p for p in sorted(lake.warehouse.glob("warehouse-*.duckdb")) if p.resolve() != current]
    for stale in old[: max(0, len(old) - GENERATIONS_KEPT + 1)]:
        stale.unlink()


@contextmanager
def reading(lake: Lake, zone: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, for asking only: no other file can be read or written, no setting changed.

    Readers keep the generation that they opened. NotBuilt if none was published.
    """
    if not lake.published.exists():
        raise NotBuilt(f"{lake.home}")
    con = open_locked(lake.published.resolve(), zone)
    try:
        yield con
    finally:
        con.close()


def open_locked(path: Path, zone: str) -> duckdb.DuckDBPyConnection:
    """A read-only connection to one warehouse file, safe for foreign SQL (read_only alone still reads local files).

    Connections of one process to one file share a database: it is locked by the first, in the zone given then.
    """
    con = duckdb.connect(
        path,
        read_only=True,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": "2GB",
            "max_temp_directory_size": "0B",
        },
    )
    with _LOCKING:
        if not con.execute("SELECT current_setting('lock_configuration')").fetchone()[0]:
            _lock(con, zone)
    return con


def _lock(con: duckdb.DuckDBPyConnection, zone: str) -> None:
    con.execute("SET GLOBAL TimeZone = $zone", {"zone": zone})  # global: for its cursors too
    con.execute("SET enable_external_access = false")
    con.execute("SET disabled_filesystems = 'LocalFileSystem'")  # the one handle above stays open; nothing else opens
    con.execute("SET lock_configuration = true")


def question(name: str, **replace: str) -> str:
    """The text of warehouse/sql/questions/<name>.sql; UPPER-CASE words given are replaced by checked identifiers."""
    text = (SQL / "questions" / f"{name}.sql").read_text(encoding="utf-8")
    for word, identifier in replace.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", identifier):
            raise ValueError(f"{identifier!r} names no table or column")
        text = text.replace(word, identifier)
    return text


def ask(con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping | None = None) -> list[dict]:
    """Rows of a query as dicts, in order."""
    cursor = con.execute(sql, dict(parameters or {}))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the published tables, sorted."""
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()
    return [name for (name,) in rows]


def fingerprint(con: duckdb.DuckDBPyConnection, part: str | None = None) -> str:
    """sha256 over every published row without what a run stamps. part 'intake': what does not depend on a coder."""
    lines = [f"{name} {_table_digest(con, name, part)}" for name in tables(con) if _belongs(name, part)]
    return con.execute("SELECT sha256(?)", ["\n".join(lines)]).fetchone()[0]


def _belongs(table: str, part: str | None) -> bool:
    return table not in RUN_STAMPED_TABLES and (part is None or table in PARTS[part])


def _table_digest(con: duckdb.DuckDBPyConnection, table: str, part: str | None) -> str:
    left_out = RUN_STAMPED_COLUMNS | (CODED_COLUMNS if part else set())
    names = con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY 1", [table]).fetchall()
    kept = [name for (name,) in names if name not in left_out]
    row = ", ".join(f"coalesce({name}::VARCHAR, '\x01')" for name in kept)
    return con.execute(
        f"SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM (SELECT md5(concat_ws('\x02', {row})) AS h FROM {table})"
    ).fetchone()[0]
