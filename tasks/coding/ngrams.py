"""Texts as weighted character n-grams: tf-idf with damped counts, of unit length. Japanese needs no word breaks for it.

An n-gram is looked up by a 64-bit number made of its characters, a whole text at a time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse

LONGEST = 3  # characters
RAREST = 2  # an n-gram of fewer training texts is left out
_STEP = np.uint64(0x9E3779B97F4A7C15)  # odd: what came before moves to other bits


def keys(text: str) -> tuple[np.ndarray, np.ndarray]:
    """(numbers of every run of 1 to LONGEST characters, as often as it stands there, where each begins)."""
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64) + np.uint64(1)
    runs, made = [], np.zeros(len(characters) + 1, np.uint64)
    for length in range(min(LONGEST, len(characters))):
        made = made[:-1] * _STEP + characters[length:]
        made ^= made >> np.uint64(29)
        runs.append(made)
    starts = [np.arange(len(run)) for run in runs]
    return (np.concatenate(runs), np.concatenate(starts)) if runs else (made[:0], np.empty(0, np.int64))


class Grams:
    """A vocabulary (keys, sorted) with the weight of each n-gram. texts are folded ones (cues.fold)."""

    def __init__(self, vocabulary: np.ndarray, idf: np.ndarray):
        self.vocabulary, self.idf = vocabulary, idf

    @classmethod
    def fitted(cls, texts: Sequence[str]) -> Grams:
        """The n-grams of at least RAREST texts; smoothed inverse document frequency."""
        seen = Counter(key for text in texts for key in np.unique(keys(text)[0]).tolist())
        kept = sorted(key for key, count in seen.items() if count >= RAREST)
        idf = [math.log((1 + len(texts)) / (1 + seen[key])) + 1 for key in kept]
        return cls(np.array(kept, np.uint64), np.array(idf, np.float32))

    def places(self, text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(different known n-grams of a text, sorted; of each run which of these it is, -1 if none; where each begins).

        Each different one is looked up once and in order, which is several times faster than one by one as they come.
        """
        found, starts = keys(text)
        different, which = np.unique(found, return_inverse=True)
        numbers = np.minimum(np.searchsorted(self.vocabulary, different), len(self.vocabulary) - 1)
        known = self.vocabulary[numbers] == different
        places = np.where(known, np.cumsum(known) - 1, -1)
        return numbers[known], places[which], starts

    def weighed(self, different: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Weights of the different n-grams of a text, as places() gives them; their squares add up to 1."""
        counts = np.bincount(which + 1, minlength=len(different) + 1)[1:]
        weights = (1 + np.log(counts.astype(np.float32))) * self.idf[different]
        length = math.sqrt(float(weights @ weights))
        return weights / length if length else weights

    def matrix(self, texts: Iterable[str]) -> scipy.sparse.csr_matrix:
        """One row a text."""
        rows = [(found[0], self.weighed(*found[:2])) for found in map(self.places, texts)]
        ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
        numbers = np.concatenate([n for n, _ in rows]) if rows else np.empty(0, np.int64)
        weights = np.concatenate([w for _, w in rows]) if rows else np.empty(0, np.float32)
        return scipy.sparse.csr_matrix((weights, numbers, ends), shape=(len(rows), len(self.vocabulary)))
