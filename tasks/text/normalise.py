"""Text made comparable: `clean` for what is stored, `match_key` for finding copies, hashtags as X compares them.

`clean` keeps every character a reader could see. `match_key` is lossy and never becomes an identity or a shown text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_PLANE_ENDS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = "\u00ad\u034f\u180e\u200b\u200c\u2060-\u2064\ufeff"  # U+200D is left out: it joins emoji
_VARIATION = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"

_FLAGS = {
    "control_removed": re.compile(f"[{_CONTROLS}]"),
    "surrogate_removed": re.compile("[\ud800-\udfff]"),
    "noncharacter_removed": re.compile(f"[\ufdd0-\ufdef{_PLANE_ENDS}]"),
    "bidi_present": re.compile(f"[{_BIDI}]"),
    "zero_width": re.compile(f"[{_ZERO_WIDTH}]"),
    "hidden_tags": re.compile(f"(?<![\U0001f3f4{_TAGS}])[{_TAGS}]"),  # but flags such as Scotland's are made of them
}
_REMOVED = re.compile(f"[{_CONTROLS}\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
_LINE_END = re.compile(f"\r\n?|[{_LINE_ENDS}]")

# Sorting a run of combining marks takes quadratic time (40,000 pairs: 5 s), so runs are broken as in
# Unicode Annex 15, "Stream-Safe Text Process": a combining grapheme joiner after every 30 marks.
_MARKS = [chr(c) for c in range(0x300, 0x20000) if unicodedata.combining(chr(c))]
_LONG_RUN = re.compile("([{0}]{{30}})(?=[{0}])".format("".join(_MARKS)))

# One class within the basic plane is a bitmap to the regex engine; anything beyond makes it a slow list of ranges.
_PLAIN_MARKS = "".join(mark for mark in _MARKS if mark < "\U00010000")
_UNUSUAL = re.compile(
    f"[\r{_LINE_ENDS}{_CONTROLS}{_BIDI}{_ZERO_WIDTH}\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{_PLAIN_MARKS}]"
)
_BEYOND = re.compile("[\U00010000-\U0010ffff]")

_DROPPED = re.compile(
    r"https?://[!-~]+"
    r"|[#\u266f][\w\u3099\u309a]+"
    r"|@[A-Za-z0-9_.-]+(?:@[A-Za-z0-9.-]+)?"
    rf"|[\s{_ZERO_WIDTH}{_BIDI}{_VARIATION}{_TAGS}\u200d]+"
)
# Most texts hold nothing of it but whitespace; str.split finds that five times as fast.
_SIGNS = re.compile(f"[#\u266f@:\u200d{_ZERO_WIDTH}{_BIDI}\ufe00-\ufe0f]")
_WAVES = dict.fromkeys(map(ord, "\u301c\u3030\uff5e\u223c\u223f\u02dc"), "~")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\ufe58\ufe63\uff0d"), "-")
_FOLD = _WAVES | _DASHES | {0x2225: "\u2016"}
_FOLDED = re.compile(f"[{''.join(map(chr, _FOLD))}]")

# Not after a Latin letter, & / ? or =: that is an entity or the fragment of an address.
_HASHTAG = re.compile(
    r"(?<![A-Za-z0-9_/&?=])[#\uff03\u266f]((?!\d+(?!\w))[\w\u0300-\u036f\u3099\u309a\U000e0100-\U000e01ef]+)"
)


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Text as stored, and flags of what was odd: control_removed surrogate_removed noncharacter_removed
    bidi_present zero_width hidden_tags many_marks.

    NFC; line ends become \\n; controls (but \\n and \\t), lone surrogates and noncharacters go. Bidi and zero-width
    characters stay: they are part of what was sent, and a page strips them. clean(clean(x)) == clean(x) in text.
    """
    if _is_usual(text):
        return _composed(text, "NFC"), ()
    flags = [name for name, found in _FLAGS.items() if found.search(text)]
    text = _REMOVED.sub("", _LINE_END.sub("\n", text))
    if _LONG_RUN.search(text):
        flags.append("many_marks")
    return _stream_safe(_composed(_stream_safe(text), "NFC")), tuple(flags)


def match_key(text: str) -> str:
    """What is left of a text when it is compared with others, to find copies across channels.

    NFKC and casefold; URLs, hashtags, @mentions, whitespace, invisible characters and variation selectors removed;
    dashes and waves folded, because the same mail arrives with U+301C or U+FF5E depending on its decoder.
    """
    folded = _composed(_stream_safe(text), "NFKC").casefold()
    is_plain = not (_SIGNS.search(folded) or _BEYOND.search(folded))
    folded = "".join(folded.split()) if is_plain else _DROPPED.sub("", folded)
    return folded.translate(_FOLD) if _FOLDED.search(folded) else folded


def hashtags_in(text: str) -> list[str]:
    """Hashtags written in a text, without the sign, in order, each once; #, ＃ and ♯ open one.

    As on X a tag ends at the first character that is no letter, digit, mark or underscore, and is never all digits.
    """
    return list(dict.fromkeys(_HASHTAG.findall(text)))


def has_hashtag(text: str, tags: Iterable[str], wanted: Iterable[str]) -> bool:
    """True if the text, or `tags` known from beside it, carry one of `wanted` as a whole tag (NFKC, any case)."""
    keys = {_tag_key(tag) for tag in wanted}
    return any(_tag_key(tag) in keys for tag in (*tags, *hashtags_in(text)))


def _tag_key(tag: str) -> str:
    return unicodedata.normalize("NFKC", tag).lstrip("#\u266f").casefold()


def _is_usual(text: str) -> bool:
    return not (_UNUSUAL.search(text) or _BEYOND.search(text))


def _stream_safe(text: str) -> str:
    return text if _is_usual(text) else _LONG_RUN.sub("\\1\u034f", text)


def _composed(text: str, form: str) -> str:
    return text if unicodedata.is_normalized(form, text) else unicodedata.normalize(form, text)
