"""What a verb refuses, told to a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dashboards.doing import Refusal
from flows.failures import Refused


@contextmanager
def told() -> Iterator[None]:
    """Refused by a verb → Refusal of a page."""
    try:
        yield
    except Refused as error:
        raise Refusal(str(error)) from None
