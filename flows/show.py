"""What a terminal shows: tables and lines in the author's language. Asks nothing and decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dashboards.plain import plain
from flows.settings import Settings
from warehouse.counts import OUTCOMES, Breakdown, range_told
from warehouse.words import Words


def console(of_errors: bool = False) -> Console:
    """A console that keeps Japanese lines whole when its output goes into a file or a pipe."""
    plain = Console(highlight=False, stderr=of_errors)
    return plain if plain.is_terminal else Console(highlight=False, stderr=of_errors, width=110, soft_wrap=True)


def as_json(value: object) -> None:
    """Print a value as JSON, readable by a program."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def banner(out: Console, settings: Settings, words: Words) -> None:
    """The call's title; 見本データ where it is one."""
    out.print(f"{sample_mark(settings, words)}[bold]{escape(settings.call.title)}[/bold]")


def sample_mark(settings: Settings, words: Words) -> str:
    """見本データ, in front of whatever is told from a sample home; empty in a real one."""
    return f"[reverse] {words('page.sample')} [/reverse] " if settings.sample else ""


def account(out: Console, rows: Sequence[Mapping], words: Words) -> None:
    """The day's account: one line a channel, received = the sum of the rest; then the reasons."""
    columns = ["received", *OUTCOMES]
    table = Table(title=words("account.title"), title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column(words("account.channel"))
    for column in columns:
        table.add_column(words(f"outcome.{column}"), justify="right")
    for row in rows:
        style = "bold" if row["channel"] is None else ""
        table.add_row(row["label"], *[_number(row[c]) for c in columns], style=style)
    out.print(table)


def stages(out: Console, lines: Sequence[Mapping], words: Words) -> None:
    """The path stage by stage: in = out + set aside, with the reasons."""
    table = Table(title=words("account.stages"), title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column(words("account.stage"))
    for column in ("in", "out"):
        table.add_column(words(f"account.{column}"), justify="right")
    table.add_column(words("account.aside"), overflow="fold")
    for line in lines:
        why = "、".join(f"{reason['label']} {reason['item_count']}" for reason in line["reasons"])
        table.add_row(words(f"stage.{line['stage']}"), _number(line["item_in"]), _number(line["item_out"]), why or "–")
    out.print(table)


def breakdown(
    out: Console, counted: Breakdown, codes: bool, words: Words, unit: str = "story", parts: bool = False
) -> None:
    """Counts by one thing with bars: groups, or codes (with `codes`) where a story was found.

    unit: what is counted first and drawn, story or person. parts: what of a range is coding and what is linking.
    """
    first, second = (f"{unit}_count", "person_count" if unit == "story" else "story_count")
    rows = [r for r in counted.rows if r["level"] == "code" and r["story_count"]] if codes else counted.groups
    title = f"{counted.title}({words('count.multiple')})" if counted.is_multi else counted.title
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("", min_width=26)
    estimates = _estimate_columns(parts) if unit == "story" and counted.is_measured else ()
    for column in (f"count.{first}", *estimates, f"count.{second}", "count.reviewed"):
        table.add_column(words(column), justify="right")
    table.add_column("")
    most = max([row[first] for row in rows] + [1])
    for row in rows:
        bar = "█" * round(24 * row[first] / most)
        share = f"{row['reviewed_count'] / row['story_count']:.0%}" if row["story_count"] else "–"
        measured = [_estimated(row, column, words) for column in estimates]
        count = _number(row[first]) if measured else ranged(row, first, words)
        table.add_row(row["label"], count, *measured, _number(row[second]), share, f"[cyan]{bar}[/cyan]")
    out.print(table)


def _estimate_columns(parts: bool) -> tuple[str, ...]:
    return ("estimate.column", "estimate.coding", "estimate.link") if parts else ("estimate.column",)


def _estimated(row: Mapping, column: str, words: Words) -> str:
    """A row's cell in a column of estimates."""
    if row["estimate"] is None or column == "estimate.column":
        return range_told(row, words)
    return _number(row["link_low"]) if column == "estimate.link" else f"{row['coding_low']:,}–{row['coding_high']:,}"


def ranged(row: Mapping, column: str, words: Words) -> str:
    """A number; with its range where open questions leave one."""
    low = row.get(f"{column}_low", row[column])
    return _number(row[column]) if low == row[column] else words("count.range", n=f"{row[column]:,}", low=f"{low:,}")


def rows(out: Console, names: Sequence[str], values: Sequence[Sequence]) -> None:
    """The rows of a query as a plain table; text from outside is shown as text."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(escape(name), overflow="fold")
    for row in values:
        table.add_row(*["" if value is None else escape(_shown(value)) for value in row])
    out.print(table)


def one_line(text: object) -> str:
    """Foreign text for a terminal, on one line."""
    return _shown(" ".join(str(text).split()))


def _shown(value: object) -> str:
    """Without what would command the terminal or turn the text after it; half characters of file names as ?."""
    return plain(str(value).encode("utf-8", "replace").decode())


def lines(out: Console, pairs: Iterable[tuple[str, object]]) -> None:
    """Label and value, one a line."""
    for label, value in pairs:
        out.print(f"{label}: {value}")


def _number(value: int) -> str:
    return f"{value:,}" if value else "·"
