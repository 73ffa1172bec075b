"""Memory: every few hundred objects made, Python searches all it has for rings of objects that hold each other."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def few_searches() -> Iterator[None]:
    """While records are made by the hundred thousand, none of them a ring: search a hundredth as often.

    What is let go is freed at once all the same; only rings wait longer. Also a decorator.
    """
    before = gc.get_threshold()
    gc.set_threshold(before[0] * 100, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
