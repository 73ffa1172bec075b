"""`make bench`: neta beside dlt and plain DuckDB, and its mail beside Python's email package; the same input in the same
run, each in a process of its own."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

CONTENDERS = {"neta": "neta", "dlt_arrow": "dlt, Arrow", "duckdb_sql": "DuckDB SQL"}
NOT_INTAKE = {"mask", "code"}
_FIGURES = {"start": 1, "wall": 1, "peak": 0, "loaded": 0}  # name -> decimal places
PACKAGES = ("dlt", "duckdb", "pyarrow", "pandas", "great_expectations", "orjson")
PHOTO = 5_000_000  # bytes of the picture in each mail of the second mailbox
ROOT = Path(__file__).parent.parent.parent


@click.command()
@click.option("--rows", default=100_000, show_default=True, help="posts")
@click.option("--mails", default=1_300, show_default=True, help="mails that are read one by one")
@click.option("--mailbox", default=100_000, show_default=True, help="mails of the large mailbox")
@click.option("--json", "as_json", is_flag=True, help="figures for a program")
def main(rows: int, mails: int, mailbox: int, as_json: bool) -> None:
    """Load ROWS posts three ways, read MAILS two ways, take in a mailbox; compare CPU and memory."""
    with TemporaryDirectory(prefix="neta-bench-") as folder:
        size = _write(Path(folder), rows)
        used = {name: _run(name, Path(folder)) for name in CONTENDERS}
        read = _letters("race", mails)
        boxes = [_letters("mailbox", Path(folder) / "small", mailbox)]
        boxes += [_letters("mailbox", Path(folder) / "photos", max(1, mailbox // 1_000), PHOTO)]
    if as_json:
        click.echo(json.dumps({"rows": rows, "used": used, "mail": read, "mailboxes": boxes}))
        return
    out = Console(width=max(Console().width, 100))
    _show(out, rows, size, used)
    out.print(_mail_table(read))
    out.print(_mailbox_table(boxes))


def _write(folder: Path, rows: int) -> int:
    """Two folders of pages: `pages` with every post, `first` with one page. Bytes of the pages."""
    _python("-m", "tests.bench.posts", str(folder / "first"), "100")
    return int(_python("-m", "tests.bench.posts", str(folder / "pages"), str(rows)))


def _run(name: str, folder: Path) -> dict:
    work = folder / name
    work.mkdir()
    answer = _python("-m", "tests.bench.race", name, *(str(p) for p in (folder / "first", folder / "pages", work)))
    return json.loads(answer.splitlines()[-1])


def _python(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _letters(*arguments: object) -> dict:
    return json.loads(_python("-m", "tests.bench.letters", *map(str, arguments)).splitlines()[-1])


def _show(out: Console, rows: int, size: int, used: dict[str, dict]) -> None:
    cpu = {name: sum(u["cpu"].values()) for name, u in used.items()}
    out.print(f"{rows:,} posts, {size / 1e6:.0f} MB of JSON pages · {_machine()}")
    out.print(_against_each_other(used, cpu))
    out.print(_stages(used["neta"]["cpu"], rows, cpu["dlt_arrow"]))
    for name, label in CONTENDERS.items():
        out.print(f"[bold]{label}[/bold]: {used[name]['does']}", highlight=False)


def _machine() -> str:
    versions = " · ".join(f"{package} {version(package)}" for package in PACKAGES)
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()} · {versions}"


def _against_each_other(used: dict[str, dict], cpu: dict[str, float]) -> Table:
    table = Table("", *("start s", "CPU s", "wall s", "peak MB", "rows", "CPU ÷ dlt", "CPU ÷ DuckDB"))
    for column in table.columns[1:]:
        column.justify = "right"
    lines = [(CONTENDERS[name], u, cpu[name]) for name, u in used.items()]
    lines.insert(1, ("  without masking and coding", {}, _intake(used["neta"]["cpu"])))
    for label, u, seconds in lines:
        figures = [f"{u[name]:,.{places}f}" if u else "" for name, places in _FIGURES.items()]
        ratios = [f"{seconds / cpu[peer]:.2f}" for peer in ("dlt_arrow", "duckdb_sql")]
        table.add_row(label, figures[0], f"{seconds:.1f}", *figures[1:], *ratios)
    return table


def _intake(stages: dict[str, float]) -> float:
    return sum(seconds for stage, seconds in stages.items() if stage not in NOT_INTAKE)


def _stages(stages: dict[str, float], rows: int, dlt: float) -> Table:
    table = Table("neta, stage", "CPU s", "µs a post", "÷ dlt's total")
    for column in table.columns[1:]:
        column.justify = "right"
    for stage, seconds in stages.items():
        table.add_row(stage, f"{seconds:.2f}", f"{seconds / rows * 1e6:.0f}", f"{seconds / dlt:.2f}")
    return table


def _mail_table(read: dict) -> Table:
    """µs of CPU a mail; how many times neta's; how many of the mails came out wrong."""
    names = list(read["wrong"])
    table = Table(f"{read['count']:,} Japanese mails, µs of CPU", *names, *(f"{name} ÷ neta" for name in names[1:]))
    for column in table.columns[1:]:
        column.justify = "right"
    for shape, times in read["microseconds"].items():
        ratios = [f"{times[name] / times[names[0]]:.1f}" for name in names[1:]]
        table.add_row(shape, *(f"{times[name]:.0f}" for name in names), *ratios)
    table.add_row("wrong", *(f"{read['wrong'][name]}" for name in names), *[""] * (len(names) - 1))
    return table


def _mailbox_table(boxes: list[dict]) -> Table:
    table = Table("mailbox", *("MB", "landed", "mails/s", "peak MB landing", "conformed", "mails/s", "peak MB in all"))
    for column in table.columns[1:]:
        column.justify = "right"
    for box in boxes:
        rates = [f"{box['count'] / box[name]:,.0f}" for name in ("land_seconds", "conform_seconds")]
        figures = [f"{box[name]:,.0f}" for name in ("megabytes", "landed", "peak_landed", "understood", "peak")]
        table.add_row(f"{box['count']:,} mails", *figures[:2], rates[0], *figures[2:4], rates[1], figures[4])
    return table


if __name__ == "__main__":
    main()
