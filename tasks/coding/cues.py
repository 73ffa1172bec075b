"""Phrases found in Japanese text: folding that keeps its way back, a small cue grammar, one Aho-Corasick pass.

A cue is a phrase as an editor would write it. `A…B` means A and, a little later in the same sentence, B;
`<name>` stands for any phrase of the word list of that name.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from warehouse.codebook import CodebookError

GAP = "…"
Place = tuple[int, int]  # start and end, in code points
_LIST = re.compile(r"<([^<>]+)>")
_END_OF_SENTENCE = re.compile(r"[。!?\n]")
_HANGUL_JAMO = range(0x1100, 0x1200)


@dataclass(frozen=True, slots=True)
class Folded:
    """Text as cues are compared: NFKC, then casefolded. starts: where each folded character came from, or None."""

    text: str
    starts: Sequence[int] | None
    length: int  # code points of the text given

    def original(self, start: int, end: int) -> Place:
        """The code points of the text given that became text[start:end]."""
        if self.starts is None:
            return start, end
        last = self.starts[end - 1]
        after = bisect_right(self.starts, last)
        return self.starts[start], self.starts[after] if after < len(self.starts) else self.length


def fold(text: str) -> Folded:
    """NFKC and casefold. Both change lengths (㈱ → (株), … → ..., ß → ss), so the way back is kept where they do."""
    if unicodedata.is_normalized("NFKC", text) and len(folded := text.casefold()) == len(text):
        return Folded(folded, None, len(text))
    characters = set(text)
    if not characters <= _ONE_TO_ONE:
        _ONE_TO_ONE.update(filter(_stays_one, characters - _ONE_TO_ONE))
    if characters <= _ONE_TO_ONE:
        folded = unicodedata.normalize("NFKC", text).casefold()
        if len(folded) == len(text):
            return Folded(folded, None, len(text))
    pieces, starts = [], []
    for start, piece in _with_marks(text) if any(map(_joins, characters)) else enumerate(text):
        pieces.append(_folded(piece))
        starts.extend([start] * len(pieces[-1]))
    return Folded("".join(pieces), starts, len(text))


_ONE_TO_ONE: set[str] = set()  # characters met so far that fold to one, whatever stands beside them


@lru_cache(maxsize=1 << 14)
def _folded(piece: str) -> str:
    return unicodedata.normalize("NFKC", piece).casefold()


def _stays_one(character: str) -> bool:
    return len(_folded(character)) == 1 and not _joins(character)


def _joins(character: str) -> bool:
    """Whether it may become one with what stands before it: a combining mark, ﾟ, a Hangul vowel."""
    first = _folded(character)[0]
    return any(unicodedata.category(c).startswith("M") or ord(c) in _HANGUL_JAMO for c in (character, first))


def _with_marks(text: str) -> Iterable[tuple[int, str]]:
    """Each character with the marks that join it (ﾊ + ﾟ), and where it stands."""
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or not _joins(text[i]):
            yield start, text[start:i]
            start = i


def expand(piece: str, words: Mapping[str, Sequence[str]]) -> list[str]:
    """The literal phrases a piece of a cue stands for; CodebookError if it names a list that is not there."""
    parts = _LIST.split(piece)
    missing = [name for name in parts[1::2] if name not in words]
    if missing:
        raise CodebookError(f"cue {piece!r}: no word list {missing[0]!r}; lists: {', '.join(words) or 'none'}")
    choices = [words[part] if i % 2 else [part] for i, part in enumerate(parts)]
    return ["".join(chosen) for chosen in itertools.product(*choices)]


class PhraseBook:
    """Collects phrases under numbers (tokens), then finds them all in one pass over a text."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, ...], int] = {}
        self._automaton: ahocorasick_rs.AhoCorasick | None = None
        self._of_phrase: list[tuple[bool, bool, list[int]]] = []

    def token(self, pieces: Iterable[str], words: Mapping[str, Sequence[str]]) -> int:
        """The number under which any phrase of these pieces will be found; equal phrases share it."""
        phrases = tuple(sorted({fold(phrase).text for piece in pieces for phrase in expand(piece.strip(), words)}))
        if not phrases or "" in phrases:
            raise CodebookError(f"an empty cue among {list(pieces)}; write the phrase or take it out")
        return self._tokens.setdefault(phrases, len(self._tokens))

    def close(self) -> None:
        """Build the automaton; no piece can be added after it."""
        tokens: dict[str, list[int]] = {}
        for phrases, token in self._tokens.items():
            for phrase in phrases:
                tokens.setdefault(phrase, []).append(token)
        self._of_phrase = [(_is_latin(p[0]), _is_latin(p[-1]), found) for p, found in tokens.items()]
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(tokens), store_patterns=False, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def find(self, text: str) -> dict[int, list[Place]]:
        """Token -> places in folded text. Latin words count only as whole words (no `line` in `online`)."""
        places: dict[int, list[Place]] = defaultdict(list)
        for phrase, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            places[phrase].append((start, end))
        found: dict[int, list[Place]] = {}
        for phrase, here in places.items():
            latin_head, latin_tail, tokens = self._of_phrase[phrase]
            if latin_head or latin_tail:
                here = [place for place in here if _is_whole(text, *place, latin_head, latin_tail)]
            for token in tokens if here else ():
                found[token] = found[token] + here if token in found else here
        return found


def _is_whole(text: str, start: int, end: int, latin_head: bool, latin_tail: bool) -> bool:
    if latin_head and start and _is_latin(text[start - 1]):
        return False
    return not (latin_tail and end < len(text) and _is_latin(text[end]))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def unbroken(text: str, start: int, end: int) -> bool:
    """Whether no sentence of folded text ends between start and end."""
    return _END_OF_SENTENCE.search(text, start, end) is None


def longest(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Of (start, -end, token): those inside no longer one. The longer phrase wins: 動物病院 is not a 病院."""
    kept: list[tuple[int, int, int]] = []
    reached = 0
    for span in sorted(spans):
        if -span[1] > reached or (kept and span[:2] == kept[-1][:2]):
            kept.append(span)
            reached = -span[1]
    return kept
