"""Training: coded texts become a model. A verb of its own, never part of a build.

Support vector machines over character n-grams, one a code; then, on texts that neither the rules were tuned on nor the
machines were trained on (each group is left out in turn), how much to believe them and how much the rules.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from tasks.coding.coder import Coder
from tasks.coding.cues import fold
from tasks.coding.model import Head, Model
from tasks.coding.ngrams import LONGEST, RAREST, Grams
from warehouse.codebook import Codebook, Dimension

SOFTNESS = 1.0  # C of the support vector machines: chosen by leaving writers out, see docs/decisions.md
RIDGE = 1.0  # holds the bias of each code near zero
FEWEST = 5  # texts with a code, from which on it is learnt
STEPS = 127  # weights are kept as whole numbers of -STEPS to STEPS
FOLDS = 8
_THRESHOLDS = np.round(np.arange(0.2, 0.61, 0.01), 2)


class TooFew(ValueError):
    """Nothing can be learnt from so few examples."""


@dataclass(frozen=True, slots=True)
class Example:
    """One coded text, masked. codes: dimension -> codes; a dimension that nobody answered is not there.

    group: its writer or its story: never both learnt from and tested on. is_fresh: the rules were not tuned on it.
    """

    id: str
    text: str
    channel: str
    group: str
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_fresh: bool = True


@dataclass(frozen=True)
class _Task:
    """One dimension to learn: which examples answer it, and with what (examples × codes)."""

    dimension: Dimension
    codes: list[str]
    rows: np.ndarray
    answers: np.ndarray


def train(examples: Sequence[Example], book: Codebook) -> Model:
    """A model of every dimension of the codebook that enough examples answer. TooFew if there is none.

    The same examples, whatever their order, give the same model (on one kind of processor and one release).
    """
    examples = sorted(examples, key=lambda e: e.id)
    tasks = list(_tasks(examples, book))
    if not tasks:
        raise TooFew(str(len(examples)))
    rules, folded = Coder(book), [fold(e.text).text for e in examples]
    left_out = _left_out(examples, folded, tasks)
    heads, first = [], 0
    for task, decisions in zip(tasks, left_out, strict=True):
        fresh = np.array([examples[n].is_fresh for n in task.rows])
        by_rules = _by_rules(rules, task, [examples[n] for n in task.rows])
        heads.append(_head(task, first, decisions[fresh], by_rules[fresh], task.answers[fresh]))
        first += len(task.codes)
    grams = Grams.fitted(folded)
    return _frozen(grams, *_machines(grams.matrix(folded), tasks), heads, examples, book)


def _tasks(examples: Sequence[Example], book: Codebook) -> Iterator[_Task]:
    for dimension in book.dimensions:
        rows = [n for n, e in enumerate(examples) if dimension.name in e.codes]
        told = [set(examples[n].codes[dimension.name]) for n in rows]
        codes = [c for c in dimension.by_code if FEWEST <= sum(c in t for t in told) <= len(told) - FEWEST]
        if len(codes) > (not dimension.multi):
            answers = np.array([[code in t for code in codes] for t in told])
            yield _Task(dimension, codes, np.array(rows), answers)


def _machines(matrix, tasks: Sequence[_Task], keep: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Weights (n-grams × codes of all tasks) and biases, learnt from the examples in `keep`."""
    from sklearn.svm import LinearSVC

    weights, bias = [], []
    for task in tasks:
        mine = np.ones(len(task.rows), bool) if keep is None else keep[task.rows]
        rows = matrix[task.rows[mine]]
        for answers in task.answers[mine].T:
            if answers.all() or not answers.any():
                weights.append(np.zeros(matrix.shape[1]))
                bias.append(1.0 if answers.any() else -1.0)
                continue
            machine = LinearSVC(C=SOFTNESS, random_state=0).fit(rows, answers)
            weights.append(machine.coef_[0])
            bias.append(machine.intercept_[0])
    return np.array(weights, np.float32).T, np.array(bias, np.float32)


