"""Password hashes that cost next to nothing, for tests that ask something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from warehouse import accounts

REAL = accounts._HASHER


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """For as long as this is open."""
    accounts._nobodys.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield
    accounts._nobodys.cache_clear()
