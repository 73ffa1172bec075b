"""Codes: what the coder says of each masked text, and what people and contributors said, as rows of CODING."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

import pandas as pd
import pyarrow as pa

from tasks.adjudication import CONTRIBUTOR, disagree
from tasks.codebooks.changes import old_labels, read_today
from tasks.coding import Claim, Coded
from tasks.coding.coder import Coder
from tasks.text import tables
from warehouse import schema
from warehouse.codebook import Codebook
from warehouse.lake import Lake, read_parquet, write_parquet
from warehouse.ledger import Entry

_CLAIM = [field.name for field in fields(Claim)]


def text_hash(title: str | None, body: str) -> str:
    """Names what a person or a coder saw: sha256 over masked title and body, 32 hex digits."""
    return hashlib.sha256(f"{title or ''}\0{body}".encode()).hexdigest()[:32]


def code_texts(coder: Coder, lake: Lake, submissions: pd.DataFrame) -> list[Coded]:
    """The coder's answer for each submission (masked texts only), computed once per text, channel and coder."""
    keys = [f"{h}:{c}" for h, c in zip(submissions["text_hash"], submissions["channel"], strict=True)]
    file = lake.cache / "coding" / f"{coder.version}.parquet"
    known = _read_cache(file)
    fresh = [i for i, key in enumerate(keys) if key not in known]
    if fresh:
        rows = submissions.iloc[fresh]
        answers = code(coder, rows["title_masked"], rows["body_masked"], rows["channel"])
        known.update(zip([keys[i] for i in fresh], answers, strict=True))
    if fresh or len(known) > len(set(keys)):
        _write_cache(file, {key: known[key] for key in sorted(set(keys))})
    return [known[key] for key in keys]


def code(coder: Coder, titles: Iterable, bodies: Sequence[str], channels: Sequence[str]) -> list[Coded]:
    """Code title and body as one text; evidence is given in code points of the body, None where it lies in the title."""
    heads = [f"{t}\n" if isinstance(t, str) and t else "" for t in titles]
    answers = coder.code([h + b for h, b in zip(heads, bodies, strict=True)], list(channels))
    for head, answer in zip(heads, answers, strict=True):
        if head:
            answer.claims = [_in_body(claim, len(head)) for claim in answer.claims]
    return answers


def _in_body(claim: Claim, offset: int) -> Claim:
    inside = claim.start is not None and claim.start >= offset
    span = (claim.start - offset, claim.end - offset) if inside else (None, None)
    return replace(claim, start=span[0], end=span[1])


def _read_cache(file) -> dict[str, Coded]:
    if not file.exists():
        return {}
    table = read_parquet(file)
    return {key: _coded(json.loads(answer)) for key, answer in zip(*table.to_pydict().values(), strict=True)}


def _coded(data: dict) -> Coded:
    return Coded([Claim(**claim) for claim in data["claims"]], data["probabilities"], data["to_review"])


def _write_cache(file, known: dict[str, Coded]) -> None:
    answers = [json.dumps(_plain(answer), ensure_ascii=False) for answer in known.values()]
    write_parquet(pa.table({"key": list(known), "answer": pa.array(answers, pa.string())}), file)
    for other in file.parent.glob("*.parquet"):
        if other != file:
            other.unlink()


def _plain(answer: Coded) -> dict:
    """As `dataclasses.asdict`, which copies every figure and takes ten times as long."""
    claims = [{name: getattr(claim, name) for name in _CLAIM} for claim in answer.claims]
    return {"claims": claims, "probabilities": answer.probabilities, "to_review": answer.to_review}


def machine_rows(coder: Coder, book: Codebook, submissions: pd.DataFrame, answers: Sequence[Coded]) -> pa.Table:
    """CODING rows of the machine. decided_at stays empty: the coder's version says what decided."""
    rows = [
        (ref, c.dimension, c.code, c.probability, c.start, c.end, c.coder)
        for ref, answer in zip(submissions["submission_ref"], answers, strict=True)
        for c in answer.claims
    ]
    return _codings(rows, book.version, coder.version)


def contributor_rows(
    book: Codebook, submissions: pd.DataFrame, said: pa.Table
) -> tuple[pa.Table, list[tuple[str, str, str]]]:
    """(CODING rows of what tellers ticked on a form, [(submission_ref, dimension, "codebook")] to be reviewed).

    A question is a dimension's if its title is one of the dimension's names, or begins with or holds one.
    A label counts where it is one of the codebook's, or was one of what was renamed or merged since; one that was split
    or removed goes to review. said: rows of the ledger; where a teller has corrected a dimension since, what was ticked
    there no longer counts.
    """
    corrected = {(ref, d) for ref, d, coder in _said_by(said) if coder == CONTRIBUTOR}
    decided = {(ref, d) for ref, d, _ in _said_by(said)}
    names = old_labels(book)
    names |= {(d.name, label): c.code for d in book.dimensions for c in d.codes for label in (c.code, c.ja, c.en)}
    rows, asked = [], []
    for ref, ticked in zip(submissions["submission_ref"], submissions["self_codes"], strict=True):
        answers = json.loads(ticked) if isinstance(ticked, str) else {}
        for dimension, labels in _answered(book, answers).items():
            if (ref, dimension) in corrected:
                continue
            found = dict.fromkeys(names[dimension, label] for label in labels if (dimension, label) in names)
            rows += [(ref, dimension, code, 1.0, None, None, CONTRIBUTOR) for code in found if code]
            if None in found and (ref, dimension) not in decided:
                asked.append((ref, dimension, "codebook"))
    return _codings(rows, book.version, CONTRIBUTOR), asked


