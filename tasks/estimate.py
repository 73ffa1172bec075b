"""How many stories a cell truly has: what people coded, extended by the machine, with a 95 % interval.

Prediction-powered, by strata: within each, the machine's word (in the cell or not) is put right by the random sample's
share of stories that people found to belong. Exact hypergeometric bounds of each stratum are joined by MOVER (Zou & Donner
2008: distances to the bounds add up as squares; those of strata without a sample are added whole), so that no interval
is empty however small the sample, and a cell of which everything was seen is a point. docs/decisions.md tells what else was tried.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from warehouse import schema

LEVEL = 0.95
CELL = ("include_late", "breakdown", "level", "code")


def estimated(strata: pa.Table) -> pa.Table:
    """Rows of strata.sql → in_estimate, a row a cell; no estimate for a cell that is neither sampled nor wholly seen."""
    frame = strata.to_pandas()
    sizes = [frame[name].to_numpy(np.int64) for name in ("story_count", "seen_count", "found_count")]
    sampled = np.where(frame["is_drawn"], frame["seen_count"], 0).astype(np.int64)
    keys = list(zip(*(frame[name] for name in CELL), strict=True))
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    if not starts:
        return schema.empty(schema.INPUTS["in_estimate"])
    ranges = intervals(*sizes, frame["is_proposed"].to_numpy(bool), starts)
    whole, known, of_sample = (np.add.reduceat(part, starts) for part in (sizes[0], sizes[1], sampled))
    told = (of_sample > 0) | (known == whole)
    columns = [*zip(*(keys[i] for i in starts), strict=True), whole, of_sample, known]
    columns += [pa.array(values, pa.int64(), mask=~told) for values in ranges]
    return pa.table(columns, schema=schema.INPUTS["in_estimate"])


def intervals(
    size: np.ndarray, seen: np.ndarray, found: np.ndarray, proposed: np.ndarray, starts: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(estimate, low, high) of each cell, whole numbers. Strata of one cell stand together; starts: where each begins.

    size: stories of each stratum; seen: of these, by people, at random; found: of the seen, those in the cell;
    proposed: what the machine says of the stratum: its word stands where nothing was seen.
    """
    share = np.where(seen > 0, found / np.maximum(seen, 1), proposed)
    middle = found + (size - seen) * share
    low, high = bounds(size, seen, found)
    below, above = (_joined(np.abs(middle - end), seen > 0, starts) for end in (low, high))
    estimate = np.add.reduceat(middle, starts)
    rounded = np.rint(estimate), np.floor(estimate - below + 1e-9), np.ceil(estimate + above - 1e-9)
    return tuple(part.astype(np.int64) for part in rounded)


def _joined(away: np.ndarray, is_seen: np.ndarray, starts: Sequence[int]) -> np.ndarray:
    """How far a cell's end is away: chances as squares; a stratum of which nothing was seen has no chance, so whole."""
    squares, whole = np.where(is_seen, away**2, 0), np.where(is_seen, 0, away)
    return np.sqrt(np.add.reduceat(squares, starts)) + np.add.reduceat(whole, starts)


def bounds(size: np.ndarray, seen: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fewest and most members that a stratum may have, exactly: those under which what was found is no rarer than 2.5 %."""
    from scipy.stats import hypergeom  # half a second, and most builds have no sample

    alike, place = np.unique(np.stack([size, seen, found]), axis=1, return_inverse=True)
    size, seen, found = alike
    tail, fewest, most = (1 - LEVEL) / 2, found, size - (seen - found)
    low = _first(fewest, most, lambda members: hypergeom.sf(found - 1, size, members, seen) > tail)
    high = -_first(-most, -fewest, lambda members: hypergeom.cdf(found, size, -members, seen) > tail)
    return low[place], high[place]


def _first(start: np.ndarray, end: np.ndarray, holds) -> np.ndarray:
    """The first whole number from start to end at which `holds` (monotone, true at the end), for each place."""
    start, end = start.copy(), end.copy()
    while (start < end).any():
        middle = (start + end) // 2
        here = holds(middle)
        start, end = np.where(here | (start == end), start, middle + 1), np.where(here, middle, end)
    return end
