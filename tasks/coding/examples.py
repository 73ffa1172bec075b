"""Coded texts to learn from: those that come with neta, and what people decided in a home."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tasks.coding.training import Example
from tasks.text.mask import mask
from warehouse.codebook import Codebook

SPLIT = Path(__file__).parents[1] / "sample" / "stories.jsonl"
STORIES = Path(__file__).parent / "stories"  # fresh.jsonl, and tuned.jsonl: texts that the rules were made with
WRITER = 1  # first characters of an id: who wrote it


def shipped(book: Codebook) -> list[Example]:
    """The texts that come with neta. None of the sample's is among them: those stay for measuring."""
    return [e for file in sorted(STORIES.glob("*.jsonl")) for e in _read(file, book, is_fresh=file.stem == "fresh")]


def kept_apart(book: Codebook) -> list[Example]:
    """The sample's texts, the fixed split: neither the rules were tuned on them nor is anything trained on them."""
    return list(_read(SPLIT, book, is_fresh=True))


def _read(file: Path, book: Codebook, is_fresh: bool) -> Iterator[Example]:
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        yield _example(row, book, row["id"][:WRITER], is_fresh)


def _example(row: Mapping, book: Codebook, group: str, is_fresh: bool) -> Example:
    return Example(row["id"], mask(row["text"]), row["channel"], group, answered(row, book), is_fresh)


def answered(row: Mapping, book: Codebook) -> dict[str, list[str]]:
    """dimension -> codes of a row in the shape of `neta code`; what was not asked or not answered is not there."""
    found = {d.name: _codes(row.get(d.key)) for d in book.dimensions}
    return {name: codes for name, codes in found.items() if codes}


def _codes(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return list(value) if isinstance(value, list) else [value] if value else []


def decided(rows: Iterable[Mapping], after: datetime | None = None) -> Iterator[Example]:
    """What people decided: rows of questions/decided_texts.sql, one a submission. after: only what was decided later."""
    for row in rows:
        told = [part for part in row["answers"] if after is None or part["decided_at"] > after]
        codes = {part["dimension"]: list(part["codes"]) for part in told if any(part["codes"])}
        text = "\n".join(filter(None, [row["title_masked"], row["body_masked"]]))
        if codes:
            yield Example(row["submission_ref"], text, row["channel"], row["story_id"], codes)