def _answered(book: Codebook, answers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Dimension -> labels ticked at the questions that ask for it."""
    titles = {d.name: (d.name, d.ja, d.en, *d.asked) for d in book.dimensions}
    columns = tables.columns_of({"header": list(answers), "columns": {}}, titles)
    told = list(answers.values())
    return {name: [label for group in groups for n in group for label in told[n]] for name, groups in columns.items()}


def _said_by(rows: pa.Table) -> Iterable[tuple[str, str, str]]:
    return zip(*(rows[name].to_pylist() for name in ("submission_ref", "dimension", "coder")), strict=True)


def by_todays_turns(decisions: Iterable[Entry], messages: pd.DataFrame, submissions: pd.DataFrame) -> list[Entry]:
    """Decisions on a message that is part of a larger turn by now (an earlier bubble came later) speak of that turn.

    Its text is another one than was seen, so they go back to review instead of being forgotten.
    """
    ids = messages.set_index("raw_id")["submission_id"]
    held = submissions[["submission_id", "raw_ids"]].explode("raw_ids")
    turns = dict(zip(ids.reindex(held["raw_ids"]), held["submission_id"], strict=True))
    return [_renamed(entry, turns) for entry in decisions]


def _renamed(entry: Entry, turns: Mapping[str, str]) -> Entry:
    """Both ends, where it speaks of a pair."""
    ends = {"other": turns.get(entry.payload["other"], entry.payload["other"])} if "other" in entry.payload else {}
    return replace(entry, subject=turns.get(entry.subject, entry.subject), payload=entry.payload | ends)


def person_rows(
    book: Codebook, submissions: pd.DataFrame, decisions: Iterable[Entry]
) -> tuple[pa.Table, list[tuple[str, str, str]]]:
    """(CODING rows of what people decided, [(submission_ref, dimension, cause)] of what goes back to review).

    Per submission, dimension and voice (the editors', the teller's own) the latest decision stands. One about another
    text than today's does not (cause `changed`), nor one whose codes were split or removed since (`codebook`); a
    teller's own asks nobody where an editor has decided after it. Where editors said different things that nobody has
    adjudicated, that is a cause too (`disagreement`). A decision that no code applies is a row without a code; one on a
    dimension that the codebook no longer has rests in the ledger.
    """
    pairs = zip(submissions["submission_ref"], submissions["text_hash"], strict=True)
    refs = dict(zip(submissions["submission_id"], pairs, strict=True))
    said = _by_voice(read_today(book, entry) for entry in decisions if entry.subject in refs)
    rows, asked = [], []
    for (subject, dimension, is_teller), words in sorted(said.items()):
        ref, seen = refs[subject]
        if dimension not in book.by_name:
            continue
        last = words[-1][0]
        if cause := _cause(*words[-1], seen):
            editors = said.get((subject, dimension, False)) if is_teller else None
            if not editors or editors[-1][0].id < last.id or _cause(*editors[-1], seen):
                asked.append((ref, dimension, cause))
            continue
        if not is_teller and disagree([entry for entry, lost in words if not _cause(entry, lost, seen)]):
            asked.append((ref, dimension, "disagreement"))
        who = CONTRIBUTOR if is_teller else f"person:{last.who}"
        rows += [(ref, dimension, code, who, last.at) for code in last.payload["codes"] or [None]]
    return _person_table(rows, book.version), asked


def _by_voice(words: Iterable[tuple[Entry, str]]) -> dict[tuple[str, str, bool], list[tuple[Entry, str]]]:
    """(submission_id, dimension, by the teller?) -> what was said, in order, as today's codebook reads it."""
    said: dict[tuple[str, str, bool], list[tuple[Entry, str]]] = defaultdict(list)
    for entry, lost in words:
        said[entry.subject, entry.payload["dimension"], entry.payload.get("as") == CONTRIBUTOR].append((entry, lost))
    return said


def _cause(entry: Entry, lost: str, seen: str) -> str:
    """Why a decision does not stand, or nothing."""
    if entry.payload["text_hash"] != seen:
        return "changed"
    return "codebook" if lost else ""


def _person_table(rows: list[tuple], version: str) -> pa.Table:
    table = _codings([(ref, dim, code, 1.0, None, None, who) for ref, dim, code, who, _ in rows], version, "person")
    at = pa.array(pd.to_datetime([at for *_, at in rows], utc=True), schema.TIME)
    return table.set_column(9, schema.CODING.field("decided_at"), at)


def _codings(rows: list[tuple], book_version: str, coder_version: str) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * 7
    ref, dimension, code_, probability, start, end, coder = columns
    count = len(rows)
    parts = [ref, dimension, code_, coder, probability, start, end, [book_version] * count]
    parts += [[coder_version] * count, [None] * count]
    return pa.table([pa.array(p, f.type) for p, f in zip(parts, schema.CODING, strict=True)], schema=schema.CODING)
