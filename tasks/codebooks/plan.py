"""What a changed codebook would do, before it does: the same texts and the same decisions, coded by both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa

from tasks import assign_codes
from tasks.codebooks.changes import carried, dimension_today, read_today, since
from tasks.coding.coder import Coder
from tasks.load import codebook_tables
from warehouse import codebook_faults as faults
from warehouse import schema
from warehouse.codebook import Change, Codebook
from warehouse.codebook_faults import Finding
from warehouse.ledger import Entry

Ticks = Sequence[tuple[str, str, str]]  # submission_ref, dimension, code


def by_ref(decisions: Iterable[Entry]) -> list[Entry]:
    """Decisions on codes as they speak of the published warehouse, which knows no native id."""
    said = [entry for entry in decisions if entry.kind == "code" and "submission_ref" in entry.payload]
    return [replace(entry, subject=entry.payload["submission_ref"]) for entry in said]


def inputs(
    book: Codebook, coder: Coder, submissions: pa.Table, decisions: Sequence[Entry], ticks: Ticks
) -> dict[str, pa.Table]:
    """Tables (in_…) of a warehouse on trial: codes and counts as they would be; no text, no raw item, no link in it.

    submissions: rows of in_submission; decisions: of `by_ref`; ticks: as codes of the one or the other codebook.
    """
    frame = submissions.to_pandas()
    frame["submission_id"] = frame["submission_ref"]
    answers = assign_codes.code(coder, frame["title_masked"], list(frame["body_masked"]), list(frame["channel"]))
    by_people, _ = assign_codes.person_rows(book, frame, decisions)
    by_tellers, _ = assign_codes.contributor_rows(book, _ticked(frame, ticks), by_people)
    machine = assign_codes.machine_rows(coder, book, frame, answers)
    made = {name: schema.empty(kind) for name, kind in schema.INPUTS.items()}
    blank = pa.array([""] * len(submissions), pa.string())
    for name in ("title_masked", "body_masked"):
        submissions = submissions.set_column(
            submissions.schema.get_field_index(name), schema.SUBMISSION.field(name), blank
        )
    coding = pa.concat_tables([machine, by_tellers, by_people])
    return made | {"in_submission": submissions, "in_coding": coding, **codebook_tables(book)}


def _ticked(frame: pd.DataFrame, ticks: Ticks) -> pd.DataFrame:
    """Ticks as a form brings them: JSON by submission."""
    told: dict[str, dict[str, list[str]]] = {}
    for ref, dimension, code in ticks:
        told.setdefault(ref, {}).setdefault(dimension, []).append(code)
    return frame.assign(self_codes=[json.dumps(told[ref]) if ref in told else None for ref in frame["submission_ref"]])


def fates(old: Codebook, new: Codebook, decisions: Sequence[Entry], hashes: Mapping[str, str]) -> Counter[str]:
    """What becomes of people's decisions that stand today: kept, carried, review, rest (their dimension is gone).

    hashes: submission_ref -> hash of its text on show.
    """
    today = [(entry, *read_today(old, entry)) for entry in decisions]
    standing = {
        (entry.subject, read.payload["dimension"], entry.payload.get("as", "")): (entry, read)
        for entry, read, lost in today
        if not lost and hashes.get(entry.subject) == entry.payload["text_hash"]
    }
    return Counter(_fate(new, entry, read) for entry, read in standing.values())


def _fate(new: Codebook, entry: Entry, read: Entry) -> str:
    then, lost = read_today(new, entry)
    if then.payload["dimension"] not in new.by_name:
        return "rest"
    same = all(then.payload[name] == read.payload[name] for name in ("dimension", "codes"))
    return "review" if lost else "kept" if same else "carried"


def unexplained(old: Codebook, new: Codebook) -> Iterator[Finding]:
    """Codes and dimensions that vanish without a [[change]] (an error), that come without one (a warning)."""
    if old.meaning != new.meaning and faults.version_key(new.version) <= faults.version_key(old.version):
        yield Finding(faults.HEAD, "version", "version_same", {"version": old.version})
    made = since(new, old.version)
    for dimension in old.dimensions:
        name = dimension_today(made, dimension.name)
        if name in new.by_name:
            yield from _vanished(dimension.by_code, name, made, new)
        elif not any(not c.dimension and c.kind == "remove" and name in c.before for c in made):
            yield Finding(faults.HEAD, name, "vanished_dimension", {"name": name})
    came = {(change.dimension, code) for change in made for code in change.after}
    for dimension in new.dimensions:
        before = next((d for d in old.dimensions if dimension_today(made, d.name) == dimension.name), None)
        for code in [c for c in dimension.by_code if before and c not in before.by_code]:
            if (dimension.name, code) not in came:
                yield Finding("", f"{dimension.name}={code}", "came", {}, is_warning=True)


def _vanished(codes: Iterable[str], name: str, made: Sequence[Change], new: Codebook) -> Iterator[Finding]:
    for code in codes:
        after, lost = carried(made, name, [code])
        if not lost and not set(after) <= set(new.by_name[name].by_code):
            yield Finding("", f"{name}={code}", "vanished", {"code": after[0]})


def moved(
    old: Mapping[str, Mapping[str, int]], new: Mapping[str, Mapping[str, int]]
) -> list[tuple[str, str, int | None, int | None]]:
    """(dimension, code, stories now, stories then) where the two differ; None where there is no such code."""
    names = dict.fromkeys([*old, *new])
    rows = [
        (name, code, old.get(name, {}).get(code), new.get(name, {}).get(code))
        for name in names
        for code in dict.fromkeys([*old.get(name, {}), *new.get(name, {})])
    ]
    return [row for row in rows if row[2] != row[3]]


def recoded(
    old: Mapping[str, Mapping[str, list[str]]],
    new: Mapping[str, Mapping[str, list[str]]],
    made: Sequence[Change],
) -> dict[str, int]:
    """Dimension -> stories that get other codes, what is only renamed or merged not counted.

    old, new: dimension -> story -> codes. made: changes since the old codebook.
    """
    told = {}
    for name, stories in old.items():
        after = dimension_today(made, name)
        then = new.get(after, {})
        was = {story: sorted(carried(made, after, codes)[0]) for story, codes in stories.items()}
        told[after] = sum(was.get(story, []) != sorted(then.get(story, [])) for story in {*was, *then})
    return told
