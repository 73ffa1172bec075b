"""Texts as weighted character n-grams: tf-idf with damped counts, of unit length. Japanese needs no word breaks for it.

An n-gram is looked up by a 64-bit number made of its characters, a whole text at a time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

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


class Runs(NamedTuple):
    """Of every run of characters of a text: the number of the n-gram, -1 if unknown; where it begins."""

    numbers: np.ndarray
    starts: np.ndarray


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

    def read(self, texts: Sequence[str]) -> tuple[scipy.sparse.csr_matrix, list[Runs]]:
        """(texts × n-grams: weights whose squares add up to 1 in a row; of each text its runs), all texts at one go.

        Each different run is looked up once and in order, which is several times faster than one by one as they come.
        """
        found = [keys(text) for text in texts]
        lengths = [len(made) for made, _ in found]
        different, which = np.unique(np.concatenate([made for made, _ in found]), return_inverse=True)
        places = np.minimum(np.searchsorted(self.vocabulary, different), len(self.vocabulary) - 1)
        numbers = np.where(self.vocabulary[places] == different, places, -1)[which]
        known, row = numbers >= 0, np.repeat(np.arange(len(texts)), lengths)
        shape = len(texts), len(self.vocabulary)
        ones = np.ones(int(known.sum()), np.float32)
        counts = scipy.sparse.csr_matrix((ones, (row[known], numbers[known])), shape)
        per_text = np.split(numbers, np.cumsum(lengths)[:-1])
        runs = [Runs(mine, starts) for mine, (_, starts) in zip(per_text, found, strict=True)]
        return self._weighed(counts), runs

    def _weighed(self, counts: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
        counts.data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        lengths = np.sqrt(counts.multiply(counts).sum(axis=1)).A1
        counts.data /= np.repeat(lengths, np.diff(counts.indptr))
        return counts

    def matrix(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """The weights alone."""
        return self.read(texts)[0]
