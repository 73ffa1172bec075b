"""Verbs that ask the published warehouse: sql, explain, fingerprint."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import load
from warehouse import counts, store
from warehouse.words import Words

LISTED = 50  # stories shown on a terminal


def show_sql(home: Path, query: str | None, form: str) -> None:
    """Run one read-only query (from the command line or standard input) and print its rows."""
    settings = load(home)
    query = query or sys.stdin.read()
    with store.reading(settings.lake, str(settings.zone)) as con:
        cursor = con.execute(query)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    if form == "json":
        show.as_json([dict(zip(names, row, strict=True)) for row in rows])
    elif form == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([names, *rows])
    else:
        show.rows(show.console(), names, rows)


def show_fingerprint(home: Path, part: str | None) -> None:
    """Print the fingerprint, alone on the last line."""
    settings = load(home)
    with store.reading(settings.lake, str(settings.zone)) as con:
        print(store.fingerprint(con, part))


def show_explained(home: Path, conditions: Sequence[str], include_late: bool, as_json: bool) -> None:
    """The stories, submissions and raw items behind a number."""
    settings = load(home)
    words = Words(settings.language)
    with store.reading(settings.lake, str(settings.zone)) as con:
        stories = explain(con, dict(_pair(c) for c in conditions), include_late, words)
    if as_json:
        show.as_json({"story_count": len(stories), "stories": stories})
    else:
        _print_stories(show.console(), stories, words)


def _pair(condition: str) -> tuple[str, str]:
    name, equals, value = condition.partition("=")
    if not equals or not value:
        raise Refused(f"「{condition}」: 条件は 名前=値 の形で書いてください。例: platform=note month=2026-03")
    return name.strip(), value.strip()


def explain(con, wanted: dict[str, str], include_late: bool, words: Words) -> list[dict]:
    """Counted stories that meet every condition (dimension=code or group, channel, month, story), with all they rest on."""
    known = counts.dimensions(con)
    filters, parameters = [], {"include_late": include_late}
    for number, (name, value) in enumerate(wanted.items()):
        parameters[f"value_{number}"] = value
        filters.append(_filter(name, number, known, words))
    sql = store.question("explain").replace("TRUE /* filters */", " AND ".join(filters) or "TRUE")
    return store.ask(con, sql, parameters)


def _filter(name: str, number: int, known, words: Words) -> str:
    """One condition as SQL. The name is checked against the codebook; the value is a parameter."""
    value = f"$value_{number}"
    if name == "story":
        return f"story_id = {value}"
    if name == "month":
        return f"local_month = {value}"
    if name == "channel":
        return f"story_id IN (SELECT story_id FROM fct_submission WHERE channel = {value})"
    if name not in known:
        raise Refused(words("count.no_such", name=name, known=" ".join([*known, "channel", "month", "story"])))
    return store.question("explain_by_DIMENSION", DIMENSION=name).strip().replace("$value", value)


def _print_stories(out, stories: list[dict], words: Words) -> None:
    out.print(words("explain.total", n=len(stories)))
    for story in stories[:LISTED]:
        out.print(f"\n[bold]{story['story_id']}[/bold]  {story['local_date']}  {_codes(story['codes'])}")
        for told in story["submissions"]:
            text = " ".join(filter(None, [told["title_masked"], told["body_masked"]])).replace("\n", " ")
            short = text if len(text) <= 120 else text[:120] + "…"
            out.print(f"  {told['submission_ref']}  {words('channel.' + told['channel'])}  {short}", markup=False)
            out.print(f"    {words('explain.raw')}: {' '.join(raw_id[:16] for raw_id in told['raw_ids'])}", style="dim")
    if len(stories) > LISTED:
        out.print(words("explain.more", n=len(stories) - LISTED))


def _codes(codes: Sequence[dict]) -> str:
    return " ".join(f"{c['dimension']}={c['code']}" for c in codes)
