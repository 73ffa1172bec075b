"""What is held back, for the pages: by source, and one item as it came in."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from dashboards.doing import HeldItem, HeldSource, RawItem
from flows.holding import Held, held_now, let_go_before
from flows.settings import Settings
from tasks.stored import decoded
from warehouse.lake import read_item

SHOWN = 20_000  # characters of an item on its page
READ = 200_000  # bytes of it that are looked at


class Holding:
    """Of one home (dashboards/doing.py)."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def held(self, con: duckdb.DuckDBPyConnection | None) -> Sequence[HeldSource]:
        return _by_source(held_now(self._settings, con))

    def let_go(self) -> Sequence[HeldSource]:
        return _by_source(let_go_before(self._settings))

    def look(self, raw_id: str, con: duckdb.DuckDBPyConnection | None) -> RawItem | None:
        every = [*held_now(self._settings, con), *let_go_before(self._settings)]
        row = next((one.row for one in every if one.row.raw_id == raw_id), None)
        item = row and read_item(self._settings.lake, raw_id)
        if item is None:
            return None
        data = item["payload"] or b""
        text = decoded(data[:READ])[0] if data else ""
        told = (item["media_type"], item["byte_count"], item["fetched_at"], item["problem"], row.where)
        is_cut = len(text) > SHOWN or len(data) > READ
        return RawItem(raw_id, row.channel, row.file, *told, text[:SHOWN], is_cut)


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
