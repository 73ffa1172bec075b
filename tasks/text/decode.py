"""Bytes of Japanese mail, feeds and files made text: one ladder, one order, and a flag wherever it had to guess.

Byte order mark → the declared charset under its real meaning, unless it makes soup of what another reads as Japanese
→ ISO-2022-JP, UTF-8, CP932 or EUC-JP, strictly → replacement characters. Windows mailers write NEC's and IBM's
characters (①, 髙) under the names iso-2022-jp, shift_jis and euc-jp; Python's codecs of these names do not know them, so
JIS rows are read through CP932 here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

Codec = Callable[[bytes], str]

# CP932's reading of seven JIS X 0208 characters that Python's JIS codecs read otherwise: one character, one code point.
_AS_CP932 = str.maketrans("〜−‖—¢£¬", "～－∥―￠￡￢")
_JIS_DIFFERS = re.compile("[〜−‖—¢£¬]")

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([DOPQ@B]|\([BJIH])")
_LINE_OR_RUN = re.compile(rb"[\x00-\x20]+|[\x21-\x7e]+")
_EUC_RUN = re.compile(rb"\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|(?:[\xa1-\xfe]{2})+|[\x00-\x7f]+")

_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_NEVER_TEXT = re.compile("\x1b\\$|[\x80-\x9f]")  # an escape left over, or C1 controls: read with the wrong codec
_ESCAPE_LEFT = re.compile(r"\x1b\$")
# あ in UTF-8 is 縺 and half a character in CP932; all kana begin as 縺, 繧 or 繝, which Japanese hardly ever needs.
_UTF8_READ_AS_CP932 = re.compile("\x1b\\$|[\x80-\xa0\uf8f0-\uf8f3縺繧繝]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_KANA = re.compile("[ぁ-んァ-ヶ]")
_KANA_SHARE = 0.4  # of Japanese prose half or more is kana; of half-width kana read as EUC-JP hardly a character


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Bytes → (text, flags). declared: the charset as named by the source, or None.

    Flags: charset_guessed, the name was unknown or wrong, or there was none and the bytes are not UTF-8 or
    ISO-2022-JP; undecodable, there are U+FFFD in the text. Never raises; a byte order mark outranks the name.
    """
    if data.isascii() and b"\x1b" not in data and not _is_stateful(declared):
        return data.decode("ascii"), ()
    if mark := _byte_order_mark(data):
        return _flagged(data.decode(mark, "replace"), ())
    known = _codecs_of(declared)
    if (text := _first(known, data, is_strict=True)) is not None:
        rival = _rival(known[0], data, text)
        return _flagged(text, ()) if rival is None else _flagged(rival, ("charset_guessed",))
    if guess := _guess(data):
        name, text = guess
        is_sure = declared is None and name != "cp932"
        return _flagged(text, () if is_sure else ("charset_guessed",))
    if (text := _first(known, data, is_strict=False)) is not None:
        return _flagged(text, ())
    return data.decode("utf-8", "replace"), ("undecodable",)


