"""How well coders agree, as figures with 95 % intervals: kappa for one code a text, F1 and its parts for several.

scikit-learn has the figures and no intervals: it weighs one sample a call, and a thousand resamples would take minutes.
Here every figure is a function of sums over texts, so that all resamples are one multiplication; a test holds the two to
the same figures.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RESAMPLES = 1000
SEED = 0
_BETWEEN = (2.5, 97.5)  # percentiles


class Figure(NamedTuple):
    """A figure over all texts, and where 95 of 100 resamples of them lie."""

    value: float
    low: float
    high: float


def resampled(per_text: np.ndarray) -> np.ndarray:
    """Sums of the columns over all texts (first row), then over as many texts drawn with replacement, RESAMPLES times."""
    count = len(per_text)
    weights = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    return np.vstack([per_text.sum(axis=0, dtype=np.float64), weights @ per_text.astype(np.float64)])


def figure(values: np.ndarray) -> Figure:
    """values: over all texts, then over each resample; a resample in which the figure has no meaning (nan) is left out."""
    drawn = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(drawn, _BETWEEN) if len(drawn) else (np.nan, np.nan)
    return Figure(*(round(float(x), 4) for x in (values[0], low, high)))


def pairs(left: np.ndarray, right: np.ndarray, codes: int) -> np.ndarray:
    """Texts × (codes · codes): which pair of codes (numbers) each text got. Its sums are the table of the two coders."""
    return np.eye(codes * codes, dtype=np.int8)[left * codes + right]


def kappa(tables: np.ndarray, codes: int) -> np.ndarray:
    """Cohen's kappa (1960) of each row of sums of pairs(): agreement beyond chance; 1 where both only say one and the same."""
    squares = tables.reshape(-1, codes, codes)
    total = squares.sum(axis=(1, 2))
    agreed = np.trace(squares, axis1=1, axis2=2) / total
    by_chance = (squares.sum(axis=1) * squares.sum(axis=2)).sum(axis=1) / total**2
    return np.where(by_chance >= 1, 1.0, (agreed - by_chance) / np.where(by_chance >= 1, 1.0, 1 - by_chance))


class Sums(NamedTuple):
    """Resamples × codes: how often a code was rightly claimed, claimed, and wanted."""

    hit: np.ndarray
    claimed: np.ndarray
    wanted: np.ndarray

    @classmethod
    def of(cls, wanted: np.ndarray, claimed: np.ndarray) -> Sums:
        """wanted, claimed: texts × codes, true or false."""
        return cls(*np.split(resampled(np.hstack([wanted & claimed, claimed, wanted])), 3, axis=1))

    def precision(self) -> np.ndarray:
        return _share(self.hit, self.claimed)

    def recall(self) -> np.ndarray:
        return _share(self.hit, self.wanted)

    def f1(self) -> np.ndarray:
        return _share(2 * self.hit, self.claimed + self.wanted)

    def micro(self) -> np.ndarray:
        """F1 over all claims together, of each resample."""
        return _share(2 * self.hit.sum(axis=1), (self.claimed + self.wanted).sum(axis=1))

    def macro(self) -> np.ndarray:
        """The mean F1 of the codes that are wanted at all, of each resample."""
        there = self.wanted > 0
        return _share(np.where(there, self.f1(), 0).sum(axis=1), there.sum(axis=1))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """0 of 0 is 0, as in scikit-learn with zero_division=0."""
    return np.divide(part, whole, out=np.zeros(np.shape(part)), where=np.asarray(whole) > 0)
