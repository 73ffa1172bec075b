"""Foreign text made harmless to look at: what could turn or bury the page's own text is left out. Stored text stays."""

from __future__ import annotations

import re

MARKS = 8  # combining marks kept on one letter
# Bidirectional controls (UAX #9) turn the text that follows; C0 and C1 controls have no look of their own.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COMBINING = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]"
_BURIED = re.compile(f"({_COMBINING}{{{MARKS}}}){_COMBINING}+")


def plain(text: str | None) -> str:
    """Text as a page may show it; it still has to be escaped."""
    return _BURIED.sub(r"\1", _UNSEEN.sub("", text or ""))
