"""`python -m tests.bench.ledger`: what a decision costs, beside the same row put into a plain SQLite table, and reading many.

Both wait until it is on disk. The plain one keeps its connection open, hashes nothing and refuses nothing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from warehouse import ledger
from warehouse.ledger import New

_PAYLOAD = {"dimension": "benefit", "codes": ["learning"], "text_hash": "ab" * 32, "submission_ref": "s" + "0" * 20}


@click.command()
@click.option("--writes", default=500, show_default=True, help="decisions, one by one")
@click.option("--entries", default=100_000, show_default=True, help="of a large ledger")
@click.option("--json", "as_json", is_flag=True, help="figures for a program")
def main(writes: int, entries: int, as_json: bool) -> None:
    """Write and read; compare."""
    with TemporaryDirectory(prefix="neta-bench-") as folder:
        told = measure(Path(folder), writes, entries)
    if as_json:
        click.echo(json.dumps(told))
        return
    table = Table("ledger", "CPU ms", "median ms", "p95 ms")
    for name, figures in {**told["writes"], **told["reads"]}.items():
        table.add_row(name, *(f"{figure:,.2f}" for figure in figures))
    Console().print(table)


def measure(folder: Path, writes: int, entries: int) -> dict:
    """writes, reads: name -> [CPU on average, median, p95] in ms. reads: of the large ledger."""
    small, large = folder / "small.sqlite", folder / "large.sqlite"
    one = New("editor", "code", "mail:1@example.jp", _PAYLOAD)
    ledger.append_many(large, [one] * entries)
    with closing(_plain(folder / "plain.sqlite")) as con:
        row = (one.who, one.kind, one.subject, json.dumps(_PAYLOAD))
        written = {
            "plain insert": lambda: con.execute("INSERT INTO t (who, kind, subject, payload) VALUES (?, ?, ?, ?)", row),
            "append": lambda: ledger.append(small, one.who, one.kind, one.subject, _PAYLOAD),
            f"append to {entries:,}": lambda: ledger.append(large, one.who, one.kind, one.subject, _PAYLOAD),
            "append_many, 8": lambda: ledger.append_many(small, [one] * 8),
        }
        told = {name: _of([_seconds(write) for _ in range(writes)]) for name, write in written.items()}
    read = {
        "read": lambda: ledger.read(large),
        "read what is new": lambda: ledger.read(large, after=entries),
        "digest": lambda: ledger.digest(large),
        "verify": lambda: ledger.verify(large),
    }
    return {"writes": told, "reads": {name: _of([_seconds(reading)]) for name, reading in read.items()}}


def _plain(file: Path) -> sqlite3.Connection:
    con = sqlite3.connect(file, isolation_level=None)
    con.execute("PRAGMA journal_mode = WAL")
    con.execute("PRAGMA synchronous = FULL")
    con.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, who, kind, subject, payload)")
    return con


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def _of(seconds: Sequence[tuple[float, float]]) -> list[float]:
    walls = sorted(wall for _, wall in seconds)
    cpu = sum(cpu for cpu, _ in seconds) / len(seconds)
    return [1000 * s for s in (cpu, walls[len(walls) // 2], walls[int(len(walls) * 0.95)])]


if __name__ == "__main__":
    main()
