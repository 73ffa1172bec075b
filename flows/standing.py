"""How things stand: what was received and when, what waits for a person, what the published counts do not know yet.

One answer for `neta status` and for the page 今日.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

import duckdb

from flows import runlog
from flows.settings import Settings
from tasks.refs import ref
from warehouse import counts, ledger, store
from warehouse.ledger import Entry

PACE = 60  # seconds for one story, until this home's own decisions tell
PAUSE = 300  # seconds after which somebody was doing something else
MEASURED = 20  # steps from story to story from which a pace can be told


def standing(settings: Settings, con: duckdb.DuckDBPyConnection | None) -> dict:
    """built (None before the first build), runs, unbuilt, backlog, freshness, drift; times aware, counts as numbers.

    con: on the published warehouse, None if there is none.
    """
    lake, decisions = settings.lake, ledger.read(settings.lake.ledger)
    runs = {kind: runlog.last_success(lake, kind) for kind in ("ingest", "build")}
    told = _of_build(con, settings, decisions) if con else _before_builds(settings, decisions)
    return {"runs": runs, **told, "freshness": _freshness(settings, told["freshness"])}


def _before_builds(settings: Settings, decisions: Sequence[Entry]) -> dict:
    unbuilt = {"decision_count": len(_deciding(decisions)), "item_count": settings.lake.item_count()}
    return {"built": None, "unbuilt": unbuilt, "backlog": None, "freshness": [], "drift": []}


def _of_build(con: duckdb.DuckDBPyConnection, settings: Settings, decisions: Sequence[Entry]) -> dict:
    info = counts.build_info(con)
    late = [entry for entry in _deciding(decisions) if _is_later(entry, info)]
    seen = _ask(con, "item_count")[0]["item_count"]
    backlog = _ask(con, "backlog")[0]
    return {
        "built": {"version": info["version"], "at": info["built_at"]},
        "unbuilt": {"decision_count": len(late), "item_count": max(0, settings.lake.item_count() - seen)},
        "backlog": {**backlog, **_remaining(_ask(con, "open_stories"), late, settings, decisions)},
        "freshness": _ask(con, "freshness"),
        "drift": _ask(con, "drift"),
    }


def _ask(con: duckdb.DuckDBPyConnection, question: str) -> list[dict]:
    return store.ask(con, store.question(question))


def _deciding(decisions: Sequence[Entry]) -> list[Entry]:
    """Without what only tells that something was done."""
    return [entry for entry in decisions if entry.kind not in ledger.RECORDS]


def _is_later(entry: Entry, info: dict) -> bool:
    """Whether a build did not know this decision yet: it tells the last one that it read."""
    last = info.get("last_decision_id")
    return entry.id > last if last is not None else datetime.fromisoformat(entry.at) > info["built_at"]


def _remaining(rows: Sequence[dict], late: Sequence[Entry], settings: Settings, decisions: Sequence[Entry]) -> dict:
    """Stories with an open question, without those that somebody looked at since the build; minutes that they take."""
    looked = {ref(settings.key(), "submission", entry.subject) for entry in late if entry.kind == "code"}
    done = {row["story_id"] for row in rows if row["submission_ref"] in looked}
    stories = {row["story_id"] for row in rows} - done
    return {"story_count": len(stories), "minute_count": round(len(stories) * pace(decisions) / 60)}


def pace(decisions: Iterable[Entry]) -> float:
    """Seconds that a person takes from one story to the next, as decided here so far."""
    coded = sorted((entry.who, entry.at, entry.subject) for entry in decisions if entry.kind == "code")
    starts = [entry for entry, before in zip(coded, [None, *coded], strict=False) if not _continues(entry, before)]
    steps = [_seconds(a, b) for a, b in pairwise(starts) if a[0] == b[0]]
    steps = [seconds for seconds in steps if seconds < PAUSE]
    return median(steps) if len(steps) >= MEASURED else PACE


def _continues(entry: tuple, before: tuple | None) -> bool:
    return before is not None and (entry[0], entry[2]) == (before[0], before[2])


def _seconds(one: tuple, other: tuple) -> float:
    return (datetime.fromisoformat(other[1]) - datetime.fromisoformat(one[1])).total_seconds()


def _freshness(settings: Settings, received: Sequence[dict]) -> list[dict]:
    """Every channel that the settings name or that brought something: when it did last, and its last ingest."""
    last = {row["channel"]: row["last_received"] for row in received}
    runs = {run["channel"]: run for run in runlog.runs(settings.lake) if run["kind"] == "ingest"}
    names = dict.fromkeys([*settings.channels, *last])
    return [{"channel": name, "last_received": last.get(name), "last_run": runs.get(name)} for name in names]
