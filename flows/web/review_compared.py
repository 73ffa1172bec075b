"""What the review pages lay side by side: codings that differ, texts that may be one story, how far people agree."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from dashboards.edition import Edition
from dashboards.review.asked import Agreement, Choice, Dispute, Disputed, Question, TwoTexts
from flows.agreeing import cells, coders, own_again
from flows.reviewing_links import asked, evidence
from flows.told import told
from flows.waiting import Waiting
from flows.web.review_sheet import named, telling
from tasks import adjudication
from tasks.coding.agreement import agreement
from warehouse import store
from warehouse.codebook import Codebook, Dimension
from warehouse.ledger import Entry
from warehouse.words import Words

PAIRS = 5_000  # of a version that a page goes through; the rest come with the next build
LOOKED_AGAIN, WEEKS = 50, 2


def disputed(edition: Edition, waiting: Waiting, ref: str | None, language: str) -> Disputed | None:
    """The story named, if people disagree about it, or the first about which they do."""
    ref = ref or next(iter(waiting.disputes), None)
    if ref not in waiting.disputes:
        return None
    story = told(edition.asking(), ref)
    if story is None:
        return None
    found = waiting.disputes[ref].items()
    return Disputed(
        ref=ref,
        text_hash=story.text_hash,
        head=waiting.head,
        tellings=tuple(telling(row) for row in story.tellings),
        disputes=tuple(_dispute(waiting.book.by_name[name], said, language) for name, said in found),
        left=len(waiting.disputes),
    )


def _dispute(dimension: Dimension, said: list[Entry], language: str) -> Dispute:
    choices = tuple(Choice(c.code, named(c, language), c.definition, False) for c in dimension.codes)
    question = Question(
        dimension.name, named(dimension, language), dimension.multi, dimension.required, True, "", choices
    )
    words = adjudication.words(said).items()
    return Dispute(
        question, tuple((who, _labels(dimension, e, language), tuple(e.payload["codes"])) for who, e in words)
    )


def _labels(dimension: Dimension, entry: Entry, language: str) -> tuple[str, ...]:
    return tuple(named(dimension.by_code[code], language) for code in entry.payload["codes"])


def pairs(edition: Edition) -> list[dict]:
    """The likeliest open pairs of a version."""
    if "pairs" not in edition.kept:
        found = store.ask(edition.asking(), store.question("links"), {"all": False, "most": PAIRS})
        edition.kept["pairs"] = found
    return edition.kept["pairs"]


def open_pairs(edition: Edition, waiting: Waiting) -> Iterator[dict]:
    """Those that nobody has decided."""
    return asked(pairs(edition), set(waiting.pairs))


def two_texts(edition: Edition, row: Mapping, left: int, words: Words) -> TwoTexts:
    ends = [row["submission_ref"], row["other_ref"]]
    texts = {t["submission_ref"]: t for t in store.ask(edition.asking(), store.question("texts"), {"refs": ends})}
    one, other = (telling(texts[ref]) for ref in ends)
    return TwoTexts(one, other, evidence(row, words), left)


def agreed(waiting: Waiting, who: str, language: str) -> Agreement:
    """How far people agree, and how far one agrees with oneself."""
    codes = waiting.codes()
    return Agreement(
        people=tuple(coders(codes)),
        rows=_rows(codes, waiting.book, language),
        own=_rows(own_again(codes, who, *waiting.again.get(who, (0, []))), waiting.book, language),
        disputes=len(waiting.disputes),
        can_look_again=again_count(waiting, who),
    )


def again_count(waiting: Waiting, who: str) -> int:
    """How many of their own somebody may look at again: none while a second look is not done."""
    return 0 if _looks_again(waiting, who) else min(LOOKED_AGAIN, len(old_refs(waiting.codes(), who, _long_ago())))


def _looks_again(waiting: Waiting, who: str) -> bool:
    return next(waiting.own_again(who), None) is not None


def _rows(codes: Iterable[Entry], book: Codebook, language: str) -> tuple:
    told, rows = agreement(list(codes), book), []
    for dimension in book.dimensions:
        if it := told.get(dimension.name):
            rows.append((named(dimension, language), True, *cells(it)))
            rows += [(named(dimension.by_code[row["code"]], language), False, *cells(row)) for row in it["codes"]]
    return tuple(rows)


def _long_ago() -> str:
    return (datetime.now(UTC) - timedelta(weeks=WEEKS)).isoformat(timespec="milliseconds")


def old_refs(codes: Iterable[Entry], who: str, before: str) -> list[str]:
    """submission_refs that somebody coded, the last time before a moment (ISO 8601, UTC)."""
    last = {e.payload["submission_ref"]: e.at for e in codes if e.who == who and e.payload.get("as") is None}
    return sorted(ref for ref, at in last.items() if at < before)


def second_look(waiting: Waiting, who: str) -> dict | None:
    """Payload of `again`: LOOKED_AGAIN of one's own, drawn at random. None if there are none."""
    count = again_count(waiting, who)
    refs = old_refs(waiting.codes(), who, _long_ago())
    return {"drawn": secrets.SystemRandom().sample(refs, count)} if count else None
