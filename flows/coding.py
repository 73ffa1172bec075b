"""`neta code`: texts in, codes out, nothing stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from flows.failures import Refused
from flows.settings import load
from tasks.coding import Coded
from tasks.coding.coder import Coder
from tasks.coding.in_force import coder_in_force
from warehouse import codebook, ledger
from warehouse.codebook import Codebook
from warehouse.lake import write_durably

BATCH = 1_000


def code_file(source: Path, out: Path, home: Path | None) -> int:
    """Code every line {"id", "channel", "text"} of a JSON Lines file; returns how many. Refused names a bad line."""
    book, coder = _in_force(home)
    return write_durably(out, lambda tmp: _write(tmp, _rows(source), coder, book))


def _in_force(home: Path | None) -> tuple[Codebook, Coder]:
    if home is None:
        book = codebook.load(codebook.BUILT_IN)
        return book, coder_in_force(book)
    settings = load(home.absolute())
    book = codebook.load(settings.codebook)
    return book, coder_in_force(book, settings.lake.coders, ledger.read(settings.lake.ledger, "coder"))


def _write(out: Path, rows: Iterator[dict], coder: Coder, book: Codebook) -> int:
    count = 0
    with out.open("w", encoding="utf-8") as file:
        while batch := list(islice(rows, BATCH)):
            answers = coder.code([r["text"] for r in batch], [r.get("channel") or "pasted" for r in batch])
            for row, answer in zip(batch, answers, strict=True):
                file.write(json.dumps(flat(row["id"], answer, book), ensure_ascii=False) + "\n")
            count += len(batch)
    return count


def _rows(source: Path) -> Iterator[dict]:
    with source.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _row(line, f"{source}:{number}")


def _row(line: str, where: str) -> dict:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise Refused(f"{where}: JSON として読めません({error.msg})。1行に1つの JSON を書いてください") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
        raise Refused(f'{where}: {{"id": …, "channel": …, "text": …}} の形にしてください')
    return row


def flat(identity: str, answer: Coded, book: Codebook) -> dict:
    """One answer as one flat record. A text that is no story has null or [] in the rest."""
    told: dict[str, list[str]] = {d.name: [] for d in book.dimensions}
    for claim in answer.claims:
        told[claim.dimension].append(claim.code)
    record: dict = {"id": identity}
    for dimension in book.dimensions:
        record[dimension.key] = _value(dimension, told[dimension.name])
    return record | {
        "probabilities": answer.probabilities,
        "evidence": [
            {"dimension": c.dimension, "code": c.code, "start": c.start, "end": c.end}
            for c in answer.claims
            if c.start is not None
        ],
        "to_review": answer.to_review,
    }


def _value(dimension, codes: list[str]):
    if dimension.multi:
        return codes
    value = codes[0] if codes else None
    return {"yes": True, "no": False}.get(value, value) if set(dimension.by_code) == {"yes", "no"} else value
