"""The rules coder: what the cues of the codebook say of a text, added up and turned into probabilities.

It knows no dimension and no code by name: everything it weighs stands in the codebook's TOML files (question.py
tells what may stand there).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tasks.coding import Claim, Coded
from tasks.coding.cues import Folded, PhraseBook, fold
from tasks.coding.question import Evidence, Question
from warehouse.codebook import Codebook, CodebookError

_SOURCES = ("cues.py", "question.py", "rules.py")


@dataclass(slots=True)
class _Reading:
    """One text while it is being coded."""

    folded: Folded
    channel: str
    evidence: dict[str, dict[int, Evidence]]
    totals: dict[str, dict[int, float]]
    strongest: dict[str, float]
    answers: dict[str, list[str]] = field(default_factory=dict)
    coded: Coded = field(default_factory=Coded)


class RuleCoder:
    """Codes texts by the cues of a codebook. CodebookError if cues or [rules] contradict themselves."""

    def __init__(self, codebook: Codebook):
        self._phrases = PhraseBook()
        self._questions = [Question(dimension, self._phrases) for dimension in codebook.dimensions]
        self._phrases.close()
        self._gates = {name: set(codes) for name, codes in codebook.count_only.items()}
        self._order = {question.name: i for i, question in enumerate(self._questions)}
        for question in self._questions:
            if unknown := question.waits_for - set(self._order):
                raise CodebookError(f"{question.name}: [rules] looks at {', '.join(sorted(unknown))}, no dimension")
        # Gates first, then what others look at, then the rest.
        self._asked = sorted(self._questions, key=lambda q: (q.name not in self._gates, bool(q.none_when)))
        self.version = f"rules-{_fingerprint(codebook.digest)}"

    def code(self, texts: Sequence[str], channels: Sequence[str] | None = None) -> list[Coded]:
        """One Coded per text, in order; spans are code points of the text given.

        channels: the way each text came, weak evidence where the codebook says so.
        """
        return [self._one(text, channel) for text, channel in zip(texts, channels or [""] * len(texts), strict=True)]

    def _one(self, text: str, channel: str) -> Coded:
        reading = self._read(text, channel)
        for question in self._asked:
            self._answer(question, reading)
            allowed = self._gates.get(question.name)
            if allowed is not None and allowed.isdisjoint(reading.answers[question.name]):
                break
        reading.coded.claims.sort(key=lambda claim: self._order[claim.dimension])
        reading.coded.to_review.sort(key=self._order.__getitem__)
        return reading.coded

    def _read(self, text: str, channel: str) -> _Reading:
        folded = fold(text)
        found = self._phrases.find(folded.text)
        evidence = {q.name: q.weigh(folded.text, found) for q in self._questions}
        totals = {q.name: {n: e.total(q.decay) for n, e in evidence[q.name].items()} for q in self._questions}
        strongest = {name: max(numbers.values(), default=0.0) for name, numbers in totals.items()}
        return _Reading(folded, channel, evidence, totals, strongest)

    def _answer(self, question: Question, reading: _Reading) -> None:
        name, coded = question.name, reading.coded
        if any(codes.intersection(reading.answers[other]) for other, codes in question.none_when.items()):
            reading.answers[name] = []
            return
        scores = question.scores(reading.totals[name], reading.strongest, reading.channel, len(reading.folded.text))
        probabilities = question.probabilities(scores)
        picked = question.chosen(scores, probabilities)
        reading.answers[name] = [question.codes[number] for number in picked]
        coded.probabilities[name] = {
            code: p for code, p in zip(question.codes, probabilities, strict=True) if p >= 0.001
        }
        for number in picked:
            evidence = reading.evidence[name].get(number)
            span = reading.folded.original(*evidence.place) if evidence and evidence.place else (None, None)
            coded.claims.append(Claim(name, question.codes[number], probabilities[number], *span))
        if picked and probabilities[picked[0]] < question.review_below:
            coded.to_review.append(name)


def _fingerprint(digest: str) -> str:
    source = b"".join((Path(__file__).parent / name).read_bytes() for name in _SOURCES)
    return hashlib.sha256(digest.encode() + source).hexdigest()[:12]
