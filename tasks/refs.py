"""Refs: keyed names for what must not be named. The warehouse knows people and messages by these only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

# h as in 話 (hanashi), n as in 人 (nin)
_LETTER = {"submission": "s", "story": "h", "contributor": "p", "person": "n", "conversation": "c"}


def ref(key: bytes, kind: str, *parts: str) -> str:
    """HMAC-SHA256 over kind and parts, 20 hex digits behind the kind's letter; same key, same ref."""
    message = "\0".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return _LETTER[kind] + hmac.digest(key, message, hashlib.sha256).hex()[:20]


def refs(key: bytes, kind: str, values: Iterable[tuple[str | None, ...]]) -> list[str | None]:
    """One ref a tuple, None where its last part is missing; equal tuples are computed once."""
    made: dict[tuple, str | None] = {}
    for value in values:
        if value not in made:
            made[value] = ref(key, kind, *value) if isinstance(value[-1], str) else None
    return [made[value] for value in values]
