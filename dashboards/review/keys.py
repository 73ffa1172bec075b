"""One key for each code of a dimension: 1–9, then letters that command nothing."""

from __future__ import annotations

COMMANDS = {"second": "d", "note": "n", "skip": "s", "undo": "z"}
PAIR = {"same": "s", "apart": "a", "skip": "l", "undo": "z"}
_KEYS = "123456789" + "".join(letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in COMMANDS.values())


def key(place: int) -> str:
    """Of the code at a place, from 0; "" for one that the keyboard has no key for."""
    return _KEYS[place] if place < len(_KEYS) else ""
