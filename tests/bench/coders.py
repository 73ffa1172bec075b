"""Coders compared on equal terms: the same n-grams, the same folds, the same texts; only the machine or the mixing differs.

    python -m tests.bench.coders            the comparison (make compare), some minutes
    python -m tests.bench.coders --speed    stories a second only (part of make bench)

Each writer is left out in turn, and every machine learns from the others; how a machine is mixed with the rules, and its
thresholds, are fitted on such decisions about writers other than the one who is measured. A dimension is measured on the
stories that people answered, whatever the coder thinks of is_story, so that gates do not blur the comparison. Where
ja-ginza is installed its vectors take part; it is in no lock.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import ClassifierChain
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from tasks.coding import examples, training
from tasks.coding.coder import Coder
from tasks.coding.cues import fold
from tasks.coding.in_force import BUILT_IN, coder_in_force
from tasks.coding.measures import Figure, Sums, figure, kappa, pairs, resampled
from tasks.coding.ngrams import Grams
from warehouse import codebook

SECONDS = 3.0  # each speed is taken over at least so long
AIMS = {"rules": 25_000, "both": 2_000}  # stories a second of one core
Features = tuple[scipy.sparse.csr_matrix, scipy.sparse.csr_matrix]  # of the texts to learn from, of those to decide


class Texts:
    """All coded texts: those that ship, then those kept apart; tasks as in training, over all of them."""

    def __init__(self) -> None:
        self.book = codebook.load(codebook.BUILT_IN)
        known = sorted(examples.shipped(self.book), key=lambda e: e.id)
        self.all = [*known, *examples.kept_apart(self.book)]
        self.known = np.arange(len(self.all)) < len(known)
        self.folded = [fold(e.text).text for e in self.all]
        self.writer = np.array([e.group for e in self.all])
        tuned = {e.group for e in known if not e.is_fresh}
        self.is_tuned_writer = np.isin(self.writer, sorted(tuned))
        self.fresh = np.array([e.is_fresh for e in self.all])
        self.tasks = list(training._tasks(self.all, self.book))
        rules = Coder(self.book)
        self.by_rules = [training._by_rules(rules, t, [self.all[n] for n in t.rows]) for t in self.tasks]

    def some(self, chosen: np.ndarray) -> list[str]:
        return [self.folded[n] for n in np.flatnonzero(chosen)]


def ngrams(texts: Texts, learn: np.ndarray, decide: np.ndarray) -> Features:
    grams = Grams.fitted(texts.some(learn))
    return grams.matrix(texts.some(learn)), grams.matrix(texts.some(decide))


def beside_vectors(vectors: np.ndarray | None, with_ngrams: bool) -> Callable[..., Features]:
    """Features from document vectors of unit length, alone or beside the n-grams."""

    def made(texts: Texts, learn: np.ndarray, decide: np.ndarray) -> Features:
        dense = [scipy.sparse.csr_matrix(vectors[chosen]) for chosen in (learn, decide)]
        if not with_ngrams:
            return dense[0], dense[1]
        parts = zip(ngrams(texts, learn, decide), dense, strict=True)
        return tuple(scipy.sparse.hstack(part, format="csr") for part in parts)

    return made


def one_by_one(machine: Callable[[], object]) -> Callable[..., np.ndarray]:
    """A machine a code."""

    def decide(learnt, answers: np.ndarray, asked) -> np.ndarray:
        columns = []
        for column in answers.T:
            same = column.all() or not column.any()
            columns.append(
                np.full(asked.shape[0], 1.0 if column.any() else -1.0)
                if same
                else machine().fit(learnt, column).decision_function(asked)
            )
        return np.array(columns).T

    return decide


def chain(learnt, answers: np.ndarray, asked) -> np.ndarray:
    """A machine a code, each told what those before it said, the most frequent code first."""
    there = [n for n in np.argsort(-answers.sum(axis=0), kind="stable") if answers[:, n].any()]
    decisions = np.full((asked.shape[0], answers.shape[1]), -1.0)
    machine = ClassifierChain(LinearSVC(C=training.SOFTNESS, random_state=0), cv=3, random_state=0)
    decisions[:, there] = machine.fit(learnt, answers[:, there].astype(int)).decision_function(asked)
    return decisions


def svm() -> LinearSVC:
    return LinearSVC(C=training.SOFTNESS, random_state=0)


def logistic() -> LogisticRegression:
    return LogisticRegression(C=10.0, solver="liblinear", random_state=0)


def decisions(texts: Texts, features: Callable, machine: Callable, multi_only: bool = False) -> dict[str, list]:
    """{"left_out", "fixed"}: of each task the decisions on all its texts by machines without their writer; on the texts
    kept apart by machines that learnt from all others."""
    rounds = [(texts.known & (texts.writer != w), texts.writer == w) for w in sorted(set(texts.writer[texts.known]))]
    left_out = [np.zeros((len(texts.all), len(t.codes))) for t in texts.tasks]
    fixed = [np.zeros((len(texts.all), len(t.codes))) for t in texts.tasks]
    for number, (learn, decide) in enumerate([*rounds, (texts.known, ~texts.known)]):
        into = fixed if number == len(rounds) else left_out
        learnt, asked = features(texts, learn, decide)
        for task, kept in zip(texts.tasks, into, strict=True):
            if multi_only and not task.dimension.multi:
                continue
            mine = learn[task.rows]
            rows = np.searchsorted(np.flatnonzero(learn), task.rows[mine])
            kept[decide] = machine(learnt[rows], task.answers[mine], asked)
    cut = lambda parts: [part[t.rows] for part, t in zip(parts, texts.tasks, strict=True)]  # noqa: E731
    return {"left_out": cut(left_out), "fixed": cut(fixed)}


def claimed(task, odds: np.ndarray, threshold: float | np.ndarray = 0.0) -> np.ndarray:
    if not task.dimension.multi:
        return np.eye(odds.shape[1], dtype=bool)[odds.argmax(axis=1)]
    picked = odds >= threshold
    none = ~picked.any(axis=1) & task.dimension.required
    picked[none, odds[none].argmax(axis=1)] = True
    return picked


def alone(texts: Texts, told: dict[str, list]) -> dict[str, list[np.ndarray]]:
    return {k: [claimed(t, d) for t, d in zip(texts.tasks, parts, strict=True)] for k, parts in told.items()}


def mixed(texts: Texts, told: dict[str, list], per_label: bool = False) -> dict[str, list[np.ndarray]]:
    """Mixed with the rules as in training, fitted on fresh texts of other writers."""
    out: dict[str, list[np.ndarray]] = {"left_out": [], "fixed": []}
    for number, task in enumerate(texts.tasks):
        writer, usable = texts.writer[task.rows], (texts.fresh & texts.known)[task.rows]
        left, fixed = told["left_out"][number], told["fixed"][number]
        answer = np.zeros_like(task.answers)
        for name in sorted(set(writer)):
            mine = writer == name
            answer[mine] = _mix(texts, number, left, usable & ~mine, left, mine, per_label)
        out["left_out"].append(answer)
        everybody = np.ones(len(writer), bool)
        out["fixed"].append(_mix(texts, number, left, usable, fixed, everybody, per_label))
    return out


def _mix(texts, number, learnt, fit, asked, on, per_label) -> np.ndarray:
    task, by_rules = texts.tasks[number], texts.by_rules[number]
    head = training._head(task, 0, learnt[fit], by_rules[fit], task.answers[fit])

    def odds(of: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return head.of_model * of[rows] + head.of_rules * by_rules[rows] + np.array(head.bias)

    threshold = np.log(head.threshold / (1 - head.threshold))
    if per_label and task.dimension.multi:
        p = 1 / (1 + np.exp(-odds(learnt, fit)))
        each = [training._threshold(p[:, [n]], task.answers[fit][:, [n]]) for n in range(p.shape[1])]
        threshold = np.log(np.array(each) / (1 - np.array(each)))
    return claimed(task, odds(asked, on), threshold)


def by_rules(texts: Texts) -> dict[str, list[np.ndarray]]:
    """The codebook's own slope, offset and threshold stand in the log-odds already."""
    found = []
    for task, odds in zip(texts.tasks, texts.by_rules, strict=True):
        p = task.dimension.rules.get("threshold", 0.5)
        found.append(claimed(task, odds.copy(), np.log(p / (1 - p))))
    return {"left_out": found, "fixed": found}


