"""Signatures: MinHash of a text's 3-grams, in numpy. Texts that share four rows of a band are candidates.

One permutation (Li, Owen and Zhang, 2012): one hash a 3-gram, its low bits say which of 64 bins it falls into, the
smallest of a bin stays; an empty bin borrows from another that a fixed hash names (Shrivastava, 2017). Kept are 16 bits
a bin (Li and König, 2010), so four rows of a band are one number of 64 bits.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from warehouse.lake import read_parquet, write_parquet

BINS = 64
ROWS = 4  # a band; 16 bands find a resemblance of 0.7 with 0.988, of 0.8 with 0.9998, of 0.05 with 0.0001
BATCH = 2_000  # texts at once: bounds memory, and stays in the processor's cache
_EMPTY = np.uint32(0xFFFFFFFF)
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))  # MurmurHash3's finaliser


def signatures(texts: Sequence[str]) -> np.ndarray:
    """(texts, 64) of uint16. The same text has the same row on every machine."""
    parts = [_batch(texts[n : n + BATCH]) for n in range(0, len(texts), BATCH)]
    return np.concatenate(parts) if parts else np.empty((0, BINS), np.uint16)


def bands(signed: np.ndarray) -> np.ndarray:
    """(texts, 16) of uint64: one number a band."""
    return np.ascontiguousarray(signed).view(np.uint64)


def _batch(texts: Sequence[str]) -> np.ndarray:
    padded = [text if len(text) > 2 else text.ljust(3, "\0") for text in texts]
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    owner = np.repeat(np.arange(len(padded), dtype=np.int64), lengths)[:-2]
    hashes = _mixed(points[:-2] << np.uint64(42) | points[1:-1] << np.uint64(21) | points[2:])
    inside = owner == np.repeat(np.arange(len(padded), dtype=np.int64), lengths)[2:]  # not across two texts
    hashes, owner = hashes[inside], owner[inside]
    smallest = np.full(len(padded) * BINS, _EMPTY, np.uint32)
    bins = owner * BINS + (hashes & np.uint64(BINS - 1)).astype(np.int64)
    np.minimum.at(smallest, bins, (hashes >> np.uint64(32)).astype(np.uint32))
    return _filled(smallest.reshape(-1, BINS))


def _mixed(x: np.ndarray) -> np.ndarray:
    for factor in _MIX:
        x = (x ^ (x >> np.uint64(33))) * factor
    return x ^ (x >> np.uint64(33))


def _filled(smallest: np.ndarray) -> np.ndarray:
    """Empty bins borrow; every text has a bin that is not empty, so this ends."""
    told, turn = smallest.copy(), np.uint64(0)
    rows, columns = np.nonzero(smallest == _EMPTY)
    while len(rows):
        turn += np.uint64(1)
        source = (_mixed(columns.astype(np.uint64) << np.uint64(32) | turn) & np.uint64(BINS - 1)).astype(np.int64)
        told[rows, columns] = smallest[rows, source]
        still = told[rows, columns] == _EMPTY
        rows, columns = rows[still], columns[still]
    mixed = _mixed(told.astype(np.uint64))  # the smallest of many have zeros in front: all 16 bits shall tell something
    return (mixed >> np.uint64(48)).astype(np.uint16)


def signed(texts: Sequence[str], cache: Path | None) -> np.ndarray:
    """`signatures`, computed once per text and code where there is a folder to keep them in; texts are named by hash."""
    if cache is None:
        return signatures(texts)
    names = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    file = cache / f"{_code_version()}.parquet"
    known, kept = _read(file)
    fresh = [n for n, name in enumerate(names) if name not in known]
    made = np.empty((len(texts), BINS), np.uint16)
    old = [n for n, name in enumerate(names) if name in known]
    made[old] = kept[[known[names[n]] for n in old]]
    made[fresh] = signatures([texts[n] for n in fresh])
    if fresh or len(known) > len(set(names)):
        _write(file, names, made)
    return made


@functools.cache
def _code_version() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def _read(file: Path) -> tuple[dict[bytes, int], np.ndarray]:
    if not file.exists():
        return {}, np.empty((0, BINS), np.uint16)
    table = read_parquet(file)
    kept = np.frombuffer(b"".join(table["signature"].to_pylist()), np.uint16).reshape(-1, BINS)
    return {name: n for n, name in enumerate(table["text"].to_pylist())}, kept


def _write(file: Path, names: Sequence[bytes], made: np.ndarray) -> None:
    place = {name: n for n, name in enumerate(names)}
    columns = [sorted(place), [made[place[name]].tobytes() for name in sorted(place)]]
    write_parquet(pa.table(columns, names=["text", "signature"]), file)
    for other in file.parent.glob("*.parquet"):
        if other != file:
            other.unlink()
