"""Chosen stories counted over time and across facets: what the page of trends shows, one SQL file a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from warehouse.counts import CHOSEN, choice
from warehouse.store import ask, question
from warehouse.words import Words

PERIODS = ("month", "week")
UNITS = ("story", "person")
_LISTED = "story_number, is_reviewed"  # of fct_story by the questions asked here
_COUNTED = f"{_LISTED}, local_monday, local_month"


class Chosen:
    """Stories that were chosen, counted in many ways, in stories or in people.

    Facets are given and told by their number in dim_facet; what has no stories is not told.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def totals(self) -> dict[str, int]:
        """story_count, person_count, reviewed_count."""
        return self._ask("tally")[0]

    def over_time(self, unit: str, period: str) -> dict[str | None, int]:
        """Period (2026-03, or the Monday 2026-03-02; None: all of them) -> how many."""
        return {row["period"]: row["n"] for row in self._ask("trend_total", unit=unit, period=period)}

    def by_facet(
        self, facets: Sequence[int], unit: str, period: str | None = None
    ) -> dict[tuple[int, str | None], int]:
        """(facet, period) -> how many; period None: in all, which is all there is if no period is given."""
        rows = self._ask("trend", unit=unit, period=period, facets=list(facets))
        return {(row["facet_number"], row["period"]): row["n"] for row in rows}

    def pairs(self, down: Sequence[int], across: Sequence[int], unit: str) -> dict[tuple[int, int], int]:
        """(facet, facet) -> how many have both."""
        rows = self._ask("pairs", unit=unit, down=list(down), across=list(across))
        return {(row["down_number"], row["across_number"]): row["n"] for row in rows}

    def stories(self, limit: int, offset: int) -> list[dict]:
        """As counts.stories."""
        return self._ask("explain", limit=limit, offset=offset)

    def _ask(self, name: str, **parameters: object) -> list[dict]:
        return ask(self._con, question(name).replace(CHOSEN, "chosen_story"), parameters)


@contextmanager
def chosen(
    con: duckdb.DuckDBPyConnection, wanted: Mapping[str, str], include_late: bool, words: Words, over_time: bool = True
) -> Iterator[Chosen]:
    """The stories asked for, looked up once: a temporary table of a cursor of its own. wanted: as for counts.stories;
    over_time: False if they are only to be listed and tallied, which takes less.
    """
    part, parameters = choice(con, wanted, include_late, words)
    with con.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE chosen_story AS SELECT {_COUNTED if over_time else _LISTED} FROM ({part})", parameters
        )
        yield Chosen(cursor)
