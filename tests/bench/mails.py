"""Mails for the bench: the ways in which Japanese mailers write, with what a reader must see; any number of them.

The headers are those that a mail has after two servers, a signature and a spam filter; the texts are sentences of the
sample stories. The same seed gives the same bytes.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from random import Random

from tasks.sample.tellings import JST, OPENS, stories

SEED = 20260202

# (charset in the header, codec of the bytes, transfer encoding, parts), as often as they stand here.
WAYS = (
    ("ISO-2022-JP", "iso2022_jp", "7bit", "plain"),  # feature phones, Outlook of old, many web forms
    ("ISO-2022-JP", "iso2022_jp", "7bit", "plain"),
    ("ISO-2022-JP", "cp50220", "7bit", "plain"),  # with ① and 髙, as Windows mailers write it
    ("Shift_JIS", "cp932", "8bit", "plain"),
    ("UTF-8", "utf-8", "base64", "plain"),  # smartphones
    ("UTF-8", "utf-8", "base64", "plain"),
    ("utf-8", "utf-8", "quoted-printable", "plain"),
    ("utf-8", "utf-8", "8bit", "plain"),
    ("UTF-8", "utf-8", "base64", "alternative"),  # Gmail and Outlook
    ("UTF-8", "utf-8", "base64", "alternative"),
    ("UTF-8", "utf-8", "quoted-printable", "alternative"),
    ("UTF-8", "cp932", "8bit", "plain"),  # the charset is a lie
    ("UTF-8", "utf-8", "base64", "photo"),  # 100 KB: a telephone's picture, made small for mail
)
_PHOTO = 100_000  # bytes


@dataclass(frozen=True)
class Mail:
    """A mail's bytes, and what it says."""

    data: bytes
    subject: str
    sender: str
    body: str


def mails(count: int) -> Iterator[Mail]:
    """`count` mails, each of its own text."""
    random, sentences = Random(SEED), [s + "。" for telling in stories() for s in telling.text.split("。") if len(s) > 8]
    sentences = [s for s in sentences if _fits(s) and ">" not in s]
    for n in range(count):
        yield _mail(n, WAYS[n % len(WAYS)], random, sentences)


_TWO_READINGS = set("〜～−－‖∥—―¢￠£￡¬￢")  # ISO-2022-JP as Python reads it and as Windows means it: either is right


def _fits(text: str) -> bool:
    """Whether all of these charsets have the text, and every reader the same characters for it."""
    try:
        return bool(text.encode("iso2022_jp") and text.encode("cp932")) and not _TWO_READINGS & set(text)
    except UnicodeEncodeError:
        return False


def _mail(n: int, way: tuple[str, str, str, str], random: Random, sentences: list[str]) -> Mail:
    charset, codec, transfer, shape = way
    lines = [random.choice(sentences).replace("\n", "") for _ in range(random.randint(6, 20))]
    name, subject = f"語り手 {n}", random.choice(sentences).replace("\n", "")[:24].strip()
    if codec == "cp50220":
        lines[0], name = "①" + lines[0] + "髙﨑", f"髙橋 {n}"
    body = "\n".join([*lines, f"{n}通めです。", ""])
    codec_of_headers = "utf-8" if charset == "UTF-8" else codec
    head = _head(n, _words(subject, charset, codec_of_headers), _words(name, charset, codec_of_headers))
    if shape == "plain":
        data = head + _part("plain", charset, transfer, _encoded(body, codec))
    elif shape == "photo":
        photo = base64.encodebytes(Random(n).randbytes(_PHOTO))
        data = head + b'Content-Type: multipart/mixed; boundary="00000000000079"\n\n--00000000000079\n'
        data += _part("plain", charset, transfer, _encoded(body, codec)) + b"\n--00000000000079\n"
        data += b'Content-Type: image/jpeg; name="IMG_0001.jpg"\nContent-Transfer-Encoding: base64\n'
        data += b'Content-Disposition: attachment; filename="IMG_0001.jpg"\n\n' + photo + b"\n--00000000000079--\n"
    else:
        html = "".join(f"<div>{line}</div>\n" for line in body.split("\n"))
        data = head + b'Content-Type: multipart/alternative; boundary="00000000000079"\n\n'
        for kind, text in (("plain", body), ("html", f'<div dir="ltr">{html}</div>')):
            data += b"--00000000000079\n" + _part(kind, charset, transfer, _encoded(text, codec)) + b"\n"
        data += b"--00000000000079--\n"
    return Mail(data.replace(b"\n", b"\r\n"), subject, f"a{n}@mail.example.jp", body)


