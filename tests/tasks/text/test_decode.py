"""Bytes to text: tables of what real mailers write, and round trips."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.decode import decode, repair_mojibake

JIS = b"\x1b$B"
ASCII = b"\x1b(B"
GUESSED, BROKEN = ("charset_guessed",), ("undecodable",)

# bytes, declared charset, text, flags
LADDER = [
    (b"plain", None, "plain", ()),
    (b"plain", "x-foo-bar", "plain", ()),
    # What Python's own codecs of these names cannot read. The bytes were compared with nkf 2.1.5 --ic=CP50220.
    (JIS + b"-!" + ASCII, "iso-2022-jp", "①", ()),
    (JIS + b"|byu" + ASCII, "iso-2022-jp-ms", "髙﨑", ()),
    (JIS + b"|byu" + ASCII, "CP50220", "髙﨑", ()),
    (b"\x1b(I123" + ASCII, "iso-2022-jp", "ｱｲｳ", ()),
    (b"\x1b$(D0!" + ASCII, "iso-2022-jp", "丂", ()),
    (JIS + b"$\x22\r\n$$" + ASCII, "iso-2022-jp", "あ\r\nい", ()),  # folded without returning to ASCII
    (b"\x87\x40\xfb\xfc\xed\x95\xb1\xb2\xb3", "Shift_JIS", "①髙﨑ｱｲｳ", ()),
    (b"\x87\x40", "windows-31j", "①", ()),
    (b"\x87\x40", "x-sjis", "①", ()),
    (b"\xad\xa1\xfc\xe2\xf9\xf5\x8e\xb1", "EUC-JP", "①髙﨑ｱ", ()),
    (b"\xad\xa1", "x-euc-jp", "①", ()),
    (JIS + b"!A" + ASCII, "iso-2022-jp", "～", ()),  # as CP932 has it, whichever way it was encoded
    (b"\x81\x60", "shift_jis", "～", ()),
    (b"\xa1\xc1", "euc-jp", "～", ()),
    ("中文".encode("gb18030"), "gb2312", "中文", ()),
    ("café".encode("latin-1"), "iso-8859-1", "café", ()),
    # A name that is missing, unknown or wrong.
    ("役立つ".encode(), None, "役立つ", ()),
    ("役立つ".encode("iso2022_jp"), None, "役立つ", ()),
    ("役立つ".encode("cp932"), None, "役立つ", GUESSED),
    ("役立つ".encode("cp932"), "utf-8", "役立つ", GUESSED),
    ("役立つ".encode("cp932"), "x-foo-bar", "役立つ", GUESSED),
    ("役立つ".encode(), "us-ascii", "役立つ", GUESSED),
    ("役立つ".encode("iso2022_jp"), "utf-8", "役立つ", GUESSED),
    ("こんにちは、世界".encode("euc_jp"), None, "こんにちは、世界", GUESSED),
    ("ああ".encode(), "shift_jis", "ああ", GUESSED),
    ("あい".encode(), "iso-8859-1", "あい", GUESSED),
    ("編集部".encode(), "iso-8859-1", "編集部", GUESSED),
    ("本を出すことに".encode("euc_jp"), "shift_jis", "本を出すことに", GUESSED),
    ("ラジオ".encode("euc_jp"), "windows-31j", "ラジオ", GUESSED),
    ("本を出すことに".encode("cp932"), "euc-jp", "本を出すことに", GUESSED),
    ("本を出すことに".encode("euc_jp"), "iso-2022-jp", "本を出すことに", GUESSED),
    ("本を出すことに".encode("cp932"), "windows-1252", "本を出すことに", GUESSED),
    ("本を出すことに".encode("euc_jp"), "iso-8859-1", "本を出すことに", GUESSED),
    ("ﾎﾝｦﾀﾞｽｺﾄﾆ".encode("cp932"), "shift_jis", "ﾎﾝｦﾀﾞｽｺﾄﾆ", ()),  # valid EUC-JP too, but kanji soup
    ("縺ゅ＞と化けました".encode(), "utf-8", "縺ゅ＞と化けました", ()),
    ("ｱｲｳ".encode("cp932"), None, "ｱｲｳ", GUESSED),
    # A mark at the start outranks the name.
    (b"\xef\xbb\xbf\xe3\x81\x82", "shift_jis", "あ", ()),
    ("あ".encode("utf-16"), None, "あ", ()),
    # Nothing fits: told, never silent. The first is quoted-printable that was cut.
    (b"\xe3\x81=\n", "utf-8", "\ufffd=\n", BROKEN),
    (b"\xff\xfd\x81", "utf-8", "\ufffd\ufffd\ufffd", BROKEN),
    ("\ufffd".encode(), "utf-8", "\ufffd", BROKEN),
]


@pytest.mark.parametrize(("data", "declared", "text", "flags"), LADDER)
def test_ladder(data: bytes, declared: str | None, text: str, flags: tuple[str, ...]):
    assert decode(data, declared) == (text, flags)


HIRAGANA = [chr(c) for c in range(0x3041, 0x3094)]
KATAKANA = [chr(c) for c in range(0x30A1, 0x30F7)]
JAPANESE = st.text(st.sampled_from([*HIRAGANA, *KATAKANA, *"、。「」ー亜熙日本語髙﨑①㈱", *string.printable[:95]]))


def _jis(text: str) -> bytes:
    """CP50220 written the other way round: CP932 cells back to JIS rows."""
    out = bytearray()
    for character in text:
        data = character.encode("cp932")
        if len(data) == 1:
            out += ASCII + data
        else:
            out += JIS + _row_and_cell(*_NEC_SELECTED.get(character, data)) + ASCII
    return bytes(out)


_NEC_SELECTED = {"髙": b"\xee\xe0", "﨑": b"\xed\x95"}  # the IBM characters' second place, the only one JIS rows reach


def _row_and_cell(lead: int, trail: int) -> bytes:
    row = ((lead - (0x81 if lead < 0xE0 else 0xC1)) << 1) + 0x21
    if trail >= 0x9F:
        return bytes([row + 1, trail - 0x7E])
    return bytes([row, trail - (0x1F if trail < 0x80 else 0x20)])


@given(JAPANESE)
def test_iso_2022_jp_round_trip(text: str):
    assert decode(_jis(text), "iso-2022-jp") == (text, ())


@given(JAPANESE, st.sampled_from(["utf-8", "cp932"]))
def test_declared_round_trip(text: str, charset: str):
    assert decode(text.encode(charset), charset) == (text, ())


@given(st.text(st.sampled_from([*HIRAGANA, *KATAKANA, *"、。ー亜熙日本語"]), min_size=3))
def test_euc_jp_round_trip_even_undeclared(text: str):
    data = text.encode("euc_jp")
    assert decode(data, "euc-jp") == (text, ())
    assert decode(data, None) == (text, GUESSED)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf8_needs_no_name(text: str):
    if not (text.startswith("\ufeff") or "\x1b" in text or "\ufffd" in text):
        assert decode(text.encode(), None) == (text, ())


@given(
    st.binary(max_size=200), st.sampled_from([None, "iso-2022-jp", "euc-jp", "utf-7", "hex", "idna", "a\0b", "utf-16"])
)
def test_never_raises_and_never_hides_a_loss(data: bytes, declared: str | None):
    text, flags = decode(data, declared)
    assert ("\ufffd" in text) == ("undecodable" in flags)


@given(st.text())
def test_mojibake_is_repaired_and_right_text_left_alone(text: str):
    try:
        written = text.encode().decode("latin-1")
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8
        assert repair_mojibake(text) == text
        return
    assert repair_mojibake(written) == text


@pytest.mark.parametrize("right", ["山田花子", "café", "😊～", "plain", "\ud83d"])
def test_text_that_is_right_stays(right: str):
    assert repair_mojibake(right) == right
