"""The pictures of docs/, taken of the pages themselves: `python -m tests.browser.pictures`.

Of a sample home made for it, so that everybody gets the same. Pixels are of twice the size, colours at most 128 (Pillow would be
a dependency for this alone: chromium draws, and the palette is ours).
"""

from __future__ import annotations

from tests.conftest import ROOT

DOCS = ROOT / "docs"
WIDTH = 1120  # px
# name: (address, height of what is shown in px)
PICTURES = {
    "counts": ("/", 960),
    "today": ("/today", 760),
    "take-in": ("/take-in", 700),
    "review": ("/review", 820),
    "consent": ("/consent", 620),
}
