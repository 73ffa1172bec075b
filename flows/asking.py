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
        if cursor is None:
            raise Refused('問いが空です。例: neta sql "SELECT * FROM mart_total"')
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
        stories = counts.stories(con, _wanted(conditions), include_late, words)
    if as_json:
        show.as_json({"is_sample": settings.sample, "story_count": len(stories), "stories": stories})
    else:
        out = show.console()
        out.print(show.sample_mark(settings, words) + words("explain.total", n=len(stories)))
        _print_stories(out, stories, words)


def _wanted(conditions: Sequence[str]) -> dict[str, str]:
    pairs = [_pair(condition) for condition in conditions]
    if len(dict(pairs)) < len(pairs):
        raise Refused("同じ名前の条件が2つあります。1つにしてください")
    return dict(pairs)


def _pair(condition: str) -> tuple[str, str]:
    name, equals, value = condition.partition("=")
    if not equals or not value:
        raise Refused(f"「{condition}」: 条件は 名前=値 の形で書いてください。例: month=2026-03")
    return name.strip(), value.strip()


def _print_stories(out, stories: list[dict], words: Words) -> None:
    for story in stories[:LISTED]:
        out.print(f"\n[bold]{story['story_id']}[/bold]  {story['local_date']}  {_codes(story['codes'])}")
        for told in story["submissions"]:
            shown = filter(None, [told["title_masked"], told["body_masked"]])
            text = show.one_line(" ".join(shown) or words("consent.no_text"))
            short = text if len(text) <= 120 else text[:120] + "…"
            out.print(f"  {told['submission_ref']}  {words('channel.' + told['channel'])}  {short}", markup=False)
            out.print(f"    {words('explain.raw')}: {' '.join(raw_id[:16] for raw_id in told['raw_ids'])}", style="dim")
    if len(stories) > LISTED:
        out.print(words("explain.more", n=len(stories) - LISTED))


def _codes(codes: Sequence[dict]) -> str:
    return " ".join(f"{c['dimension']}={c['code']}" for c in codes)
