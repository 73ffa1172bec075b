"""Text made comparable, so that a search finds ﾂｲｯﾀｰ, ツイッター and ＳＮＳ by any of their spellings."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """NFKC (widths, ㈱, half-width kana), casefold, long vowel bars and waves as one, no spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.translate(_LIKE).split())


_LIKE = str.maketrans(dict.fromkeys("‐‑–—―−-", "ー") | dict.fromkeys("〜～", "~"))
