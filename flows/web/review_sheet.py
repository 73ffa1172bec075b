"""Sheets of the review pages: what the warehouse and the ledger say of one story, in the codebook's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.review.asked import Choice, Question, Sheet, Span, Telling
from flows.waiting import Task, Waiting
from warehouse.codebook import Codebook, Dimension


def sheet(
    waiting: Waiting, task: Task | None, tellings: Sequence[Mapping], standing: Sequence[Mapping], language: str
) -> Sheet:
    """tellings, standing: rows of review_tellings and review_story. Who is blind gets no codes, no evidence, no notes."""
    first, book, is_blind = tellings[0], waiting.book, bool(task and task.is_blind)
    ref, seen = first["submission_ref"], first["text_hash"]
    said = {} if is_blind else waiting.decided(ref, seen)
    stood = {} if is_blind else {row["dimension"]: row["standing"] or [] for row in standing}
    llm = [] if is_blind else first["llm_codes"]
    return Sheet(
        ref=ref,
        text_hash=seen,
        head=waiting.head,
        why=task.why if task else "",
        is_waiting=task is not None,
        tellings=tuple(telling(row, book, language, not is_blind) for row in tellings),
        questions=tuple(_question(d, task, said, stood.get(d.name, []), llm, language) for d in book.dimensions),
        notes=() if is_blind else tuple((e.who, e.at[:10], e.payload["note"]) for e in waiting.notes.get(ref, ())),
    )


def telling(row: Mapping, book: Codebook, language: str, with_evidence: bool = False) -> Telling:
    """A row of review_tellings, or of texts."""
    spans = (_span(book, found, language) for found in row["evidence"]) if with_evidence else ()
    named = (row["submission_ref"], row["channel"], str(row["local_date"]), row["title_masked"], row["body_masked"])
    return Telling(*named, tuple(spans))


def _span(book: Codebook, found: Mapping, language: str) -> Span:
    return Span(found["start_at"], found["end_at"], label(book, found["dimension"], found["code"], language))


def label(book: Codebook, dimension: str, code: str | None, language: str) -> str:
    """`観点: 分類`, with the names as they were where the codebook has them no more."""
    asked = book.by_name.get(dimension)
    known = asked and asked.by_code.get(code)
    return f"{named(asked, language) if asked else dimension}: {named(known, language) if known else code or '–'}"


def named(it, language: str) -> str:
    return it.ja if language == "ja" else it.en


def _question(
    dimension: Dimension,
    task: Task | None,
    said: Mapping,
    stood: Sequence[Mapping],
    llm: Sequence[Mapping],
    language: str,
) -> Question:
    by = "person" if dimension.name in said else stood[0]["decided_by"] if stood else ""
    codes = said.get(dimension.name, [one["code"] for one in stood])
    sure = {one["code"]: one["probability"] for one in stood if by == "machine"}
    own = [one["code"] for one in llm if one["dimension"] == dimension.name]
    return Question(
        name=dimension.name,
        label=named(dimension, language),
        multi=dimension.multi,
        required=dimension.required,
        is_open=bool(task and dimension.name in task.dimensions),
        by=by,
        choices=tuple(
            Choice(c.code, named(c, language), c.definition, c.code in codes, sure.get(c.code)) for c in dimension.codes
        ),
        llm=tuple(named(dimension.by_code[code], language) if code in dimension.by_code else "–" for code in own),
    )
