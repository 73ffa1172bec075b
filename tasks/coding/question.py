"""One dimension of the codebook, compiled: what speaks for each code, and how that becomes an answer.

What [rules] of a dimension file may say (all of it optional):
  strength       weight of each kind of cue; `against` is below zero
  words          word lists for <name> in cues
  other_meaning  phrases that hold a cue but mean something else (オンライン is no LINE)
  near           after or before a cue within so many characters: add to its weight, or take from it
  early, repeat  more weight for a cue near the beginning, for one that comes again
  reach          how far B of `A…B` may stand from A
  shy            code -> kinds of its cues that say nothing where another code is named (DM is X's unless …)
  decay          each further cue of a code counts so much less, so that length alone proves nothing
  prior          what speaks for a code before a word is read; silent: and when no cue at all is found
  channel, lean, length   what the way it came, another dimension's evidence, a short text say for a code
  slope, offset  score to probability: a logistic curve each (multi) or all against all (single)
  threshold, within, most        multi: which codes are claimed
  review_below   a best guess less probable than this goes to a person
  none_when      no code at all if another dimension was answered so
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from tasks.coding.cues import GAP, PhraseBook, Place, longest, unbroken
from warehouse.codebook import CodebookError, Dimension

Found = Mapping[int, Sequence[Place]]
_STRENGTH = {"strong": 3.0, "medium": 1.5, "weak": 0.7, "against": -2.0}
_RULES = {
    *("strength", "words", "other_meaning", "near", "early", "repeat", "reach", "decay", "shy"),
    *("prior", "silent", "channel", "lean", "length", "slope", "offset"),
    *("threshold", "within", "most", "review_below", "none_when"),
}
_NAMING = {"name", "strong"}  # kinds of cues that name a code
_NO_CODE = -1
_KEPT = 4096  # answers of a question
_NEVER = -7.7  # log-odds from which down a probability of 3 places is 0


class Evidence:
    """Of one code: the weight of each cue found, and where the best of them stands."""

    __slots__ = ("best", "place", "weights")

    def __init__(self) -> None:
        self.weights: dict[int, float] = {}
        self.best = 0.0
        self.place: Place | None = None

    def add(self, cue: int, weight: float, place: Place) -> None:
        self.weights[cue] = max(weight, self.weights.get(cue, weight))
        if weight > self.best:
            self.best, self.place = weight, place

    def drop(self, cues: Set[int]) -> None:
        """Forget what these cues said; the place stays that of the best of all."""
        self.weights = {cue: weight for cue, weight in self.weights.items() if cue not in cues}

    def total(self, decay: float) -> float:
        total, share = 0.0, 1.0
        for weight in sorted(self.weights.values(), key=abs, reverse=True):
            total += weight * share
            share *= decay
        return total


class Question:
    """A dimension ready to be put to a text. CodebookError where its file contradicts itself."""

    def __init__(self, dimension: Dimension, phrases: PhraseBook):
        self.dimension = dimension
        self.name = dimension.name
        self.rules = dimension.rules
        if unknown := set(self.rules) - _RULES:
            raise CodebookError(f"{self.name}: [rules] does not know {', '.join(sorted(unknown))}")
        self.codes = [code.code for code in dimension.codes]
        self._words = self.rules.get("words", {})
        self._settled: dict[tuple[float, ...], tuple] = {}
        self._compile_weighing(phrases)
        self._compile_scoring()
        self._compile_choosing()

    def _compile_weighing(self, phrases: PhraseBook) -> None:
        self._phrases: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self._pairs: dict[int, list[tuple[int, int, int, float]]] = defaultdict(list)
        strength, shy = {**_STRENGTH, **self.rules.get("strength", {})}, self.rules.get("shy", {})
        self._naming: dict[int, set[int]] = defaultdict(set)
        self._shy: dict[int, set[int]] = defaultdict(set)
        for number, code in enumerate(self.dimension.codes):
            for kind, cues in code.cues.items():
                if kind not in strength:
                    raise CodebookError(f"{self.name}.{code.code}: cues are {', '.join(strength)}, not {kind!r}")
                found = {self._compile_cue(cue, number, strength[kind], phrases) for cue in cues}
                if kind in _NAMING:
                    self._naming[number] |= found
                if kind in shy.get(code.code, ()):
                    self._shy[number] |= found
        if unknown := set(shy) - set(self.codes):
            raise CodebookError(f"{self.name}: [rules] shy names {', '.join(sorted(unknown))}, no code of it")
        for phrase in self.rules.get("other_meaning", []):
            self._phrases[phrases.token([phrase], self._words)].append((_NO_CODE, 0.0))
        self._near = [self._compile_near(rule, phrases) for rule in self.rules.get("near", [])]
        early, repeat = self.rules.get("early", {}), self.rules.get("repeat", {})
        self._early, self._early_add = early.get("within", 0), early.get("add", 0.0)
        self._looks_around = bool(self._near or self._early)
        self._repeats, self._repeat_add = repeat.get("most", 0), repeat.get("add", 0.0)
        self._reach = self.rules.get("reach", 20)
        self.decay = self.rules.get("decay", 0.6)

    def _compile_cue(self, cue: str, code: int, weight: float, phrases: PhraseBook) -> int:
        """Returns the number under which it will be in Evidence.weights."""
        tokens = [phrases.token([piece], self._words) for piece in cue.split(GAP)]
        if len(tokens) > 2:
            raise CodebookError(f"{self.name}: cue {cue!r} has more than one {GAP}")
        if len(tokens) == 1:
            self._phrases[tokens[0]].append((code, weight))
            return tokens[0]
        key = -1 - sum(map(len, self._pairs.values()))
        self._pairs[tokens[1]].append((key, tokens[0], code, weight))
        return key

    def _compile_near(self, rule: Mapping, phrases: PhraseBook) -> tuple[int, bool, int, float]:
        after = "after" in rule
        token = phrases.token(rule["after" if after else "before"], self._words)
        return token, after, rule.get("within", 10), rule["add"]

    def _compile_scoring(self) -> None:
        number = {code: i for i, code in enumerate(self.codes)}
        try:
            self._prior = [(number[c], w) for c, w in self.rules.get("prior", {}).items()]
            self._silent = [(number[c], w) for c, w in self.rules.get("silent", {}).items()]
            self._channel = {
                channel: [(number[c], w) for c, w in weights.items()]
                for channel, weights in self.rules.get("channel", {}).items()
            }
            self._lean = [(x["from"], number[x["code"]], x["times"], x["most"]) for x in self.rules.get("lean", [])]
            self._length = [(x["under"], number[x["code"]], x["add"]) for x in self.rules.get("length", [])]
        except KeyError as error:
            raise CodebookError(f"{self.name}: [rules] names {error}, no code of it, or lacks it") from error
        self.none_when = {name: set(codes) for name, codes in self.rules.get("none_when", {}).items()}

    def _compile_choosing(self) -> None:
        self._slope = self.rules.get("slope", 1.0)
        self._offset = self.rules.get("offset", 0.0)
        self._threshold = self.rules.get("threshold", 0.5)
        self._within = self.rules.get("within", math.inf)
        self._most = self.rules.get("most", len(self.codes))
        self.review_below = self.rules.get("review_below", 0.5)

    @property
    def waits_for(self) -> set[str]:
        """Names of the dimensions it looks at."""
        return {lean[0] for lean in self._lean} | set(self.none_when)

    @property
    def tokens(self) -> set[int]:
        """The phrases that it has anything to weigh for; without one of them there is no evidence."""
        return self._phrases.keys() | self._pairs.keys()

    def weigh(self, text: str, found: Found, mine: Sequence[int]) -> dict[int, Evidence]:
        """Number of a code -> the evidence for it in folded text. mine: those of its tokens that were found."""
        evidence: dict[int, Evidence] = defaultdict(Evidence)
        seen: dict[int, int] = defaultdict(int)
        spans = [(s, -e, t) for t in mine if t in self._phrases for s, e in found[t]]
        for start, minus_end, token in longest(spans):
            change = self._change(text, found, start, -minus_end) if self._looks_around else 0.0
            change += self._repeat_add * min(seen[token], self._repeats)
            seen[token] += 1
            for code, weight in self._phrases[token]:
                if code != _NO_CODE and (weight < 0 or weight + change > 0):
                    evidence[code].add(token, weight + change if weight > 0 else weight, (start, -minus_end))
        for token in sorted(mine) if self._pairs else ():
            for key, first, code, weight in self._pairs.get(token, ()):
                if first in found and (place := self._pair(text, found[first], found[token])):
                    evidence[code].add(key, weight, place)
        if self._shy:
            self._hush(evidence)
        return evidence

    def _hush(self, evidence: Mapping[int, Evidence]) -> None:
        """Shy cues of a code that is not named itself say nothing where another is."""
        named = {code for code, e in evidence.items() if not self._naming[code].isdisjoint(e.weights)}
        for code, cues in self._shy.items():
            if named and code in evidence and code not in named:
                evidence[code].drop(cues)

    def _change(self, text: str, found: Found, start: int, end: int) -> float:
        total = self._early_add if start < self._early else 0.0
        for token, after, within, add in self._near:
            for s, e in found.get(token, ()):
                left, right = (end, s) if after else (e, start)
                if 0 <= right - left <= within and unbroken(text, left, right):
                    total += add
                    break
        return total

    def _pair(self, text: str, firsts: Sequence[Place], seconds: Sequence[Place]) -> Place | None:
        for start, end in firsts:
            for start2, end2 in seconds:
                if 0 <= start2 - end <= self._reach and unbroken(text, end, start2):
                    return start, end2
        return None

    def scores(
        self, totals: Mapping[int, float], strongest: Mapping[str, float], channel: str, length: int
    ) -> list[float]:
        """One number per code. totals: of its own cues; strongest: of each dimension's best code."""
        scores = [0.0] * len(self.codes)
        for number, total in totals.items():
            scores[number] = total
        for number, weight in (*self._prior, *self._channel.get(channel, ()), *(() if totals else self._silent)):
            scores[number] += weight
        for name, number, times, most in self._lean:
            scores[number] += min(most, times * strongest[name])
        for under, number, add in self._length:
            if length < under:
                scores[number] += add
        return scores

    def log_odds(self, scores: Sequence[float]) -> list[float]:
        """Scores as log-odds: of each code by itself (multi), or of each against the others up to a constant (single)."""
        return [self._slope * s + self._offset for s in scores]

    def settled(self, odds: Sequence[float]) -> tuple[dict[str, float], list[int], list[float]]:
        """(code -> p where p >= 0.001, numbers of the codes to claim, all p) by the rules alone.

        A text that says nothing of a dimension has the odds of a thousand others, so answers are kept.
        """
        key = tuple(odds)
        if (kept := self._settled.get(key)) is None:  # asked once: another thread may clear in between
            if len(self._settled) >= _KEPT:
                self._settled.clear()
            kept = self._settled[key] = self.answer(odds)
        told, picked, probabilities = kept
        return dict(told), picked, probabilities

    def answer(
        self, odds: Sequence[float], threshold: float | None = None
    ) -> tuple[dict[str, float], list[int], list[float]]:
        """As settled(), with a threshold of a model's."""
        probabilities = self.probabilities(odds)
        told = {code: p for code, p in zip(self.codes, probabilities, strict=True) if p >= 0.001}
        return told, self.chosen(odds, probabilities, threshold), probabilities

    def probabilities(self, odds: Sequence[float]) -> list[float]:
        """Of each code, to 3 places; of a single dimension they add up to about 1. odds: log-odds."""
        if self.dimension.multi:
            curve = {x: _logistic(x) for x in set(odds)}
            return [curve[x] for x in odds]
        top = max(odds)
        weights = {x: math.exp(x - top) for x in set(odds)}
        total = sum(map(weights.__getitem__, odds))
        shares = {x: round(w / total, 3) for x, w in weights.items()}
        return [shares[x] for x in odds]

    def chosen(
        self, odds: Sequence[float], probabilities: Sequence[float], threshold: float | None = None
    ) -> list[int]:
        """Numbers of the codes to claim, best first; of equals the codebook's first comes first.

        threshold: from which probability on; the codebook's if not given.
        """
        best = odds.index(max(odds))
        if not self.dimension.multi:
            return [best]
        floor = odds[best] - self._within * self._slope
        least = self._threshold if threshold is None else threshold
        picked = [i for i, p in enumerate(probabilities) if p >= least and odds[i] >= floor]
        picked.sort(key=lambda i: (-odds[i], i))
        return picked[: self._most] or ([best] if self.dimension.required else [])


def _logistic(x: float) -> float:
    return 0.0 if x < _NEVER else round(1 / (1 + math.exp(-max(-30.0, min(30.0, x)))), 3)
