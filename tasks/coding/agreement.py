"""How far people agree who coded the same texts: Cohen's kappa (two of them), Krippendorff's alpha (any number).

The one maintained library for alpha has a licence that this project cannot carry on; nominal alpha is a table and a ratio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from tasks.adjudication import ADJUDICATOR, by_people
from tasks.coding.measures import Figure, figure, kappa, pairs, resampled
from warehouse.codebook import Codebook, Dimension
from warehouse.ledger import Entry

Unit = Mapping[str, frozenset[str]]  # of one text: who -> which codes


def units(decisions: Iterable[Entry], dimension: str) -> list[Unit]:
    """Of each submission and text, what each person said of a dimension first: before they talked, and before a judge."""
    mine = [
        e for e in by_people(decisions) if e.payload["dimension"] == dimension and e.payload.get("as") != ADJUDICATOR
    ]
    mine.sort(key=lambda e: (e.subject, e.payload["text_hash"], e.id))
    found = []
    for _, entries in groupby(mine, key=lambda e: (e.subject, e.payload["text_hash"])):
        said: dict[str, frozenset[str]] = {}
        for entry in entries:
            said.setdefault(entry.who, frozenset(entry.payload["codes"]))
        found.append(said)
    return found


def agreement(decisions: Sequence[Entry], book: Codebook) -> dict[str, dict]:
    """dimension -> {units, agreed, kappa, alpha, codes: [the same of each code by itself]}; only what several people coded.

    kappa and alpha as Figure; kappa is None unless there are exactly two people.
    """
    told = {d.name: [unit for unit in units(decisions, d.name) if len(unit) > 1] for d in book.dimensions}
    return {d.name: _of_dimension(d, told[d.name]) for d in book.dimensions if told[d.name]}


def _of_dimension(dimension: Dimension, told: list[Unit]) -> dict:
    seen = {code for unit in told for codes in unit.values() for code in codes}
    by_code = [{"code": code, **_figures(list(_binary(told, code)))} for code in dimension.by_code if code in seen]
    return {**_figures(told), "codes": by_code}


def _binary(told: Iterable[Unit], code: str) -> Iterator[Unit]:
    for unit in told:
        yield {who: codes & {code} for who, codes in unit.items()}


def _figures(told: list[Unit]) -> dict:
    answers = sorted({codes for unit in told for codes in unit.values()}, key=sorted)
    number = {codes: n for n, codes in enumerate(answers)}
    people = sorted({who for unit in told for who in unit})
    rows = [{who: number[codes] for who, codes in unit.items()} for unit in told]
    agreed = sum(len(set(row.values())) == 1 for row in rows) / len(rows)
    both = _kappa(rows, people, len(answers)) if len(people) == 2 else None
    return {
        "units": len(rows),
        "agreed": agreed,
        "kappa": both,
        "alpha": alpha([list(r.values()) for r in rows], len(answers)),
    }


def _kappa(rows: list[dict[str, int]], people: list[str], count: int) -> Figure:
    if count == 1:
        return Figure(*[np.nan] * 3)
    left, right = (np.array([row[who] for row in rows]) for who in people)
    return figure(kappa(resampled(pairs(left, right, count)), count))


def alpha(rows: Sequence[Sequence[int]], count: int) -> Figure:
    """Krippendorff's alpha for nominal data. rows: of each text the numbers (0 … count - 1) given to it; who gave none is
    left out, and a text with fewer than two says nothing. nan where nothing varies.
    """
    tables = resampled(np.array([_coincidences(row, count).ravel() for row in rows if len(row) > 1]))
    squares = tables.reshape(-1, count, count)
    total, each = squares.sum(axis=(1, 2)), squares.sum(axis=1)
    differ = 1 - np.trace(squares, axis1=1, axis2=2) / total
    by_chance = (total**2 - (each**2).sum(axis=1)) / (total * (total - 1))
    return figure(1 - np.divide(differ, by_chance, out=np.full(len(total), np.nan), where=by_chance > 0))


def _coincidences(row: Sequence[int], count: int) -> np.ndarray:
    """How often two answers stand side by side in one text: a whole text counts as many answers as it has."""
    there = np.bincount(row, minlength=count)
    return (np.outer(there, there) - np.diag(there)) / (len(row) - 1)
