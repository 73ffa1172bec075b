"""Sheets of the review pages: what the warehouse and the ledger say of one story, in the codebook's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from dashboards.review.asked import Choice, Question, Sheet, Span, Telling
from flows.told import Told
from flows.waiting import Task, Waiting
from warehouse.codebook import Codebook, Dimension


def sheet(waiting: Waiting, task: Task | None, story: Told, language: str) -> Sheet:
    """A story as this task shows it. Who is blind gets no codes, no evidence, no notes."""
    book, is_blind, ref = waiting.book, bool(task and task.is_blind), story.ref
    said = {} if is_blind else waiting.decided(ref, story.text_hash)
    stood = defaultdict(list)
    for row in () if is_blind else story.standing:
        stood[row["dimension"]].append(row)
    llm = [] if is_blind else story.llm_codes
    spans = {} if is_blind else {row["submission_ref"]: story.evidence(row["submission_ref"]) for row in story.tellings}
    notes = [] if is_blind else waiting.notes.get(ref, ())
    return Sheet(
        ref=ref,
        text_hash=story.text_hash,
        head=waiting.head,
        why=task.why if task else "",
        is_waiting=task is not None,
        tellings=tuple(
            telling(row, [_span(book, found, language) for found in spans.get(row["submission_ref"], ())])
            for row in story.tellings
        ),
        questions=tuple(_question(d, task, said, stood[d.name], llm, language) for d in book.dimensions),
        notes=tuple((e.who, e.at[:10], e.payload["note"]) for e in notes),
    )


def telling(row: Mapping, spans: Sequence[Span] = ()) -> Telling:
    """A row of review_tellings, or of texts."""
    named = (row["submission_ref"], row["channel"], str(row["local_date"]), row["title_masked"], row["body_masked"])
    return Telling(*named, tuple(spans))


def _span(book: Codebook, found: Mapping, language: str) -> Span:
    return Span(
        found["evidence_start"], found["evidence_end"], label(book, found["dimension"], found["code"], language)
    )


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
