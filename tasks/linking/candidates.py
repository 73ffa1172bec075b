"""Candidates: pairs of texts that are worth comparing, found by keys, never by comparing all with all.

Within a key's bucket everybody meets the next NEIGHBOURS in a fixed order (by signature, then by rank), so that one
phrase sent ten thousand times costs ten thousand times NEIGHBOURS. Order of arrival plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tasks.linking.signatures import BINS, bands

NEIGHBOURS = 8  # in a band, or a head or tail
OF_ONE_AUTHOR = 40
LEAST = 0.40  # estimated containment below which no pair is compared: a person is asked from 0.50 on, and 64 bins tell
# it to ±0.07; a key or an author in common needs none


def near(signed: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Pairs (n, 2) of rows, smaller first, that share a band and may be alike. sizes: 3-grams by row."""
    keys = bands(signed)
    found = [np.empty(0, np.int64)]
    for band in range(keys.shape[1]):
        after = keys[:, (band + 1) % keys.shape[1]]  # those alike stand together in a bucket
        pairs = _neighbours(keys[:, band], np.lexsort((after, keys[:, band])), NEIGHBOURS)
        found.append(_packed(pairs[_may_be_alike(pairs, signed, sizes)]))
    return _unpacked(np.unique(np.concatenate(found)))


def sharing(keys: Sequence[object], width: int = NEIGHBOURS) -> np.ndarray:
    """Pairs of rows that have one key in common; None is no key. Rows come in the order in which they shall meet."""
    rows = np.array([n for n, key in enumerate(keys) if key is not None], np.int64)
    if not len(rows):
        return np.empty((0, 2), np.int64)
    numbers = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    values = np.fromiter((numbers[keys[n]] for n in rows), np.int64, len(rows))
    return rows[_neighbours(values, np.argsort(values, kind="stable"), width)]


def together(parts: Iterable[np.ndarray]) -> list[tuple[int, int]]:
    """Every pair once, sorted."""
    packed = np.unique(np.concatenate([_packed(part) for part in parts]))
    return [(int(a), int(b)) for a, b in _unpacked(packed)]


def _neighbours(values: np.ndarray, order: np.ndarray, width: int) -> np.ndarray:
    found = [np.empty((0, 2), np.int64)]
    for step in range(1, width + 1):
        same = values[order[step:]] == values[order[:-step]]
        if not same.any():
            break
        found.append(np.stack([order[:-step][same], order[step:][same]], axis=1))
    return np.concatenate(found)


def _may_be_alike(pairs: np.ndarray, signed: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """By the share of equal bins, which estimates the resemblance, and the sizes: containment from LEAST on."""
    alike = (signed[pairs[:, 0]] == signed[pairs[:, 1]]).sum(axis=1) / BINS
    a, b = sizes[pairs[:, 0]], sizes[pairs[:, 1]]
    return alike / (1 + alike) * (a + b) >= LEAST * np.minimum(a, b)


def _packed(pairs: np.ndarray) -> np.ndarray:
    return np.minimum(pairs[:, 0], pairs[:, 1]) << 32 | np.maximum(pairs[:, 0], pairs[:, 1])


def _unpacked(packed: np.ndarray) -> np.ndarray:
    return np.stack([packed >> 32, packed & 0xFFFFFFFF], axis=1)
