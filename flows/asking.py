"""Verbs that ask the published warehouse: sql, explain, fingerprint."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import load
from warehouse import counts, questions, sheets, store
from warehouse.lake import write_bytes
from warehouse.words import Words

LISTED = 50  # stories shown on a terminal


def show_sql(home: Path, asked: Sequence[str], name: str | None, form: str, out: Path | None) -> None:
    """Run one read-only query (from the command line or standard input), or a named question, and give its rows.

    asked: the query; for a named question parameter=value. form: table, csv, json; out: a .csv or .xlsx file instead.
    """
    settings = load(home)
    words = Words(settings.language)
    write = out and _writer(out, words)
    with store.reading(settings.lake, str(settings.zone)) as con:
        names, rows = _asked_by_name(con, name, asked, words) if name else _asked_freely(con, asked, words)
        heads = [words(f"column.{column}") for column in names] if name else names
        if write:
            write([heads, *rows, *(_foot(con, name, asked, words) if name else ())], counts.build_info(con)["built_at"])
    if write:
        print(words("question.written", file=out, n=len(rows)))
    elif form == "json":
        show.as_json([dict(zip(names, row, strict=True)) for row in rows])
    elif form == "csv":
        sys.stdout.write(sheets.to_csv([names, *rows], bom=False).decode())
    else:
        show.rows(show.console(), heads, rows)


def _foot(con, name: str, asked: Sequence[str], words: Words) -> list[list[str]]:
    """What was asked and what its counts mean, under the answer in a file."""
    from dashboards.take_away import foot

    title = " ".join([questions.named(name, words).titles[words.language], *asked])
    return [[], *([line] for line in (title, *foot(counts.totals(con), counts.build_info(con), words)))]


def _asked_freely(con, asked: Sequence[str], words: Words) -> tuple[list[str], list[tuple]]:
    if len(asked) > 1:
        raise Refused(words("question.one_query"))
    cursor = con.execute(asked[0] if asked else sys.stdin.read())
    if cursor is None:
        raise Refused('問いが空です。例: neta sql "SELECT * FROM mart_total"')
    return [column[0] for column in cursor.description], cursor.fetchall()


def _asked_by_name(con, name: str, asked: Sequence[str], words: Words) -> tuple[list[str], list[tuple]]:
    given: dict[str, str] = {}
    for text in asked:
        key, equals, value = text.partition("=")
        if not equals:
            raise Refused(words("question.pair", text=text))
        if key in given:
            raise Refused(words("question.twice", name=key))
        given[key] = value
    try:
        answer = questions.ask(con, questions.named(name, words), given, words)
    except questions.TooLong as error:
        raise Refused(words("question.too_long", seconds=error)) from error
    return answer.columns, answer.rows


def _writer(out: Path, words: Words) -> Callable[[list, datetime], None]:
    """How a file of this name is written; Refused before anything is asked if neta cannot."""
    known = {
        ".csv": lambda rows, at: write_bytes(sheets.to_csv(rows), out),
        ".xlsx": lambda rows, at: write_bytes(sheets.to_xlsx({"neta": rows}, at), out),
    }
    if out.suffix.lower() not in known:
        raise Refused(words("question.out_kind", file=out, known=" ".join(known)))
    return known[out.suffix.lower()]


def list_questions(home: Path, form: str) -> None:
    """The named questions: what each tells, and its parameters with their defaults."""
    words = Words(load(home).language)
    found = questions.every().values()
    if form == "json":
        show.as_json([asdict(question) for question in found])
        return
    out = show.console()
    for question in found:
        out.print(f"{question.name}  {question.titles[words.language]}", style="bold", markup=False)
        out.print(f"  {question.tells[words.language]}", markup=False)
        for parameter in question.parameters:
            default = words("question.default", value=parameter.default or "–")
            out.print(
                f"    {parameter.name}=  {parameter.labels[words.language]}({default})", style="dim", markup=False
            )
    out.print(words("question.how"), markup=False)


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