def _left_out(examples: Sequence[Example], folded: Sequence[str], tasks: Sequence[_Task]) -> list[np.ndarray]:
    """Of each task, the decisions on its examples by machines that saw nothing of their group."""
    fold_of = np.array([_fold_of(e.group) for e in examples])
    everything = np.zeros((len(examples), sum(len(t.codes) for t in tasks)), np.float32)
    for number in sorted(set(fold_of)):
        test = fold_of == number
        grams = Grams.fitted([text for text, out in zip(folded, test, strict=True) if not out])
        weights, bias = _machines(grams.matrix(folded), tasks, ~test)
        everything[test] = grams.matrix([t for t, out in zip(folded, test, strict=True) if out]) @ weights + bias
    parts = np.split(everything, np.cumsum([len(t.codes) for t in tasks])[:-1], axis=1)
    return [part[task.rows] for part, task in zip(parts, tasks, strict=True)]


def _fold_of(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _by_rules(rules: Coder, task: _Task, examples: Sequence[Example]) -> np.ndarray:
    """The rules' log-odds of the task's codes for each example."""
    odds = rules.odds_by_rules(task.dimension.name, [e.text for e in examples], [e.channel for e in examples])
    columns = [list(task.dimension.by_code).index(code) for code in task.codes]
    return np.array(odds)[:, columns]


def _head(task: _Task, first: int, decisions: np.ndarray, by_rules: np.ndarray, answers: np.ndarray) -> Head:
    """The mixing that makes the answers of these examples most likely; for a multi dimension also the best threshold."""
    loss = _each_alone if task.dimension.multi else _one_of_all

    def mixed(x: np.ndarray) -> np.ndarray:
        return x[0] * decisions + x[1] * by_rules + x[2:]

    def cost(x: np.ndarray) -> float:
        return loss(mixed(x), answers) + RIDGE * float(x[2:] @ x[2:])

    start = np.r_[2.0, 0.5, np.zeros(len(task.codes))]
    best = minimize(cost, start, method="L-BFGS-B", bounds=[(0, None), (0, None)] + [(None, None)] * len(task.codes)).x
    threshold = _threshold(1 / (1 + np.exp(-mixed(best))), answers) if task.dimension.multi else 0.5
    bias = tuple(round(float(b), 4) for b in best[2:])
    of_model, of_rules = (round(float(x), 4) for x in best[:2])
    return Head(task.dimension.name, tuple(task.codes), first, of_model, of_rules, bias, threshold)


def _each_alone(odds: np.ndarray, answers: np.ndarray) -> float:
    return float((np.logaddexp(0, odds) - answers * odds).sum())


def _one_of_all(odds: np.ndarray, answers: np.ndarray) -> float:
    told = answers.any(axis=1)
    odds, answers = odds[told], answers[told]
    return float((np.logaddexp.reduce(odds, axis=1) - (odds * answers).sum(axis=1)).sum())


def _threshold(probabilities: np.ndarray, answers: np.ndarray) -> float:
    """The one with the best F1 over all codes; of equals the lowest."""
    hits = [(probabilities >= t, t) for t in _THRESHOLDS]
    scores = [2 * (claimed & answers).sum() / (claimed.sum() + answers.sum()) for claimed, _ in hits]
    return float(_THRESHOLDS[int(np.argmax(scores))])


def _frozen(
    grams: Grams, weights: np.ndarray, bias: np.ndarray, heads: Sequence[Head], examples: Sequence[Example], book
) -> Model:
    """Weights rounded to whole steps: a quarter of the size, the same answers."""
    scale = np.abs(weights).max(axis=0) / STEPS
    scale[scale == 0] = 1.0
    steps = np.rint(weights / scale).astype(np.int8)
    told = {
        "name": f"model-{_digest(examples)}",
        "codebook_version": book.version,
        "example_count": len(examples),
        "heads": [_told(head) for head in heads],
        "parameters": {"longest": LONGEST, "rarest": RAREST, "softness": SOFTNESS, "ridge": RIDGE},
    }
    return Model(grams, steps, scale.astype(np.float32), bias, told)


def _told(head: Head) -> dict:
    return {name: getattr(head, name) for name in Head.__slots__}


def _digest(examples: Sequence[Example]) -> str:
    """Names a training set: every example with its codes, and the code that learns."""
    digest = hashlib.sha256()
    for e in examples:
        codes = {name: sorted(codes) for name, codes in sorted(e.codes.items())}
        digest.update(json.dumps([e.id, e.text, e.channel, e.group, codes, e.is_fresh], ensure_ascii=False).encode())
    for name in ("ngrams.py", "training.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:12]
