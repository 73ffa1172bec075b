"""The coder: what the cues of the codebook say of a text, added up and turned into probabilities, alone or with a model.

It knows no dimension and no code by name: everything it weighs stands in the codebook's TOML files (question.py
tells what may stand there).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from tasks.codebooks.changes import renamed
from tasks.coding import Claim, Coded
from tasks.coding.cues import Folded, PhraseBook, Place, fold
from tasks.coding.model import Head, Model, Opinion
from tasks.coding.question import Evidence, Question
from warehouse.codebook import Codebook, CodebookError

_SOURCES = ("cues.py", "question.py", "coder.py", "model.py", "ngrams.py", "../codebooks/changes.py")


@dataclass(slots=True)
class _Reading:
    """One text while it is being coded."""

    folded: Folded
    channel: str
    opinion: Opinion | None  # the model's
    evidence: dict[str, dict[int, Evidence]]
    totals: dict[str, dict[int, float]]
    strongest: dict[str, float]
    answers: dict[str, list[str]] = field(default_factory=dict)
    coded: Coded = field(default_factory=Coded)


class Coder:
    """Codes texts by the cues of a codebook and, where it has learnt a dimension, a model.

    CodebookError if cues or [rules] contradict themselves.
    """

    def __init__(self, codebook: Codebook, model: Model | None = None):
        self._codebook, self._model = codebook, model
        heads = (
            [replace(h, codes=renamed(codebook, h.dimension, h.codes)) for h in model.heads.values()] if model else []
        )
        self._heads = {h.dimension: h for h in heads if (d := codebook.by_name.get(h.dimension)) and h.fits(d)}
        self._phrases, self._questions = _compiled(codebook)
        self._asks = _by_token(self._questions)
        self._gates = {name: set(codes) for name, codes in codebook.count_only.items()}
        self._order = {question.name: i for i, question in enumerate(self._questions)}
        for question in self._questions:
            if unknown := question.waits_for - set(self._order):
                raise CodebookError(f"{question.name}: [rules] looks at {', '.join(sorted(unknown))}, no dimension")
        # Gates first, then what others look at, then the rest.
        self._asked = sorted(self._questions, key=lambda q: (q.name not in self._gates, bool(q.none_when)))
        rules = f"rules-{_fingerprint(codebook.digest)}"
        self.version = f"{model.name}+{rules}" if self._heads else rules

    def halves(self) -> dict[str, Coder]:
        """The coder as it is (`both`), its rules alone and its model alone; without a model only the rules."""
        rules = {"rules": Coder(self._codebook)}
        if not self._heads:
            return rules
        return {**rules, "model": Coder(self._codebook, self._model.alone()), "both": self}

    @property
    def learnt(self) -> list[str]:
        """Dimensions in which a model has a say; the others are coded by cues alone."""
        return sorted(self._heads)

    def code(self, texts: Sequence[str], channels: Sequence[str] | None = None) -> list[Coded]:
        """One Coded per text, in order; spans are code points of the text given.

        channels: the way each text came, weak evidence where the codebook says so.
        """
        folded = [fold(text) for text in texts]
        opinions = self._model.read([text.text for text in folded]) if self._heads else [None] * len(folded)
        rows = zip(folded, channels or [""] * len(folded), opinions, strict=True)
        return [self._one(self._read(*row)) for row in rows]

    def _one(self, reading: _Reading) -> Coded:
        for question in self._asked:
            self._answer(question, reading)
            allowed = self._gates.get(question.name)
            if allowed is not None and allowed.isdisjoint(reading.answers[question.name]):
                break
        reading.coded.claims.sort(key=lambda claim: self._order[claim.dimension])
        reading.coded.to_review.sort(key=self._order.__getitem__)
        return reading.coded

    def _read(self, folded: Folded, channel: str, opinion: Opinion | None) -> _Reading:
        found = self._phrases.find(folded.text)
        mine: dict[str, list[int]] = {}
        for token in found:
            for name in self._asks.get(token, ()):
                mine.setdefault(name, []).append(token)
        evidence = {
            q.name: q.weigh(folded.text, found, mine[q.name]) if q.name in mine else {} for q in self._questions
        }
        totals = {q.name: {n: e.total(q.decay) for n, e in evidence[q.name].items()} for q in self._questions}
        strongest = {name: max(numbers.values()) if numbers else 0.0 for name, numbers in totals.items()}
        return _Reading(folded, channel, opinion, evidence, totals, strongest)

    def _answer(self, question: Question, reading: _Reading) -> None:
        name, coded = question.name, reading.coded
        if any(codes.intersection(reading.answers[other]) for other, codes in question.none_when.items()):
            reading.answers[name] = []
            return
        odds, head = self._odds(question, reading)
        answer = question.answer(odds, head.threshold) if head else question.settled(odds)
        coded.probabilities[name], picked, probabilities = answer
        reading.answers[name] = [question.codes[number] for number in picked]
        for number in picked:
            place = self._evidence(question, number, head, reading)
            span = reading.folded.original(*place) if place else (None, None)
            coder = "model" if head and question.codes[number] in head.codes else "rule"
            coded.claims.append(Claim(name, question.codes[number], probabilities[number], *span, coder))
        if picked and probabilities[picked[0]] < question.review_below:
            coded.to_review.append(name)

    def odds_by_rules(self, dimension: str, texts: Sequence[str], channels: Sequence[str]) -> list[list[float]]:
        """Of each text the log-odds of every code of one dimension, by the cues alone."""
        question = next(q for q in self._questions if q.name == dimension)
        rows = zip(map(fold, texts), channels, strict=True)
        return [self._by_rules(question, self._read(text, channel, None)) for text, channel in rows]

    def _by_rules(self, question: Question, reading: _Reading) -> list[float]:
        totals = reading.totals[question.name]
        scores = question.scores(totals, reading.strongest, reading.channel, len(reading.folded.text))
        return question.log_odds(scores)

    def _odds(self, question: Question, reading: _Reading) -> tuple[list[float], Head | None]:
        """Log-odds of each code, and the model's head if it has a say in them."""
        odds, head = self._by_rules(question, reading), self._heads.get(question.name)
        if head is None:
            return odds, None
        told = dict(zip(question.codes, odds, strict=True))
        told |= head.mixed(self._model.of(head, reading.opinion), told)
        return list(told.values()), head

    def _evidence(self, question: Question, number: int, head: Head | None, reading: _Reading) -> Place | None:
        """Where a cue stands for a code, else what weighed most in the model."""
        evidence, code = reading.evidence[question.name].get(number), question.codes[number]
        if evidence and evidence.place:
            return evidence.place
        return self._model.evidence(head, code, reading.opinion) if head and code in head.codes else None


@lru_cache(maxsize=2)  # the book in force and one that is planned
def _compiled(codebook: Codebook) -> tuple[PhraseBook, Sequence[Question]]:
    """Every question of the book, and the phrases that they look for."""
    phrases = PhraseBook()
    questions = [Question(dimension, phrases) for dimension in codebook.dimensions]
    phrases.close()
    return phrases, questions


def _by_token(questions: Sequence[Question]) -> dict[int, list[str]]:
    """Phrase -> the questions that have anything to weigh for it."""
    found: dict[int, list[str]] = {}
    for question in questions:
        for token in question.tokens:
            found.setdefault(token, []).append(question.name)
    return found


def _fingerprint(digest: str) -> str:
    source = b"".join((Path(__file__).parent / name).read_bytes() for name in _SOURCES)
    return hashlib.sha256(digest.encode() + source).hexdigest()[:12]
