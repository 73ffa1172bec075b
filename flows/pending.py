"""Withdrawals that are not finished: what must be known to finish them, kept in <home>/forgetting until the proof is clean.

Such a file holds what the person is searched for, so it is itself the last trace of them, and the last thing to go.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from tasks.person import Person, summary
from tasks.traces import KINDS, Traces, as_plain, from_plain
from warehouse.lake import Lake, write_private


@dataclass(frozen=True)
class Pending:
    """One withdrawal. id: of its ledger entry; names: every keyed name by which it can be asked for again."""

    id: str
    subject: str
    names: tuple[str, ...]
    marks: tuple[str, ...]
    traces: Traces
    told: Mapping
    waiting: tuple[str, ...]  # files of the inbox that hold the person, absolute
    move_to: str | None = None  # folder outside the home where they go instead of away
    used: Mapping[str, str] = field(default_factory=dict)  # ledger entry -> where it says that they stand in the book

    def file(self, lake: Lake) -> Path:
        return lake.forgetting / f"{self.subject}.json"


def of(person: Person, waiting: list[Path], move_to: Path | None, used: Mapping[str, str]) -> Pending:
    """A withdrawal that has not begun."""
    names = (*person.refs, *person.marks)
    paths = tuple(map(str, waiting))
    told = summary(person)
    folder = str(move_to) if move_to else None
    return Pending(os.urandom(6).hex(), person.subject, names, person.marks, person.traces, told, paths, folder, used)


def every(lake: Lake) -> list[Pending]:
    """All that are not finished, in order of their subjects."""
    files = sorted(f for f in lake.forgetting.glob("*.json") if not f.name.startswith("."))
    return [_read(json.loads(file.read_bytes())) for file in files]


def _read(told: dict) -> Pending:
    lists = {name: tuple(told[name]) for name in ("names", "marks", "waiting")}
    return Pending(**{**told, **lists, "traces": from_plain(told["traces"])})


def write(lake: Lake, pending: Pending) -> None:
    """Remember a withdrawal durably, for the owner of the home only."""
    lake.forgetting.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {**asdict(pending), "traces": as_plain(pending.traces)}
    write_private(json.dumps(told, ensure_ascii=False, sort_keys=True).encode(), pending.file(lake))


def together(old: Pending, new: Pending) -> Pending:
    """A withdrawal that was broken off and is asked for again: what either of them knew."""
    union = lambda name: tuple(sorted({*getattr(old, name), *getattr(new, name)}))  # noqa: E731
    parts = {k: tuple(sorted({*getattr(old.traces, k), *getattr(new.traces, k)})) for k in KINDS}
    sets = {name: union(name) for name in ("names", "marks", "waiting")}
    return replace(
        old,
        **sets,
        move_to=new.move_to or old.move_to,
        used={**old.used, **new.used},
        traces=Traces(**parts, short=max(old.traces.short, new.traces.short)),
    )


def finish(lake: Lake, pending: Pending) -> None:
    """Remove what was remembered of a withdrawal."""
    pending.file(lake).unlink(missing_ok=True)
    if not any(lake.forgetting.iterdir()):
        lake.forgetting.rmdir()
