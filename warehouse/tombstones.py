"""Where tombstones lie: keyed marks of what was withdrawn, one a line, in the home and again beside it.

The file beside the home is in no backup of the home: whoever puts an old one back still has it, and nothing that was
withdrawn since is served again. A mark is an HMAC by the home's key; nobody is named. See tasks/tombstones.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from warehouse.lake import Lake, write_bytes

_MARK = re.compile("[0-9a-f]{32}")


def marks(lake: Lake) -> frozenset[str]:
    """Every mark that either file holds."""
    return in_files([lake.tombstones, lake.tombstones_outside])


def in_files(files: Iterable[Path]) -> frozenset[str]:
    """Every mark in those of these files that are there. ValueError if one is no such file."""
    found = {line for file in files if file.exists() for line in file.read_text(encoding="ascii").split()}
    if wrong := [line for line in found if not _MARK.fullmatch(line)]:
        raise ValueError(f"{len(wrong)} lines are no mark")
    return frozenset(found)


def add(lake: Lake, new: Iterable[str]) -> None:
    """Write marks to both files, durably, the outer one first: it must not be the one that lacks them."""
    wanted = marks(lake).union(new)
    for file in (lake.tombstones_outside, lake.tombstones):
        write(wanted, file)


def as_bytes(wanted: Iterable[str]) -> bytes:
    """Marks as such a file holds them."""
    return "".join(f"{mark}\n" for mark in sorted(wanted)).encode()


def write(wanted: Iterable[str], file: Path) -> None:
    """Write one file durably, unless it says so already."""
    text = as_bytes(wanted)
    if not file.exists() or file.read_bytes() != text:
        write_bytes(text, file)


def digest(lake: Lake) -> bytes:
    """sha256 over all marks; empty where there are none."""
    found = marks(lake)
    return hashlib.sha256("\n".join(sorted(found)).encode()).digest() if found else b""
