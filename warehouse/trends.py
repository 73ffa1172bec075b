"""Counts of chosen stories over time and across two dimensions: what the page of trends shows, one SQL file a table."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from warehouse.counts import chosen, dimensions
from warehouse.store import ask, question
from warehouse.words import Words

PERIODS = ("month", "week")
Cells = dict[tuple, dict]  # what a number is of -> {story_count, person_count …}


def totals(
    con: duckdb.DuckDBPyConnection, wanted: Mapping[str, str], include_late: bool, period: str, words: Words
) -> dict[str | None, dict]:
    """period (2026-03, or the Monday 2026-03-02; None: all of them) -> story_count, person_count, reviewed_count."""
    sql, parameters = chosen(con, question("trend_total"), wanted, include_late, words)
    return {row["period"]: row for row in ask(con, sql, {**parameters, "period": period})}


def series(
    con: duckdb.DuckDBPyConnection, by: str, wanted: Mapping[str, str], include_late: bool, period: str, words: Words
) -> Cells:
    """(level, code, period) -> story_count, person_count; period None: in all. by: a dimension of the codebook or channel."""
    plain = by == "channel"
    sql = question("trend_by_channel") if plain else question("trend_by_DIMENSION", DIMENSION=_known(con, by))
    sql, parameters = chosen(con, sql, wanted, include_late, words)
    rows = ask(con, sql, {**parameters, "period": period})
    return {(row["level"], row["code"], row["period"]): row for row in rows}


def pairs(
    con: duckdb.DuckDBPyConnection, rows: str, columns: str, wanted: Mapping[str, str], include_late: bool, words: Words
) -> Cells:
    """((level, code), (level, code)) of two dimensions (or twice of one) -> story_count, person_count."""
    sql = question("pairs_ROWDIM_COLDIM", ROWDIM=_known(con, rows), COLDIM=_known(con, columns))
    found = ask(con, *chosen(con, sql, wanted, include_late, words))
    return {((r["row_level"], r["row_code"]), (r["column_level"], r["column_code"])): r for r in found}


def _known(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """A dimension's name, checked against those there are, before it may stand in SQL."""
    return {known: known for known in dimensions(con)}[name]
