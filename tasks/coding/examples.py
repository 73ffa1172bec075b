"""Coded texts to learn from: those that come with neta, and what people decided in a home."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tasks.coding.training import Example
from tasks.text.mask import mask
from warehouse.codebook import Codebook

STORIES = Path(__file__).parent / "stories"  # fresh.jsonl, and tuned.jsonl: texts that the rules were made with
WRITER = 1  # first characters of an id: who wrote it


def shipped(book: Codebook) -> list[Example]:
    """The texts that come with neta. None of the sample's is among them: those stay for measuring."""
    return [
        _example(row, book, row["id"][:WRITER], is_fresh=file.stem == "fresh")
        for file in sorted(STORIES.glob("*.jsonl"))
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())
    ]


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


def decided(rows: Iterable[Mapping]) -> Iterator[Example]:
    """What people decided: rows of questions/decided_texts.sql, one a submission."""
    for row in rows:
        codes = {part["dimension"]: list(part["codes"]) for part in row["answers"] if any(part["codes"])}
        text = "\n".join(filter(None, [row["title_masked"], row["body_masked"]]))
        yield Example(row["submission_ref"], text, row["channel"], row["story_id"], codes)
