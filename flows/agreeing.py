"""`neta review agreement`: how far people agree who decided on the same submissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from math import isnan
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from dashboards.coder_page import figure, name
from flows import show
from flows.settings import load
from flows.waiting import disputed_last
from tasks.adjudication import ADJUDICATOR, by_people
from tasks.codebooks.changes import read_today
from tasks.coding.agreement import agreement
from tasks.taken_back import decided
from warehouse import codebook
from warehouse.codebook import Codebook
from warehouse.ledger import Entry
from warehouse.words import Words


def show_agreement(home: Path, as_json: bool) -> None:
    """A table by dimension and code; where nothing was coded twice, who has coded at all."""
    settings = load(home)
    words, book = Words(settings.language), codebook.load(settings.codebook)
    read = (read_today(book, entry) for entry in decided(settings.lake.ledger, "code"))
    decisions = [entry for entry, lost in read if not lost]
    people, told, waiting = coders(decisions), agreement(decisions, book), len(open_questions(decisions))
    if as_json:
        from flows.evaluating import plain_figures  # scipy comes with it, and the pages need none

        show.as_json({"people": people, "dimensions": plain_figures(told), "open": waiting})
        return
    if not told:
        key = "none" if not people else "alone" if len(people) == 1 else "apart"
        print(words(f"agreement.{key}", who="".join(people[:1]), n=len(people)))
        return
    out = show.console()
    out.print(_table(told, book, words, len(people)))
    out.print(words("agreement.open", n=waiting))
    out.print(f"[dim]{words('agreement.how')}[/dim]")


def coders(decisions: Iterable[Entry]) -> list[str]:
    """Who has coded, sorted."""
    return sorted({entry.who for entry in by_people(decisions) if entry.payload.get("as") != ADJUDICATOR})


def own_again(decisions: Iterable[Entry], who: str, after: int, refs: Iterable[str]) -> list[Entry]:
    """Somebody's own decisions on these, those before an entry as one person's and those after it as another's."""
    refs = set(refs)
    own = (e for e in decisions if e.who == who and e.payload["submission_ref"] in refs)
    return [replace(e, who=f"{who} 2") if e.id > after else e for e in own]


def open_questions(decisions: Iterable[Entry]) -> list[tuple[str, str]]:
    """(submission_ref, dimension) of what wants an adjudicator."""
    said = defaultdict(list)
    for entry in decisions:
        said[entry.payload["submission_ref"]].append(entry)
    return [(ref, dimension) for ref, entries in said.items() for dimension in disputed_last(entries)]


def _table(told: dict, book: Codebook, words: Words, people: int) -> Table:
    table = Table(title=words("agreement.title", n=people), title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for column in ("units", "agreed", "kappa", "alpha"):
        table.add_column(words(f"agreement.{column}"), justify="right")
    for dimension in book.dimensions:
        if it := told.get(dimension.name):
            table.add_row(escape(name(dimension, words)), *cells(it), style="bold")
            for row in it["codes"]:
                table.add_row("  " + escape(name(dimension.by_code[row["code"]], words)), *cells(row))
    return table


def cells(row: dict) -> list[str]:
    """units, agreed, kappa, alpha as text."""
    figures = [row["kappa"], row["alpha"]]
    return [
        f"{row['units']:,}",
        f"{row['agreed']:.0%}",
        *("–" if value is None or isnan(value.value) else figure(value) for value in figures),
    ]
