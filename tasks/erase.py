"""Erasing what tombstones cover: raw files are written again without it, and whatever was made of them goes.

Every step may be broken off anywhere and done again: the new raw file is durable before the old one goes, and what is
derived is removed whole.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from tasks import conform, stored
from tasks.stored import Reading
from tasks.tombstones import Tombstones
from tasks.traces import Traces, search
from warehouse import cells, ledger
from warehouse.lake import Lake, read_parquet, write_private

DERIVED = ("cache", "warehouse", "reports")
# What Prefect keeps of runs: names of files that could not be read stand there. Deployments and schedules stay.
PREFECT = frozenset(
    ["flow_run", "flow_run_state", "task_run", "task_run_state", "task_run_state_cache", "flow_run_input", "log"]
    + ["artifact", "artifact_collection", "events", "event_resources"]
)


def rewrite_raw(lake: Lake, stones: Tombstones) -> int:
    """Write every raw file that holds something withdrawn again without it; the other items keep all they have.

    Returns the number of items that went.
    """
    gone = 0
    for file in lake.raw_files():
        raw = read_parquet(file)
        covered = stones.cover(raw, conform.of_file(lake, file))
        if any(covered):
            gone += sum(covered)
            rest = raw.filter(pa.array([not c for c in covered]))
            if rest.num_rows:
                lake.write_raw(rest, *_place(file))
            file.unlink()
    return gone


def _place(file: Path) -> tuple[str, str]:
    """Channel and day of a raw file."""
    return file.parent.parent.name.removeprefix("channel="), file.parent.name.removeprefix("day=")


def redact_ledger(lake: Lake, stones: Tombstones) -> None:
    """Decisions on what was withdrawn keep their place in the ledger, under a keyed name and without their reason."""
    ledger.redact(lake.ledger, stones.has_id, stones.name)


def remove_derived(lake: Lake) -> None:
    """Everything that a rebuild makes again, old generations with it."""
    for folder in (lake.home / name for name in DERIVED):
        if folder.exists():
            shutil.rmtree(folder)


def clean_state(lake: Lake, wanted: Traces) -> None:
    """Prefect's rows and logs, and cursors in which the person is named: their source is asked again from the start.

    Of what pages keep, all that names the person: jobs, and uploads that wait, which are to be sent again.
    """
    for file in stored.files(lake.state / "prefect"):
        if cells.is_sqlite(file):
            cells.empty(file, PREFECT)
    storage = lake.state / "prefect" / "storage"
    if storage.exists():
        shutil.rmtree(storage)
    for log in (*lake.state.glob("*.log"), *lake.state.glob("jobs/*.log")):
        log.write_bytes(b"")
    for found in search(stored.files(lake.state), wanted, Reading()):
        if found.path.suffix == ".json" and found.path.parent.name in ("cursors", "pulled", "jobs"):
            found.path.unlink(missing_ok=True)
        elif found.path.is_relative_to(lake.state / "uploads"):
            upload = found.path.relative_to(lake.state / "uploads").parts[0]
            shutil.rmtree(lake.state / "uploads" / upload, ignore_errors=True)


def holding(files: Iterable[Path], wanted: Traces) -> list[Path]:
    """Those files that hold a trace of the person, sorted."""
    return sorted({found.path for found in search(files, wanted, Reading())})


def remove_waiting(files: Iterable[Path]) -> None:
    """Files of the inbox that hold the person, once the rest of them is landed."""
    for file in files:
        file.unlink(missing_ok=True)


def free_place(path: Path) -> Path:
    """This path, or with a number where something stands there already."""
    others = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in itertools.count(2))
    return next(place for place in itertools.chain([path], others) if not place.exists())


def move(file: Path, to: Path) -> None:
    """Move a file, to another disk too; nobody else can read it there, and broken off it is still where it was."""
    write_private(file.read_bytes(), to)
    file.unlink()
