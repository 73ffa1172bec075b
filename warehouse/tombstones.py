"""Where tombstones lie: keyed marks of what was withdrawn, one a line, in the home and again beside it.

The file beside the home is in no backup of the home: whoever puts an old one back still has it, and nothing that was
withdrawn since is served again. A mark is an HMAC by the home's key; nobody is named. See tasks/tombstones.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from warehouse.lake import Lake, write_bytes


def marks(lake: Lake) -> frozenset[str]:
    """Every mark that either file holds."""
    files = [file for file in (lake.tombstones, lake.tombstones_outside) if file.exists()]
    return frozenset(line for file in files for line in file.read_text(encoding="ascii").split())


def add(lake: Lake, new: Iterable[str]) -> None:
    """Write marks to both files, durably, the outer one first: it must not be the one that lacks them."""
    text = "".join(f"{mark}\n" for mark in sorted(marks(lake).union(new))).encode()
    for file in (lake.tombstones_outside, lake.tombstones):
        if not file.exists() or file.read_bytes() != text:
            write_bytes(text, file)


def digest(lake: Lake) -> bytes:
    """sha256 over all marks; empty where there are none."""
    found = marks(lake)
    return hashlib.sha256("\n".join(sorted(found)).encode()).digest() if found else b""
