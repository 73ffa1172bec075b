"""The counts that people see, in a terminal or on a page, and the way back from each: one place for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from warehouse.folding import folded
from warehouse.scopes import SCOPES
from warehouse.store import ask, question
from warehouse.words import Words

STAGES = ("conform", "accept", "link")  # that set something aside, in the order of the path
OUTCOMES = ("counted", "joined", "duplicate", "out_of_scope", "held", "withdrawn")
RANGE = (
    "estimate", "low", "high", "coding_low", "coding_high", "link_low", "frame_count", "sample_count", "decided_count"
)  # fmt: skip
AGAIN = tuple(f"_{n}" for n in range(2, 10))  # benefit=a, benefit_2=b: both; a link can name a thing once only
CHOSEN = "fct_story /* chosen */"  # in a question: stands for the stories asked for
_PLAIN = ("channel", "month")  # breakdowns that are no dimension of the codebook
_BY_FACET = "story_number IN (SELECT story_number FROM bridge_story_facet WHERE facet_number = $value)"
_STORY_FILTERS = {  # filters that are no breakdown
    "story": "story_id = $value",
    "from": "local_month >= $value",
    "to": "local_month <= $value",
    "week": "local_monday = $value",
    "allows": "story_number IN (SELECT story_number FROM fct_submission WHERE is_heard AND CASE $value "
    + " ".join(f"WHEN '{scope}' THEN can_{scope}" for scope in SCOPES)
    + " END)",
    "text": "story_number IN (SELECT story_number FROM fct_submission WHERE is_heard AND (can_paraphrase OR can_quote) "
    "AND contains(search_text, $value))",  # only what a reader is shown
    "reviewed": "CASE $value WHEN 'yes' THEN is_reviewed WHEN 'no' THEN NOT is_reviewed END",
    "used": "CASE $value WHEN 'yes' THEN TRUE WHEN 'no' THEN FALSE END = (story_id IN (SELECT story_id FROM fct_used))",
}
_ITEM_FILTERS = {
    **{name: f"item.{name} = $value" for name in ("channel", "outcome", "stage", "reason")},
    "passed": f"list_contains({list(STAGES)}, $value) AND coalesce("
    f"list_position({list(STAGES)}, item.stage) > list_position({list(STAGES)}, $value), TRUE)",
}


class NoSuchBreakdown(ValueError):
    """A breakdown that neither the codebook nor the warehouse has; the text lists those there are."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What stories are told apart by in one breakdown. rows: facet_number, level (group or code), code, group_code (the
    group of a code), label, value (what to ask `stories` for, to get just the row's stories)."""

    name: str
    title: str
    is_multi: bool
    rows: list[dict]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts by one thing. rows: those of its Menu with story_count, person_count, reviewed_count.
    story_count_low, person_count_low: what is left if every open question of linking, of accounts is answered by yes.
    estimate, low, high …: as in mart_estimate; None where no range was measured.
    """

    name: str
    title: str
    is_multi: bool
    rows: list[dict]

    @property
    def is_measured(self) -> bool:
        """Whether a range can be told of any row: something was drawn and coded, or all of it was reviewed."""
        return any(row["estimate"] is not None for row in self.rows)

    @property
    def lacks_sample(self) -> bool:
        """Whether a range would be told of its rows if something had been drawn; of a gate of the codebook none is."""
        return not self.is_measured and any(row["frame_count"] for row in self.rows)

    @property
    def groups(self) -> list[dict]:
        """The lines that print first: groups, or codes where there are no groups."""
        return [r for r in self.rows if r["level"] == "group"] or self.rows


def dimensions(con: duckdb.DuckDBPyConnection) -> dict[str, dict]:
    """Dimensions of the codebook that this warehouse was built with, in order: name -> label_ja, is_multi …"""
    return {row["dimension"]: row for row in ask(con, "SELECT * FROM dim_dimension ORDER BY dimension_order")}


def charted(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the dimensions by which counts are printed, in order."""
    return [name for name, row in dimensions(con).items() if row["is_charted"]]


def menus(con: duckdb.DuckDBPyConnection, words: Words) -> dict[str, Menu]:
    """All that stories can be told apart by: each dimension, channel, month."""
    rows = ask(con, "FROM dim_facet ORDER BY facet_number")
    return {
        name: Menu(name, *told, [_labelled(row, words) for row in rows if row["breakdown"] == name])
        for name, told in _breakdowns(con, words).items()
    }


def breakdown(con: duckdb.DuckDBPyConnection, name: str, words: Words, include_late: bool = False) -> Breakdown:
    """Counted stories by a dimension, by channel or by month. NoSuchBreakdown for another name."""
    known = _breakdowns(con, words)
    if name not in known:
        raise NoSuchBreakdown(words("count.no_such", name=name, known=" ".join(known)))
    rows, ranges = (
        ask(con, question("counts_by"), {"breakdown": name, "include_late": include_late}),
        estimates(con, name, include_late),
    )
    nothing = dict.fromkeys(RANGE)  # of what every story has in common no estimate is made
    named = [_labelled(row, words) | ranges.get((row["level"], row["code"]), nothing) for row in rows]
    return Breakdown(name, *known[name], named)


def _breakdowns(con: duckdb.DuckDBPyConnection, words: Words) -> dict[str, tuple[str, bool]]:
    """Name of each -> its title, and whether a story may stand in several of its rows."""
    coded = {name: (row[f"label_{words.language}"], row["is_multi"]) for name, row in dimensions(con).items()}
    return coded | {name: (words(f"count.by_{name}"), name == "channel") for name in _PLAIN}


def _labelled(row: dict, words: Words) -> dict:
    return {**row, "label": row[f"label_{words.language}"]}


def estimates(con: duckdb.DuckDBPyConnection, name: str, include_late: bool) -> dict[tuple[str, str], dict]:
    """(level, code) -> the columns RANGE of mart_estimate, for one breakdown or for `total`."""
    rows = ask(con, question("estimates"), {"breakdown": name, "include_late": include_late})
    return {(row["level"], row["code"]): {column: row[column] for column in RANGE} for row in rows}


def range_told(row: Mapping, words: Words) -> str:
    """The estimate of a row of counts with its range; one number where nothing is left open, – where nothing was measured."""
    if row["estimate"] is None:
        return "–"
    told = {name: f"{row[name]:,}" for name in ("estimate", "low", "high")}
    return told["estimate"] if row["low"] == row["high"] else words("estimate.ranged", **told)


def stories(
    con: duckdb.DuckDBPyConnection,
    wanted: Mapping[str, str],
    include_late: bool,
    words: Words,
    limit: int | None = None,
    offset: int = 0,
) -> list[dict]:
    """Stories that meet every condition, the earliest first, with codes, tellings (masked) and raw items.

    wanted: dimension -> code or group (dimension_2 …: another of it as well), channel, month, from, to (2026-03), week (its
    Monday), story, text (any part of it, however spelt),
    allows (a scope), reviewed, used (yes, no), kind (counted, apart, late, not_story, unconsented, any; if not given, counted, or any
    for one story). NoSuchBreakdown for another name; a value that
    nothing has gives no story.
    """
    sql, parameters = chosen(con, question("explain"), wanted, include_late, words)
    return ask(con, sql, {**parameters, "limit": limit, "offset": offset})


def quotes(
    con: duckdb.DuckDBPyConnection,
    wanted: Mapping[str, str],
    include_late: bool,
    words: Words,
    scope: str,
    longest: int,
    limit: int,
) -> list[dict]:
    """Stories to quote from: with nothing left to clear, allowed (scope: quote, or any for paraphrase as well), at most
    `longest` characters; balanced over the groups of the first two dimensions that are drawn. found_count: without limit."""
    first, *rest = [name for name, row in dimensions(con).items() if row["is_charted"] and not row["is_gate"]]
    sql = question("quotes_ROWDIM_COLDIM", ROWDIM=first, COLDIM=(rest or [first])[0])
    sql, parameters = chosen(con, sql, wanted, include_late, words)
    return ask(con, sql, {**parameters, "scope": scope, "longest": longest, "limit": limit})


def chosen(
    con: duckdb.DuckDBPyConnection, sql: str, wanted: Mapping[str, str], include_late: bool, words: Words
) -> tuple[str, dict]:
    """A question over fct_story narrowed to the stories asked for, and its parameters; wanted: as for `stories`."""
    part, parameters = choice(con, wanted, include_late, words)
    return sql.replace(CHOSEN, f"(\n{part})"), parameters


def choice(
    con: duckdb.DuckDBPyConnection, wanted: Mapping[str, str], include_late: bool, words: Words
) -> tuple[str, dict]:
    """The rows of fct_story that are asked for, as a question of its own; wanted: as for `stories`."""
    facets, kind = _facets(con), wanted.get("kind", "any" if "story" in wanted else "counted")
    once = dict.fromkeys((*dimensions(con), *_PLAIN), _BY_FACET) | _STORY_FILTERS
    known = {name + again: name for again in ("", *AGAIN) for name in once}
    rest = {name: _sought(known.get(name), value, facets) for name, value in wanted.items() if name != "kind"}
    part, parameters = _filtered(
        question("explain_story"), {name: once[first] for name, first in known.items()}, rest, words
    )
    return part, parameters | {"kind": kind, "include_late": include_late}


def _facets(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """(breakdown, what a link asks for) -> number. A name that a group and a code share means the group; code:… the code."""
    rows = ask(con, "FROM dim_facet")
    codes = {(row["breakdown"], f"code:{row['code']}"): row["facet_number"] for row in rows if row["level"] == "code"}
    return codes | {(row["breakdown"], row["value"]): row["facet_number"] for row in rows}


def _sought(name: str | None, value: str, facets: Mapping[tuple[str, str], int]) -> str | int | None:
    """What is looked for in the place of what was asked; of a facet its number, None if nothing has it."""
    if name == "text":
        return folded(value)
    return value if name in _STORY_FILTERS else facets.get((name, value))


def items(
    con: duckdb.DuckDBPyConnection, wanted: Mapping[str, str], words: Words, limit: int | None = None, offset: int = 0
) -> list[dict]:
    """Raw items behind the day's account: raw_id, channel, fetched_at, outcome, stage, reason, story_id.

    wanted: channel, outcome, stage, reason, passed (a stage that it came through). NoSuchBreakdown for another name.
    """
    sql, parameters = _filtered(question("items"), _ITEM_FILTERS, wanted, words)
    return ask(con, sql, {**parameters, "limit": limit, "offset": offset})


def item_count(con: duckdb.DuckDBPyConnection, wanted: Mapping[str, str], words: Words) -> int:
    """How many `items` gives without a limit."""
    return ask(con, *_filtered(question("items_tally"), _ITEM_FILTERS, wanted, words))[0]["item_count"]


def _filtered(sql: str, known: Mapping[str, str], wanted: Mapping[str, object], words: Words) -> tuple[str, dict]:
    """Conditions put into a question: names only from `known`, values only as parameters."""
    unknown = [name for name in wanted if name not in known]
    if unknown:
        once = [name for name in known if not name.endswith(AGAIN)]
        raise NoSuchBreakdown(words("count.no_such", name=unknown[0], known=" ".join(once)))
    conditions = [known[name].replace("$value", f"$value_{number}") for number, name in enumerate(wanted)]
    parameters = {f"value_{number}": value for number, value in enumerate(wanted.values())}
    return sql.replace("TRUE /* filters */", " AND ".join(conditions) or "TRUE"), parameters


def totals(con: duckdb.DuckDBPyConnection, include_late: bool = False) -> dict[str, int]:
    """story_count, person_count (and …_low), reviewed_count, apart_count, late_count, not_story_count, unconsented_count;
    estimate, low, high …"""
    told = ask(con, question("totals"), {"include_late": include_late})[0]
    return told | estimates(con, "total", include_late).get(("code", "all"), dict.fromkeys(RANGE))


def account(con: duckdb.DuckDBPyConnection, words: Words) -> list[dict]:
    """The day's account: a line a channel and one for all (channel None); received is the sum of the outcomes."""
    lines: dict[str | None, dict] = {None: _line(words("account.all"))}
    counted = "SELECT channel, outcome, sum(item_count)::INT AS n FROM mart_account GROUP BY ALL ORDER BY ALL"
    for row in ask(con, counted):
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


def stages(con: duckdb.DuckDBPyConnection, words: Words) -> list[dict]:
    """The path as a balance: a line a stage, item_in = item_out + what its reasons set aside."""
    rows = reasons(con, words)
    item_in = sum(line["received"] for line in account(con, words) if line["channel"] is None)
    lines = []
    for stage in STAGES:
        aside = [row for row in rows if row["stage"] == stage]
        item_out = item_in - sum(row["item_count"] for row in aside)
        lines.append({"stage": stage, "item_in": item_in, "item_out": item_out, "reasons": aside})
        item_in = item_out
    return lines


def build_info(con: duckdb.DuckDBPyConnection) -> Mapping:
    """The one row of dim_build: version, built_at, call_title, is_sample …"""
    return ask(con, "SELECT * FROM dim_build")[0]