def _encoded(text: str, codec: str) -> bytes:
    return _cp50220(text) if codec == "cp50220" else text.encode(codec)


def _cp50220(text: str) -> bytes:
    """ISO-2022-JP as Windows writes it: NEC and IBM characters too, which Python has no codec for."""
    out, is_wide = bytearray(), False
    for character in text:
        code = character.encode("cp932")
        if (len(code) == 2) != is_wide:
            is_wide = not is_wide
            out += b"\x1b$B" if is_wide else b"\x1b(B"
        out += _jis(code) if is_wide else code
    return bytes(out + b"\x1b(B" if is_wide else out)


def _jis(code: bytes) -> bytes:
    """Shift_JIS → JIS row and cell (JIS X 0208:1997, annex 1); IBM's rows 0xFA to 0xFC by way of NEC's selection."""
    lead, trail = _NEC_SELECTED.get(code, code)
    row = ((lead - 0x81 if lead < 0xA0 else lead - 0xC1) << 1) + 0x21 + (trail >= 0x9F)
    cell = trail - 0x7E if trail >= 0x9F else trail - 0x1F - (trail > 0x7F)
    return bytes((row, cell))


_NEC_SELECTED = {"髙".encode("cp932"): b"\xee\xe0", "﨑".encode("cp932"): b"\xed\x95"}


def _words(text: str, charset: str, codec: str) -> str:
    """RFC 2047: encoded words of at most 75 characters, folded."""
    pieces = [_encoded(text[n : n + 10], codec) for n in range(0, len(text), 10)]
    return "\n ".join(f"=?{charset}?B?{base64.b64encode(piece).decode()}?=" for piece in pieces)


def _part(kind: str, charset: str, transfer: str, data: bytes) -> bytes:
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(transfer, bytes)(data)
    return f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: {transfer}\n\n".encode() + coded


def _head(n: int, subject: str, name: str) -> bytes:
    date = format_datetime((OPENS + timedelta(minutes=n)).astimezone(JST))
    signature = base64.b64encode(Random(n).randbytes(256)).decode()
    folded = "\n ".join(signature[at : at + 72] for at in range(0, len(signature), 72))
    return (
        f"Return-Path: <a{n}@mail.example.jp>\nDelivered-To: neta@sakka.example.jp\n"
        f"Received: from mx.example.jp (mx.example.jp [192.0.2.7])\n by sakka.example.jp (Postfix) with ESMTPS id 4T{n:08x}\n"
        f" for <neta@sakka.example.jp>; {date}\n"
        f"Received: from smtp.mail.example.jp (smtp.mail.example.jp [192.0.2.9])\n by mx.example.jp with ESMTP; {date}\n"
        "Authentication-Results: sakka.example.jp;\n dkim=pass (2048-bit key) header.d=mail.example.jp header.i=@mail.example.jp;\n"
        f" spf=pass smtp.mailfrom=a{n}@mail.example.jp; dmarc=pass header.from=mail.example.jp\n"
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example.jp;\n s=20230601; h=to:subject:message-id:date:"
        f"from:mime-version;\n b={folded}\n"
        "X-Spam-Status: No, score=-1.2 required=5.0 tests=DKIM_VALID,SPF_PASS\n autolearn=ham version=4.0.0\n"
        f"From: {name} <a{n}@mail.example.jp>\nTo: <neta@sakka.example.jp>\nSubject: {subject}\nDate: {date}\n"
        f"Message-ID: <bench.{n:08d}@mail.example.jp>\nMIME-Version: 1.0\n"
    ).encode()
