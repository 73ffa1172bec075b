"""The quick reading of a mail gives up or says what Python's parser says; transfer encodings are undone or told."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.text import mime
from tests.bench.mails import mails

FIXTURES = Path(__file__).parents[2] / "fixtures" / "email"

PLAIN = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n44GC\n"
ODD_LINES = st.sampled_from([
    b"", b" ", b"text", b" folded", b"\tfolded", b"Subject: s", b"X:", b": y", b"From a@b", b"no colon", b"A B: c",
    b"X:\n y", b"Content-Type: text/plain", b"Content-Type: TEXT/HTML; charset=\"shift_jis\"; format=flowed",
    b"Content-Type: text",
    b"Content-Type: multipart/mixed; boundary=b", b'Content-Type: multipart/alternative;\n boundary="c"',
    b"Content-Type: multipart/mixed; boundary=\"b \"", b"Content-Type: multipart/digest; boundary=b",
    b"Content-Type: message/rfc822", b"Content-Type: text/plain; charset*=utf-8''x", b"Content-Type: text/plain; name=",
    b'Content-Type: text/plain; name="a\\"b"; x', b"Content-Type: text/plain; charset=a; charset=b",
    b"Content-Type: multipart/mixed; boundary=x:y", b"--x:y", b"--x:y--", "Content-Type: text/plain; name=生".encode(),
    b"Content-Transfer-Encoding: base64", b"--b", b"--b ", b"--b--", b"--b-- ", b"--bb", b"--c", b"--c--", b"--",
    b"\x00", b"\x80",
])  # fmt: skip
LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\n", b"\r\n", b"\r", b"\n\n", b""])


@settings(max_examples=600)
@given(st.lists(st.tuples(ODD_LINES, LINE_ENDS), max_size=16), st.booleans())
@example([(b"Content-Type: multipart/mixed; boundary=b", b"\n\n"), (b"--b", b"\n"), (b"--b--", b"\n")], True)
@example([(b"Content-Type: multipart/mixed; boundary=b", b"\n\n"), (b"--b", b"\n\n"), (b"--b--", b"\n")], True)
def test_quick_and_thorough_agree_on_anything(lines: list[tuple[bytes, bytes]], is_crlf: bool):
    data = b"".join(line + end for line, end in lines)
    data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if is_crlf else data
    assert mime.quick(data) in (None, mime.thorough(data))


# Where a part begins and ends, written well and not.
JOINTS = st.sampled_from([
    b"\n--b\n", b"\n--b\n\n", b"\n--b\nX: y\n\n", b"\n--b\nContent-Type: text/html\n\n", b"\n--c\n\n",
    b"\n--c--\n",
    b"\n--b--\n", b"\n--b--", b"\r--b\n\n", b"\n--b\rX: y\n\n", b"\n--b \t\n\n", b"\n--bb\n\n",
    b"\n--b-\n\n", b"\n --b\n",
    b"--b\n\n", b"text", b"\n--b\nContent-Type: multipart/alternative; boundary=c\n\n",
    b"\n--b\nContent-Type: multipart/mixed; boundary=b\n\n",
])  # fmt: skip
KINDS = st.sampled_from([b"mixed", b"mixed", b"digest", b"mixed; boundary=c"])


@settings(max_examples=600)
@given(KINDS, st.lists(JOINTS, max_size=6), st.booleans(), st.booleans())
@example(b"mixed", [b"\n--b\n\n", b"text", b"\r--b\n\n", b"text", b"\n--b--\n"], True, False)
@example(b"mixed", [b"\n--b\n\n", b"text", b"\n--b\rX: y\n\n", b"text", b"\n--b--\n"], True, False)
@example(b"digest", [b"\n--b\n\n", b"text", b"\n--b--\n"], True, False)
def test_quick_and_thorough_agree_on_parts(kind: bytes, joints: list[bytes], is_closed: bool, is_crlf: bool):
    data = b"Content-Type: multipart/" + kind + b"; boundary=b\n" + b"".join(joints) + b"\n--b--\n" * is_closed
    data = data.replace(b"\n", b"\r\n") if is_crlf else data
    assert mime.quick(data) in (None, mime.thorough(data))


def test_many_parts_are_for_the_one_that_counts_them():
    of = lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * n + b"--b--\n"  # noqa: E731
    assert mime.quick(of(mime.PARTS)) and not mime.quick(of(mime.PARTS + 2))
    assert len(mime.read(of(mime.PARTS + 2)).parts) == mime.PARTS + 2


def _mangled(data: bytes, cuts: list[tuple[float, bytes]]) -> bytes:
    for place, piece in cuts:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + len(piece) % 3 :]
    return data


SAMPLES = [mail.data for mail in mails(26)] + [p.read_bytes() for p in sorted(FIXTURES.glob("*.eml"))]
PIECES = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\n\n", b"--", b":", b";", b'"', b" ", b"=", b"\x80", b"\n--00000000000079\n"]
)


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.floats(0, 1, exclude_max=True), PIECES), max_size=3))
def test_quick_and_thorough_agree_on_mails_with_damage(data: bytes, cuts: list[tuple[float, bytes]]):
    data = _mangled(data, cuts)
    assert mime.quick(data) in (None, mime.thorough(data))


def test_quick_reads_what_mailers_write():
    assert all(mime.quick(mail.data) for mail in mails(26)), "the short way is never taken"


def _nested(depth: int) -> bytes:
    inner = PLAIN
    for n in range(depth):
        boundary = f"b{n}".encode()
        inner = (
            b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n--" + boundary + b"\n" + inner
            + b"\n--" + boundary + b"--\n"
        )  # fmt: skip
    return inner


@pytest.mark.parametrize("depth", [1, mime.DEPTH, mime.DEPTH + 1, 40])
def test_parts_within_parts(depth: int):
    assert (mime.quick(_nested(depth)) is None) == (depth > mime.DEPTH)
    part = mime.read(_nested(depth))
    assert part == mime.thorough(_nested(depth))
    for _ in range(depth):
        (part,) = part.parts
    assert mime.decoded(part) == ("あ".encode(), False)


ENCODED = {
    "base64": (b"base64", b"44GC\r\n44GE", "あい".encode(), False),
    "base64, blanks": (b" Base64 ", b"44 GC\t\n", "あ".encode(), False),
    "base64, no padding": (b"base64", b"44GCIQ", "あ!".encode(), True),
    "base64, odd signs": (b"base64", b"44*GC", "あ".encode(), True),
    "base64, one sign too many": (b"base64", b"44GCI", b"44GCI", True),
    "base64, two in one": (b"base64", b"IQ==\n44GC", b"!", True),
    "base64, empty": (b"base64", b"", b"", False),
    "quoted": (b"quoted-printable", b"=E3=81=82=\r\n=e3=81=84=  \n.", "あい.".encode(), False),
    "quoted, cut": (b"quoted-printable", b"=E3=81=82=E3=8", b"\xe3\x81\x82\xe3=8", True),
    "quoted, not": (b"quoted-printable", b"1=1 =XX", b"1=1 =XX", True),
    "uuencode": (b"x-uuencode", b"begin 644 x\n#0V%T\n \nend\n", b"Cat", False),
    "unknown": (b"x-rot13", b"abc", b"abc", False),
    "none": (b"", b"abc\x80", b"abc\x80", False),
}


@pytest.mark.parametrize(("encoding", "raw", "data", "is_broken"), ENCODED.values(), ids=ENCODED)
def test_transfer_encodings(encoding: bytes, raw: bytes, data: bytes, is_broken: bool):
    part = mime.read(b"Content-Transfer-Encoding: " + encoding + b"\n\n" + raw)
    assert mime.decoded(part) == (data, is_broken)


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable"]))
def test_what_was_encoded_comes_back(data: bytes, encoding: str):
    coded = base64.encodebytes(data) if encoding == "base64" else quopri.encodestring(data)
    part = mime.Part({"content-transfer-encoding": [encoding]}, raw=coded)
    assert mime.decoded(part) == (data, False)
