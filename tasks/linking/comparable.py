"""Comparable text: what is left of a body when it is compared with others, and the keys made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tasks.text.normalise import match_key

PREFIX = 60  # characters that a cut-off copy keeps
_CALL_PART = 10  # characters: a shorter sentence of the call is a phrase that anybody may use

# rt:… · 【拡散希望】… · 引用: … — after match_key, so in lower case and without blanks and the @name
_REPOSTED = re.compile(r"(?:rt:?|qt:?|[\[【(]?(?:拡散希望|拡散|転載|引用rt|引用)[\]】):]+)+")
_CUT_OFF = re.compile(r"(?:\.{2,}|\[\.+\]|続きを読む|もっと見る|readmore)+$")
_CUT_ENDS = ("..", "]", "読む", "見る", "readmore")  # asked first: searching every text for its end takes long
_SENTENCE = re.compile(r"[。.!?！？\n]+")
_QUOTES = "\"'“”„‘’「」『』>"


def call_parts(texts: Iterable[str]) -> tuple[str, ...]:
    """The call's own sentences as comparable text, the longest first: who answers a call often quotes it."""
    parts = {match_key(part) for text in texts for part in (text, *_SENTENCE.split(text))}
    return tuple(sorted((p for p in parts if len(p) >= _CALL_PART), key=lambda p: (-len(p), p)))


def comparable(body: str, call: Sequence[str] = ()) -> str:
    """match_key without the marks of reposting and cutting off, and without the call's sentences (see call_parts)."""
    text = match_key(body)
    text = _REPOSTED.sub("", text, count=1) if _REPOSTED.match(text) else text
    text = _CUT_OFF.sub("", text) if text.endswith(_CUT_ENDS) else text
    for part in call:
        text = text.replace(part, "")
    return text.strip(_QUOTES) or text


def head(text: str) -> str | None:
    """What a cut-off copy has in common with the whole; None for a text that is shorter."""
    return text[:PREFIX] if len(text) >= PREFIX else None


def tail(text: str) -> str | None:
    """What a copy behind somebody's own words has in common with the whole; None for a text that is shorter."""
    return text[-PREFIX:] if len(text) >= PREFIX else None


@lru_cache(maxsize=2048)  # candidates come in order of their texts
def shingles(text: str) -> frozenset[str]:
    """Its 3-grams of characters; of a shorter text the text itself."""
    return frozenset(text[n : n + 3] for n in range(max(1, len(text) - 2)))
