"""The counts that people see, in a terminal or on a page: one place, so that they can never differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from warehouse.store import ask, question
from warehouse.words import Words

OUTCOMES = ("counted", "joined", "duplicate", "out_of_scope", "held", "withdrawn")
_PLAIN = ("channel", "month")  # breakdowns that are no dimension of the codebook


class NoSuchBreakdown(ValueError):
    """A breakdown that neither the codebook nor the warehouse has; the text lists those there are."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts by one thing. rows: level (group or code), code, label, story_count, person_count, reviewed_count."""

    name: str
    title: str
    is_multi: bool
    rows: list[dict]

    @property
    def groups(self) -> list[dict]:
        """The lines that print first: groups, or codes where there are no groups."""
        return [r for r in self.rows if r["level"] == "group"] or self.rows


def dimensions(con: duckdb.DuckDBPyConnection) -> dict[str, dict]:
    """Dimensions of the codebook that this warehouse was built with, in order: name -> label_ja, is_multi …"""
    return {row["dimension"]: row for row in ask(con, "SELECT * FROM dim_dimension ORDER BY dimension_order")}


def breakdown(con: duckdb.DuckDBPyConnection, name: str, words: Words, include_late: bool = False) -> Breakdown:
    """Counted stories by a dimension, by channel or by month. NoSuchBreakdown for another name."""
    known = dimensions(con)
    if name in _PLAIN:
        sql, title, multi = question(f"counts_by_{name}"), words(f"count.by_{name}"), name == "channel"
    elif name in known:
        sql, multi = question("counts_by_DIMENSION", DIMENSION=name), known[name]["is_multi"]
        title = known[name][f"label_{words.language}"]
    else:
        raise NoSuchBreakdown(words("count.no_such", name=name, known=" ".join([*known, *_PLAIN])))
    rows = ask(con, sql, {"include_late": include_late})
    return Breakdown(name, title, multi, [{**row, "label": row[f"label_{words.language}"]} for row in rows])


def totals(con: duckdb.DuckDBPyConnection, include_late: bool = False) -> dict[str, int]:
    """story_count, person_count, reviewed_count, apart_count, late_count, not_story_count."""
    return ask(con, question("totals"), {"include_late": include_late})[0]


def account(con: duckdb.DuckDBPyConnection, words: Words) -> list[dict]:
    """The day's account: a line a channel and one for all (channel None); received is the sum of the outcomes."""
    lines: dict[str | None, dict] = {None: _line(words("account.all"))}
    for row in ask(con, "SELECT channel, outcome, sum(item_count)::INT AS n FROM mart_account GROUP BY ALL ORDER BY ALL"):
        label = words(f"channel.{row['channel']}") if words.has(f"channel.{row['channel']}") else row["channel"]
        for line in (lines.setdefault(row["channel"], _line(label)), lines[None]):
            line[row["outcome"]] += row["n"]
            line["received"] += row["n"]
    whole = lines.pop(None)
    return [{"channel": c, **line} for c, line in lines.items()] + [{"channel": None, **whole}]


def _line(label: str) -> dict:
    return {"label": label, "received": 0, **dict.fromkeys(OUTCOMES, 0)}


def reasons(con: duckdb.DuckDBPyConnection, words: Words) -> list[dict]:
    """Why items were set aside: stage, reason, label, item_count; in the order of the path."""
    rows = ask(con, question("reasons"))
    return [{**row, "label": row[f"label_{words.language}"]} for row in rows]


def build_info(con: duckdb.DuckDBPyConnection) -> Mapping:
    """The one row of dim_build: version, built_at, call_title, is_sample …"""
    return ask(con, "SELECT * FROM dim_build")[0]