def coders(texts: Texts, vectors: np.ndarray | None) -> Iterator[tuple[str, dict[str, list[np.ndarray]]]]:
    yield "rules alone", by_rules(texts)
    lines = decisions(texts, ngrams, one_by_one(svm))
    yield "n-grams + linear SVM", alone(texts, lines)
    curves = decisions(texts, ngrams, one_by_one(logistic))
    yield "n-grams + logistic regression", alone(texts, curves)
    yield "n-grams + SVM + rules (in force)", mixed(texts, lines)
    yield "n-grams + logistic + rules", mixed(texts, curves)
    yield "in force, a threshold a label", mixed(texts, lines, per_label=True)
    linked = decisions(texts, ngrams, chain, multi_only=True)
    yield "classifier chain of SVMs", alone(texts, linked)
    yield "classifier chain + rules", mixed(texts, linked)
    if vectors is not None:
        words = decisions(texts, beside_vectors(vectors, False), one_by_one(svm))
        yield "ja-ginza vectors + SVM", alone(texts, words)
        yield "ja-ginza vectors + SVM + rules", mixed(texts, words)
        both = decisions(texts, beside_vectors(vectors, True), one_by_one(svm))
        yield "n-grams and vectors + SVM", alone(texts, both)
        yield "n-grams and vectors + SVM + rules", mixed(texts, both)


