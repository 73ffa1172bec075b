"""`neta coder evaluate`: how well the coder in force does, as one page with figures, and in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import isnan
from pathlib import Path

from rich.progress import BarColumn, Progress, TimeElapsedColumn
from rich.table import Table

from dashboards import coder_page
from flows import runlog, show
from flows.coders import decided_here
from flows.failures import Refused
from flows.settings import Settings, load
from tasks.coding import evaluate, examples, in_force, left_out
from tasks.coding.coder import Coder
from tasks.coding.training import Example
from warehouse import codebook, ledger
from warehouse.codebook import Codebook
from warehouse.lake import write_private
from warehouse.words import Words

PAGE = "coder.html"
Judgements = Mapping[str, dict]  # dimension -> what is told of it


def evaluate_and_tell(home: Path, leave_writers_out: bool, html: Path | None, as_json: bool) -> None:
    """Measure the coder in force and write the page (html, else into the home's reports). Refused if nothing to measure by."""
    settings = load(home)
    words, book = Words(settings.language), codebook.load(settings.codebook)
    decisions = ledger.read(settings.lake.ledger, "coder")
    coder = in_force.coder_in_force(book, settings.lake.coders, decisions)
    report = _report(settings, book, coder, decisions, leave_writers_out)
    if not report["sets"]:
        raise Refused(words("evaluate.nothing"))
    page = html or settings.lake.reports / PAGE
    write_private(coder_page.render(report, book, words, settings.call.title, settings.sample).encode(), page)
    if as_json:
        show.as_json(plain_figures(report))
        return
    for one in report["sets"]:
        _print(one, book, words)
    print(words("evaluate.written", file=page))


def _report(
    settings: Settings, book: Codebook, coder: Coder, decisions: Sequence[ledger.Entry], leave_writers_out: bool
) -> dict:
    """{coder, codebook, at, sets: [{name, n, main, coders: {which: judgements}}], curve: [{n, dimensions}]}"""
    with _progress(Words(settings.language)) as begin:
        sets = list(_sets(settings, book, coder, decisions))
        curve = list(_curve(book, begin)) if book.has_model else []
        sets += _by_writer(book, begin) if book.has_model and leave_writers_out else []
    at = runlog.now().astimezone(settings.zone)
    return {"coder": coder.version, "codebook": book.version, "at": at, "sets": sets, "curve": curve}


@contextmanager
def _progress(words: Words) -> Iterator[Callable[[str, int], Callable[[], None]]]:
    """Gives begin(key of evaluate.…, steps) -> step(): one bar a thing that takes long, on stderr."""
    from rich.console import Console

    columns = "{task.description}", BarColumn(), "{task.completed}/{task.total}", TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def begin(key: str, steps: int) -> Callable[[], None]:
            bar = bars.add_task(words(f"evaluate.{key}"), total=steps)
            return lambda: bars.advance(bar)

        yield begin


def _sets(settings: Settings, book: Codebook, coder: Coder, decisions: Sequence[ledger.Entry]) -> Iterator[dict]:
    """The texts kept apart, where they were coded by this codebook; what people decided, without what the coder learnt from."""
    if book.has_model:
        apart = examples.kept_apart(book)
        yield _set("apart", book, apart, left_out.opinions(coder, apart))
    here = decided_here(settings, _learnt_until(decisions))
    if here:
        yield _set("people", book, here, left_out.opinions(coder, here))


def _learnt_until(decisions: Sequence[ledger.Entry]) -> datetime | None:
    """A coder trained here may have learnt from everything that was decided before it was put in force; others from nothing."""
    last = decisions[-1] if decisions else None
    is_ours = last and last.payload["name"] not in (in_force.RULES, in_force.built_in_name())
    return datetime.fromisoformat(last.at) if is_ours else None


def _curve(book: Codebook, begin: Callable) -> Iterator[dict]:
    apart = examples.kept_apart(book)
    for count, answers in left_out.by_amount(book, begin("learning", len(left_out.PARTS))):
        yield {"n": count, "dimensions": evaluate.scores(apart, answers, book)}


def _by_writer(book: Codebook, begin: Callable) -> list[dict]:
    """Two sets: writers with whose texts the rules were tuned, and writers whom nothing in the coder has seen."""
    tuned = {e.group for e in examples.shipped(book) if not e.is_fresh}
    told: dict[str, tuple[list[Example], left_out.Answers]] = {"writers_tuned": ([], {}), "writers_fresh": ([], {})}
    step = begin("leaving_out", len(left_out.writers(examples.shipped(book))))
    for texts, answers in left_out.by_writer(book, step):
        mine, by_coder = told["writers_tuned" if texts[0].group in tuned else "writers_fresh"]
        mine += texts
        for name, coded in answers.items():
            by_coder.setdefault(name, []).extend(coded)
    return [_set(name, book, texts, by_coder) for name, (texts, by_coder) in told.items() if texts]


def _set(name: str, book: Codebook, texts: Sequence[Example], by_coder: left_out.Answers) -> dict:
    """One set of texts: everything of the whole coder (`main`), the one figure a dimension of its halves."""
    main = list(by_coder)[-1]
    told = {which: evaluate.scores(texts, coded, book) for which, coded in by_coder.items()}
    found = (evaluate.judged(d, texts, by_coder[main]) for d in book.dimensions if d.scored)
    told[main] = {one.dimension.name: evaluate.detail(one) for one in found if one is not None}
    return {"name": name, "n": len(texts), "main": main, "coders": told}


def _print(one: dict, book: Codebook, words: Words) -> None:
    out = show.console()
    title = words(f"evaluate.set_{one['name']}", n=f"{one['n']:,}")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for which in one["coders"]:
        table.add_column(words(f"evaluate.coder_{which}"), justify="right")
    for dimension in book.dimensions:
        if dimension.name in one["coders"][one["main"]]:
            rows = [coder_page.told(by[dimension.name], words) for by in one["coders"].values()]
            table.add_row(coder_page.name(dimension, words), *rows)
    out.print(table)
    out.print()


def plain_figures(value: object) -> object:
    """Figures as {value, low, high}; what has no meaning as null."""
    if hasattr(value, "_asdict"):
        return plain_figures(value._asdict())
    if isinstance(value, Mapping):
        return {key: plain_figures(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_figures(part) for part in value]
    return None if isinstance(value, float) and isnan(value) else value
