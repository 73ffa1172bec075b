"""What is held back, for the pages: by source."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from dashboards.doing import HeldItem, HeldSource
from flows.holding import Held, held_now, let_go_before
from flows.settings import Settings


class Holding:
    """Of one home (dashboards/doing.py)."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def held(self, con: duckdb.DuckDBPyConnection | None) -> Sequence[HeldSource]:
        return _by_source(held_now(self._settings, con))

    def let_go(self) -> Sequence[HeldSource]:
        return _by_source(let_go_before(self._settings))


def _by_source(found: Sequence[Held]) -> list[HeldSource]:
    groups: dict[str, list[Held]] = {}
    for one in found:
        groups.setdefault(one.source, []).append(one)
    return [
        HeldSource(ref, group[0].row.channel, group[0].row.file, [_item(one) for one in group])
        for ref, group in groups.items()
    ]


def _item(one: Held) -> HeldItem:
    row = one.row
    return HeldItem(row.raw_id, one.reason, one.detail, row.where, row.fetched_at, one.is_built, one.is_mended)