def measured(texts: Texts, task, said: np.ndarray, on: np.ndarray) -> tuple[Figure, Figure]:
    """(kappa or micro F1, macro F1) of the texts in `on`."""
    rows = on[task.rows]
    wanted, given = task.answers[rows], said[rows]
    sums = Sums.of(wanted, given)
    if task.dimension.multi:
        return figure(sums.micro()), figure(sums.macro())
    told = wanted.any(axis=1)
    numbers, count = (wanted[told].argmax(axis=1), given[told].argmax(axis=1)), wanted.shape[1]
    return figure(kappa(resampled(pairs(*numbers, count)), count)), figure(sums.macro())


def ginza(texts: Texts) -> np.ndarray | None:
    """Mean word vectors of ja-ginza of unit length, None where it is not installed; tells how fast."""
    try:
        import ja_ginza
    except ImportError:
        return None
    reader = ja_ginza.load()
    began = time.process_time()
    found = np.array([reader.tokenizer(e.text[:10_000]).vector for e in texts.all])
    print(
        f"ja-ginza vectors: {len(found) / (time.process_time() - began):,.0f} stories/s a core, {found.shape[1]} numbers each"
    )
    return normalize(found)


def speed() -> None:
    """Stories a second of one core, coding only, and the size of the artefact."""
    book = codebook.load(codebook.BUILT_IN)
    known = [*examples.shipped(book), *examples.kept_apart(book)]
    rows, channels = [e.text for e in known], [e.channel for e in known]
    characters = sum(map(len, rows)) / len(rows)
    print(f"coding {len(rows):,} texts of {characters:.0f} characters on average, one core:")
    for name, one in coder_in_force(book).halves().items():
        one.code(rows[:200], channels[:200])
        began, done = time.process_time(), 0
        while time.process_time() - began < SECONDS:
            one.code(rows, channels)
            done += len(rows)
        aim = f" (aim {AIMS[name]:,})" if name in AIMS else ""
        print(f"  {name:6} {done / (time.process_time() - began):8,.0f} stories/s{aim}")
    size = sum(file.stat().st_size for file in BUILT_IN.iterdir())
    print(f"  size of the model: {size / 1e6:.1f} MB")


def main() -> None:
    speed()
    if "--speed" in sys.argv:
        return
    warnings.simplefilter("ignore")
    texts = Texts()
    vectors = ginza(texts)
    views = {
        "fixed split": ("fixed", ~texts.known),
        "left out, nobody tuned on": ("left_out", ~texts.is_tuned_writer),
        "left out, rules saw some": ("left_out", texts.is_tuned_writer),
    }
    for name, said in coders(texts, vectors):
        print(f"\n{name}")
        for view, (which, on) in views.items():
            answered = [(t, s) for t, s in zip(texts.tasks, said[which], strict=True) if on[t.rows].any()]
            told = [(t, measured(texts, t, s, on)) for t, s in answered]
            print(
                f"  {view:26}" + "  ".join(f"{t.dimension.name} {a.value:.3f}/{m.value:.3f}" for t, (a, m) in told),
                flush=True,
            )


if __name__ == "__main__":
    main()