def repair_mojibake(text: str) -> str:
    """Text whose UTF-8 bytes were each written as a character (Facebook's exports) → the text; else unchanged."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _flagged(text: str, flags: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return text, (*flags, "undecodable") if "\ufffd" in text else flags


_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def _byte_order_mark(data: bytes) -> str | None:
    if not data.startswith((*_MARKS,)):
        return None
    return next(name for mark, name in _MARKS.items() if data.startswith(mark))


def _iso2022jp(data: bytes) -> str:
    """ISO-2022-JP as it is written: CP50220/CP50221 with NEC and IBM rows, half-width kana, JIS X 0212 and 0213."""
    if not data.isascii():
        raise UnicodeDecodeError("iso-2022-jp", data, 0, 1, "eight-bit byte")
    try:
        return _folded(data.decode("iso2022_jp"))
    except UnicodeDecodeError:
        first, *rest = _ESCAPE.split(data)
        runs = zip(rest[::2], rest[1::2], strict=True)
        return first.decode("ascii") + "".join(_CHARACTER_SETS[escape](run) for escape, run in runs)


def _rows(run: bytes) -> str:
    """Two-byte JIS; line ends and blanks may stand inside, where a mailer folded without going back to ASCII."""
    try:
        return _folded((b"\x1b$B" + run + b"\x1b(B").decode("iso2022_jp"))
    except UnicodeDecodeError:  # NEC's or IBM's rows
        pass
    return "".join(
        piece.decode("ascii") if piece[0] <= 0x20 else _jis_to_shift_jis(piece).decode("cp932")
        for piece in _LINE_OR_RUN.findall(run)
    )


def _jis_to_shift_jis(run: bytes) -> bytes:
    """JIS X 0208 rows and cells (0x21..0x7e each) → Shift_JIS, by the arithmetic of JIS X 0208:1997, annex 1."""
    if len(run) % 2:
        raise UnicodeDecodeError("iso-2022-jp", run, len(run) - 1, len(run), "half a character")
    out = bytearray()
    for row, cell in zip(run[::2], run[1::2], strict=True):
        lead = ((row - 0x21) >> 1) + 0x81
        out.append(lead if lead <= 0x9F else lead + 0x40)
        out.append(cell + (0x7E if not row & 1 else 0x1F if cell < 0x60 else 0x20))
    return bytes(out)


def _half_width_kana(run: bytes) -> str:
    return bytes(b | 0x80 if 0x21 <= b <= 0x5F else b for b in run).decode("cp932")


def _by(codec: str, escape: bytes) -> Codec:
    return lambda run: (b"\x1b" + escape + run + b"\x1b(B").decode(codec)


_CHARACTER_SETS: dict[bytes, Codec] = {
    b"(B": lambda run: run.decode("ascii"),
    b"(J": _by("iso2022_jp", b"(J"),
    b"(H": lambda run: run.decode("ascii"),  # Swedish names, which old mailers wrote for (J
    b"(I": _half_width_kana,
    b"$@": _rows,
    b"$B": _rows,
    b"$(@": _rows,
    b"$(B": _rows,
    b"$(D": _by("iso2022_jp_1", b"$(D"),
    b"$(O": _by("iso2022_jp_3", b"$(O"),
    b"$(P": _by("iso2022_jp_3", b"$(P"),
    b"$(Q": _by("iso2022_jp_2004", b"$(Q"),
}


def _folded(text: str) -> str:
    return text.translate(_AS_CP932) if _JIS_DIFFERS.search(text) else text


def _euc_jp(data: bytes) -> str:
    """EUC-JP as eucJP-ms and CP51932 have it: NEC and IBM rows by way of CP932."""
    try:
        return _folded(data.decode("euc_jp"))
    except UnicodeDecodeError:
        runs = _EUC_RUN.findall(data)
        if sum(map(len, runs)) != len(data):
            raise
        return "".join(map(_euc_run, runs))


def _euc_run(run: bytes) -> str:
    if run[0] <= 0x8F:  # ASCII; 0x8e half-width kana; 0x8f JIS X 0212
        return run.decode("euc_jp")
    return _jis_to_shift_jis(bytes(b & 0x7F for b in run)).decode("cp932")


def _cp932_or_euc_jp(data: bytes) -> str:
    """Undeclared eight-bit Japanese: EUC-JP read as CP932 is valid too, but a soup of half-width kana."""
    texts = [text for codec in (_cp932, _euc_jp) if (text := _strictly(codec, data)) is not None]
    if not texts:
        raise UnicodeDecodeError("cp932", data, 0, 1, "neither CP932 nor EUC-JP")
    return min(texts, key=lambda text: len(_HALF_WIDTH.findall(text)))


def _by_name(name: str) -> Codec:
    def codec(data: bytes) -> str:
        return data.decode(name)

    return codec


_utf8, _cp932, _latin1 = _by_name("utf-8"), _by_name("cp932"), _by_name("latin-1")
_IMPLAUSIBLE = {_utf8: _ESCAPE_LEFT, _cp932: _UTF8_READ_AS_CP932, _cp932_or_euc_jp: _UTF8_READ_AS_CP932}
# Charsets in which almost any bytes are valid: what their reading looks like when they are not meant, and what may be.
_RIVALS: dict[Codec, tuple[re.Pattern[str], tuple[Codec, ...]]] = {
    _cp932: (_HALF_WIDTH, (_euc_jp,)),
    _latin1: (_NOT_ASCII, (_utf8, _cp932, _euc_jp)),
}
_GUESSES = {"iso-2022-jp": _iso2022jp, "utf-8": _utf8, "cp932": _cp932_or_euc_jp}

# Names → what they mean where Japanese is written. Lower case, with hyphens.
_FAMILIES: tuple[tuple[tuple[Codec, ...], str], ...] = (
    (
        (_iso2022jp,),
        "iso-2022-jp iso-2022-jp-ms iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 csiso2022jp jis"
        " cp50220 cp50221 cp50222 x-windows-iso2022jp",
    ),
    (
        (_cp932,),
        "shift-jis shiftjis x-sjis x-shift-jis sjis s-jis sjis-win ms-kanji csshiftjis windows-31j cswindows31j"
        " cp932 ms932 x-ms-cp932",
    ),
    (
        (_euc_jp, _by_name("euc_jis_2004")),
        "euc-jp eucjp x-euc-jp x-euc eucjp-ms eucjp-win ujis cp51932 cseucpkdfmtjapanese",
    ),
    ((_utf8,), "utf-8 utf8 utf-8n x-utf-8 unicode-1-1-utf-8"),
    ((_by_name("gb18030"),), "gb2312 gbk x-gbk gb-2312-80 gb18030 euc-cn"),
    ((_by_name("cp949"),), "ks-c-5601-1987 ks-c-5601 euc-kr cp949 windows-949"),
    ((_latin1, _by_name("cp1252")), "latin1 iso-8859-1 iso8859-1 windows-1252 cp1252"),
)
_MEANINGS = {name: codecs_ for codecs_, names in _FAMILIES for name in names.split()}
_STATEFUL = ("utf-7", "utf-16", "utf-32", "hz", "iso-2022-kr", "iso2022")  # not supersets of ASCII
_HONOURED = re.compile(r"(?:iso8859|cp|koi8|mac|utf|big5|euc|gb|hz|johab|iso2022|tis|shift|kz|ptcp|hp)[\w-]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}", re.ASCII)


def _key(declared: str | None) -> str:
    return (declared or "").strip(" \t\r\n\"'").lower().replace("_", "-")


@lru_cache(maxsize=256)
def _is_stateful(declared: str | None) -> bool:
    return declared is not None and _key(declared).startswith(_STATEFUL)


@lru_cache(maxsize=256)
def _codecs_of(declared: str | None) -> tuple[Codec, ...]:
    """The codecs a charset name may mean, in order; none for an unknown one, and for us-ascii, which says nothing."""
    key = _key(declared)
    if key in _MEANINGS:
        return _MEANINGS[key]
    if not _NAME.fullmatch(key):
        return ()
    try:
        name = codecs.lookup(key).name
    except LookupError:
        return ()
    return (_by_name(name),) if _HONOURED.fullmatch(name) else ()


def _strictly(codec: Codec, data: bytes) -> str | None:
    try:
        return codec(data)
    except UnicodeError:
        return None


def _first(known: tuple[Codec, ...], data: bytes, is_strict: bool) -> str | None:
    """The first reading without an error; with is_strict only if it looks like text at all."""
    for codec in known:
        text = _strictly(codec, data)
        if text is not None and not (is_strict and _IMPLAUSIBLE.get(codec, _NEVER_TEXT).search(text)):
            return text
    return None


def _rival(codec: Codec, data: bytes, text: str) -> str | None:
    """Another charset's reading where `text`, read by the declared one, is soup; None to stay with `text`."""
    soup, rivals = _RIVALS.get(codec, (None, ()))
    if soup is None or not soup.search(text):
        return None
    for rival in rivals:
        other = _first((rival,), data, is_strict=True)
        if other is not None and (rival is _utf8 or _is_kana_prose(other)):  # bytes are not valid UTF-8 by accident
            return other
    return None


def _is_kana_prose(text: str) -> bool:
    return len(_KANA.findall(text)) >= _KANA_SHARE * len(_NOT_ASCII.findall(text))


def _guess(data: bytes) -> tuple[str, str] | None:
    for name, codec in _GUESSES.items():
        if (text := _first((codec,), data, is_strict=True)) is not None:
            return name, text
    return None
