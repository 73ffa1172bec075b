"""The run log: one JSON line a run and channel in <home>/state/runs.jsonl. Told, never part of a count."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

from warehouse.lake import Lake


def now() -> datetime:
    """The clock. Nothing else in neta's build path reads it."""
    return datetime.now(UTC)


def new_run_id(at: datetime) -> str:
    """A name for a run, sortable by time."""
    return f"{at:%Y%m%dT%H%M%S}-{os.urandom(3).hex()}"


def record(
    lake: Lake, run_id: str, kind: str, started_at: datetime, status: str, channel: str | None = None, **counts
) -> None:
    """Append one line. counts: item_count, new_count, known_count, quarantined_count, error; of a build ledger_head."""
    line = {
        "run_id": run_id,
        "kind": kind,
        "channel": channel,
        "started_at": started_at.isoformat(),
        "ended_at": now().isoformat(),
        "status": status,
        **counts,
    }
    lake.state.mkdir(parents=True, exist_ok=True)
    with (lake.state / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def runs(lake: Lake) -> list[dict]:
    """All runs, oldest first; a line cut off by a crash is left out."""
    path = lake.state / "runs.jsonl"
    if not path.exists():
        return []
    return [run for line in path.read_text(encoding="utf-8").splitlines() if (run := _parsed(line))]


def ledger_heads(lake: Lake) -> set[tuple[int, str]]:
    """(id, hash) of the ledger's last entry as each build saw it: what must still stand there."""
    return {(head[0], head[1]) for run in runs(lake) if (head := run.get("ledger_head"))}


def _parsed(line: str) -> dict | None:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def last_success(lake: Lake, kind: str, channel: str | None = None) -> datetime | None:
    """When the last good run of a kind (and channel) began, or None."""
    wanted = {"kind": kind, "status": "done"} | ({"channel": channel} if channel else {})
    done = [run["started_at"] for run in runs(lake) if wanted.items() <= run.items()]
    return datetime.fromisoformat(max(done)) if done else None
