"""How well a coder does against people's codes: figures with intervals, mix-ups, calibration, and what review would catch.

A dimension is measured over the texts that both answered (a code, or a list that is not empty): what a gate left out is
measured by the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.coding import Coded
from tasks.coding.measures import Sums, figure, kappa, pairs, resampled
from tasks.coding.training import Example
from warehouse.codebook import Codebook, Dimension

BINS = 10
LEAST = 0.05  # of many codes most are near 0 and right to be: such a p tells nothing about calibration
MOST_MIXED = 12  # kinds of mix-up that are told


@dataclass(frozen=True, slots=True)
class Judged:
    """One dimension of the texts that people and coder both answered. All arrays: texts × codes, but asked: texts."""

    dimension: Dimension
    wanted: np.ndarray  # bool: by people
    claimed: np.ndarray  # bool: by the coder
    p: np.ndarray  # by the coder
    asked: np.ndarray  # bool: the coder wants a person to look

    @property
    def codes(self) -> list[str]:
        return list(self.dimension.by_code)

    @property
    def right(self) -> np.ndarray:
        """bool, texts: whether the whole answer is."""
        return (self.wanted == self.claimed).all(axis=1)


def judged(dimension: Dimension, examples: Sequence[Example], answers: Sequence[Coded]) -> Judged | None:
    """None if there is no text that both answered."""
    rows = []
    for example, coded in zip(examples, answers, strict=True):
        wanted = set(example.codes.get(dimension.name, ()))
        claimed = {claim.code for claim in coded.claims if claim.dimension == dimension.name}
        if wanted and claimed:
            p = coded.probabilities[dimension.name]
            rows.append([(code in wanted, code in claimed, p.get(code, 0.0)) for code in dimension.by_code])
            rows[-1].append((dimension.name in coded.to_review,) * 3)
    if not rows:
        return None
    told = np.array(rows, np.float64)  # texts × (codes, then whether to review) × (wanted, claimed, p)
    parts = told[:, :-1, 0] > 0, told[:, :-1, 1] > 0, told[:, :-1, 2], told[:, -1, 0] > 0
    return Judged(dimension, *parts)


def scores(examples: Sequence[Example], answers: Sequence[Coded], book: Codebook) -> dict[str, dict]:
    """dimension -> {n, measure (kappa or micro), value and macro as Figure}, for the scored ones that were answered."""
    found = (judged(d, examples, answers) for d in book.dimensions if d.scored)
    return {j.dimension.name: score(j) for j in found if j is not None}


def score(found: Judged) -> dict:
    """The one figure of a dimension, and its macro F1."""
    sums = Sums.of(found.wanted, found.claimed)
    measure = "micro" if found.dimension.multi else "kappa"
    value = sums.micro() if found.dimension.multi else _kappa(found)
    return {"n": len(found.right), "measure": measure, "value": figure(value), "macro": figure(sums.macro())}


def _kappa(found: Judged) -> np.ndarray:
    count = len(found.codes)
    numbers = found.wanted.argmax(axis=1), found.claimed.argmax(axis=1)
    return kappa(resampled(pairs(*numbers, count)), count)


def detail(found: Judged) -> dict:
    """Everything the page tells of a dimension: score() and, by code, by pair of codes, by probability, by review."""
    return {
        **score(found),
        "codes": list(by_code(found)),
        "mixed_up": mixed_up(found),
        "table": None if found.dimension.multi else table(found),
        "calibration": calibration(found),
        "review": review(found),
    }


def by_code(found: Judged) -> Iterator[dict]:
    """Precision, recall, F1 of each code that anybody gave; n: how often people did."""
    sums = Sums.of(found.wanted, found.claimed)
    parts = {"precision": sums.precision(), "recall": sums.recall(), "f1": sums.f1()}
    for column, code in enumerate(found.codes):
        wanted, claimed = int(sums.wanted[0, column]), int(sums.claimed[0, column])
        if wanted or claimed:
            there = (sums.wanted + sums.claimed)[:, column] > 0
            figures = {name: figure(np.where(there, part[:, column], np.nan)) for name, part in parts.items()}
            yield {"code": code, "n": wanted, "claimed": claimed, **figures}


def mixed_up(found: Judged) -> list[dict]:
    """Which code was given for which, most frequent first; of several codes also what was missed or added (None)."""
    counted: Counter[tuple[str | None, str | None]] = Counter()
    for wanted, claimed in zip(found.wanted, found.claimed, strict=True):
        missed = [found.codes[n] for n in np.flatnonzero(wanted & ~claimed)]
        added = [found.codes[n] for n in np.flatnonzero(claimed & ~wanted)]
        if missed or added:
            counted.update((m, a) for m in missed or [None] for a in added or [None])
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return [{"wanted": wanted, "claimed": claimed, "n": n} for (wanted, claimed), n in ranked[:MOST_MIXED]]


def table(found: Judged) -> dict:
    """The whole table of a dimension with one code a text: rows what people said, columns what the coder said."""
    used = np.flatnonzero((found.wanted | found.claimed).any(axis=0))
    counts = found.wanted[:, used].T.astype(int) @ found.claimed[:, used].astype(int)
    return {"codes": [found.codes[n] for n in used], "rows": counts.tolist()}


def calibration(found: Judged) -> dict:
    """Of guesses by their probability, the share that is right; error: the mean distance of the two (ECE).

    One code a text: its best guess. Several: every code with p >= LEAST.
    """
    p, right = _guesses(found)
    numbers = np.minimum((p * BINS).astype(int), BINS - 1)
    bins = []
    for number in np.unique(numbers):
        mine = numbers == number
        told = {"from": number / BINS, "to": (number + 1) / BINS, "n": int(mine.sum())}
        bins.append({**told, "p": round(float(p[mine].mean()), 4), "right": round(float(right[mine].mean()), 4)})
    error = sum(b["n"] * abs(b["p"] - b["right"]) for b in bins) / max(1, len(p))
    return {"bins": bins, "error": round(error, 4)}


def _guesses(found: Judged) -> tuple[np.ndarray, np.ndarray]:
    if found.dimension.multi:
        told = found.p >= LEAST
        return found.p[told], found.wanted[told]
    return found.p[found.claimed], found.wanted[found.claimed]


def review(found: Judged) -> dict:
    """The share of texts that goes to a person, and how often the answer is wrong there and elsewhere (None of none)."""
    wrong = ~found.right
    parts = {"wrong_inside": wrong[found.asked], "wrong_outside": wrong[~found.asked]}
    shares = {name: round(float(part.mean()), 4) if len(part) else None for name, part in parts.items()}
    return {"share": round(float(found.asked.mean()), 4), **shares}
