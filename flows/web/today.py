"""How things stand, for the page 今日: the same answers as `neta status` and `neta doctor` give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb

from flows import notify, runlog
from flows.ingest import not_read
from flows.settings import Settings
from flows.standing import standing
from warehouse.lake import is_locked
from warehouse.words import Words

RECENT = 12


class Standing:
    """Of one home (dashboards/doing.py)."""

    def __init__(self, settings: Settings):
        self._settings, self._words = settings, Words(settings.language)

    def standing(self, con: duckdb.DuckDBPyConnection | None) -> Mapping:
        return standing(self._settings, con)

    def recent(self) -> Sequence[Mapping]:
        runs = runlog.runs(self._settings.lake)[: -RECENT - 1 : -1]
        return [{**run, "at": datetime.fromisoformat(run["started_at"])} for run in runs]

    def notices(self) -> Sequence[str]:
        words, lake = self._words, self._settings.lake
        lying = [f"inbox/{name}: {words('problem.' + problem)}" for name, problem, _ in not_read(self._settings)]
        unfinished = [words("doctor.unfinished")] if any(lake.forgetting.glob("*.json")) else []
        live = any(options.get("live") for options in self._settings.channels.values())
        return [*unfinished, *(notify.overdue(self._settings, runlog.now()) if live else ()), *lying]

    def is_at_work(self) -> bool:
        return is_locked(self._settings.lake)
