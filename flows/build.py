"""Build: raw + ledger → a published warehouse. The whole path in its order; the rules live in tasks/."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from flows import runlog
from flows.settings import Settings, load
from tasks.taken_back import standing
from warehouse import codebook, counts, ledger, store, tombstones
from warehouse.lake import Lake, locked, write_bytes

ROOMS = ("flows", "tasks", "expectations", "warehouse")
_ROOT = Path(__file__).parent.parent
Tell = Callable[[str], None]  # gets a key of words.toml [step] as each step begins


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. changed: False when the same inputs had been built and published before."""

    version: str
    changed: bool


def build(settings: Settings, tell: Tell = lambda step: None, empty_cache: bool = False, anew: bool = False) -> Built:
    """Build and publish, unless nothing that goes in has changed. Failures leave the published warehouse as it was.

    empty_cache: make every derived thing again, from raw, ledger, key, settings and codebook alone.
    anew: build also if nothing that goes in has changed.
    """
    started = runlog.now()
    run_id = runlog.new_run_id(started)
    try:
        with locked(settings.lake):
            _go_on_withdrawing(settings.lake)
            if empty_cache:
                shutil.rmtree(settings.lake.cache, ignore_errors=True)
            wanted = input_hash(settings)
            version = None if empty_cache or anew else published_version(settings, wanted)
            built = Built(version, False) if version else Built(_build(settings, wanted, started, tell), True)
    except Exception as error:
        runlog.record(settings.lake, run_id, "build", started, "failed", error=type(error).__name__)
        raise
    runlog.record(settings.lake, run_id, "build", started, "done", ledger_head=ledger.head(settings.lake.ledger))
    return built


def _go_on_withdrawing(lake: Lake) -> None:
    """A withdrawal that was broken off may have left an item in two raw files; `neta forget` does the rest and proves it."""
    if any(lake.forgetting.glob("*.json")):
        from tasks import erase, tombstones  # only where there is one

        erase.rewrite_raw(lake, tombstones.read(lake))


def build_home(home: str) -> dict:
    """As `build`, for a task runner: plain values in and out."""
    built = build(load(Path(home)))
    return {"version": built.version, "changed": built.changed}


def input_hash(settings: Settings) -> str:
    """sha256 over all that a build depends on: raw files, ledger, key, settings, codebook and neta's own code."""
    lake, digest = settings.lake, hashlib.sha256()
    digest.update("\n".join(str(f.relative_to(lake.raw)) for f in lake.raw_files()).encode())
    digest.update(f"{ledger.digest(lake.ledger)} {_code_hash()} {codebook.load(settings.codebook).digest}".encode())
    digest.update(settings.key() + lake.settings_file.read_bytes() + tombstones.digest(lake))
    return digest.hexdigest()


@cache  # what runs does not change while it runs
def _code_hash() -> str:
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((_ROOT / room).rglob("*")):
            if file.suffix in {".py", ".sql", ".toml", ".txt", ".html", ".npz", ".json"}:
                digest.update(file.read_bytes())
    return digest.hexdigest()


def published_version(settings: Settings, wanted: str) -> str | None:
    """The version on show if it was built from just these inputs."""
    try:
        with store.reading(settings.lake, str(settings.zone)) as con:
            info = counts.build_info(con)
            return info["version"] if info["input_hash"] == wanted else None
    except store.NotBuilt:
        return None


def _build(settings: Settings, wanted: str, at: datetime, tell: Tell) -> str:
    from tasks.estimate import estimated
    from tasks.path import travel  # pandas and Great Expectations come with it

    version = f"{at:%Y%m%dT%H%M%SZ}-{wanted[:8]}"
    book = codebook.load(settings.codebook)
    build_row = {"version": version, "built_at": at, "call_title": settings.call.title, "is_sample": settings.sample}
    build_row |= {"time_zone": str(settings.zone), "input_hash": wanted}
    said = ledger.read(settings.lake.ledger)
    decisions = standing(said)
    build_row |= {"last_decision_id": max((entry.id for entry in said), default=0)}  # an undo is a decision too
    tables, report = travel(
        lake=settings.lake,
        key=settings.key(),
        call=settings.call,
        me=settings.me,
        gap_minutes=settings.gap_minutes,
        consents=settings.consent,
        book=book,
        decisions=decisions,
        runs=runlog.runs(settings.lake),
        build_row=build_row,
        tell=tell,
    )
    tell("publish")
    path = settings.lake.warehouse / f"warehouse-{version}.duckdb"
    store.build(path, tables, [d.name for d in book.dimensions], str(settings.zone), estimated)
    write_bytes(report(settings.language, at.astimezone(settings.zone)).encode(), report_file(settings.lake))
    store.publish(settings.lake, path)
    return version


def report_file(lake: Lake) -> Path:
    """Where the validation report lies."""
    return lake.reports / "validation.html"
