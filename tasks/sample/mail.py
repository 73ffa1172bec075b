"""Sample mails: .eml files and one mailbox, in the encodings that Japanese mail programs use."""

from __future__ import annotations

import base64
import quopri
import re
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from tasks.sample.tellings import JST, Telling, chosen, number, tellings

OWNER_ADDRESS = "neta@sakka.example.jp"
_OWNER_FROM = "架空 作家"
IN_MAILBOX = 4  # every fourth mail lies in the mailbox instead of a file of its own
_SUBJECT = re.compile(r"件名[:：][ 　]*([^\n]*)\n+")
_AUTO = re.compile("自動応答|Automatic reply")
_CALL = "個人の発信が、仕事に役立ったことはありませんか。\n本で紹介させてください。\n小さな話ほどうれしいです。"

# (charset in the header, codec, transfer encoding); a text that does not fit goes as the last one.
_WAYS = (
    ("ISO-2022-JP", "iso2022_jp", "7bit"),
    ("iso-2022-jp", "iso2022_jp", "7bit"),
    ("Shift_JIS", "cp932", "base64"),
    ("Shift_JIS", "cp932", "8bit"),
    ("UTF-8", "utf-8", "quoted-printable"),
    ("utf-8", "utf-8", "8bit"),
    ("UTF-8", "utf-8", "base64"),
)


def write(inbox: Path) -> None:
    mails = list(tellings("email"))
    for n, telling in enumerate(mails):
        if n % IN_MAILBOX:
            (inbox / f"{n:03d}.eml").write_bytes(_mail(telling).replace(b"\n", b"\r\n"))
    boxed = b"".join(_in_mailbox(telling) for telling in mails[::IN_MAILBOX])
    (inbox / "archive.mbox").write_bytes(boxed)
    corrected = chosen("email", "corrected", 1)[0]
    (inbox / "correction.eml").write_bytes(_correction(corrected).replace(b"\n", b"\r\n"))
    (inbox / "empty.eml").write_bytes(b"")
    (inbox / "archive_2025.mbox").write_bytes(b"")


def message_id(telling: Telling, word: str = "mail") -> str:
    stamp = telling.at.strftime("%Y%m%d%H%M%S")
    return f"{stamp}.{number(telling.id + word + str(telling.copy), 'message-id', 16**10):010x}@mx.example.jp"


def split_subject(text: str) -> tuple[str, str]:
    """(subject, body) of a story that came by mail: many begin with a line 件名：…"""
    found = _SUBJECT.match(text)
    return (found[1], text[found.end() :]) if found else ("本のネタの件", text)


def _mail(telling: Telling) -> bytes:
    subject, body = split_subject(telling.text)
    if not telling.copy:
        body += _signature(telling) + _quotation(telling)
    charset, codec, transfer = _way(telling, subject + telling.person.name + body)
    extra = "Auto-Submitted: auto-replied\n" if _AUTO.search(telling.text) else ""
    head = _head(telling, subject, charset, codec, message_id(telling)) + extra
    if number(telling.id, "html", 12) == 0:
        return _with_html(head, body)
    return f"{head}Content-Type: text/plain; charset={charset}\n".encode() + _part(body, codec, transfer)


def _correction(telling: Telling) -> bytes:
    """A later mail of the same person that corrects the first: no edit, an item of its own in the same thread."""
    charset, codec, transfer = _WAYS[0]
    head = _head(telling, "Re: 訂正です", charset, codec, message_id(telling, "correction"), timedelta(hours=5))
    thread = f"In-Reply-To: <{message_id(telling)}>\nReferences: <{message_id(telling)}>\n"
    body = "先ほどのメールの日付に誤りがありました。訂正してお詫びします。"
    return f"{head}{thread}Content-Type: text/plain; charset={charset}\n".encode() + _part(body, codec, transfer)


def _way(telling: Telling, text: str) -> tuple[str, str, str]:
    way = _WAYS[number(telling.id, "charset", len(_WAYS))]
    try:
        text.encode(way[1])
    except UnicodeEncodeError:
        return _WAYS[-1]
    return way


def _head(telling: Telling, subject: str, charset: str, codec: str, own_id: str, later=timedelta()) -> str:
    date = format_datetime((telling.at + later).astimezone(JST))
    who = telling.person
    return (
        f"Return-Path: <{who.address}>\n"
        f"Received: from mx.example.jp (mx.example.jp [192.0.2.7]) by sakka.example.jp; {date}\n"
        f"From: {_words(who.name, charset, codec)} <{who.address}>\n"
        f"To: {_words(_OWNER_FROM, charset, codec)} <{OWNER_ADDRESS}>\n"
        f"Subject: {_words(subject, charset, codec)}\n"
        f"Date: {date}\nMessage-ID: <{own_id}>\nMIME-Version: 1.0\n"
    )


def _words(text: str, charset: str, codec: str) -> str:
    """RFC 2047: encoded words of at most 75 characters, folded."""
    pieces = [text[n : n + 12] for n in range(0, len(text), 12)]
    return "\n ".join(f"=?{charset}?B?{base64.b64encode(piece.encode(codec)).decode()}?=" for piece in pieces)


def _part(body: str, codec: str, transfer: str) -> bytes:
    data = f"{body}\n".encode(codec)
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(transfer, bytes)(data)
    return f"Content-Transfer-Encoding: {transfer}\n\n".encode() + coded


def _with_html(head: str, body: str) -> bytes:
    escaped = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>\n")
    kinds = (("plain", body), ("html", f"<html><body><div>{escaped}</div></body></html>"))
    opening = f'{head}Content-Type: multipart/alternative; boundary="=_reihon"\n\n'.encode()
    parts = [
        f"--=_reihon\nContent-Type: text/{kind}; charset=utf-8\n".encode() + _part(text, "utf-8", "base64")
        for kind, text in kinds
    ]
    return opening + b"".join(parts) + b"--=_reihon--\n"


def _signature(telling: Telling) -> str:
    who = telling.person
    kinds = (
        f"\n\n-- \n{who.name}\n{who.address}\nTEL {who.phone}",
        f"\n\n━━━━━━━━━━\n{who.name}\n携帯 {who.phone}\n━━━━━━━━━━",
        "\n\niPhoneから送信",
    )
    return kinds[n] if (n := number(telling.id, "signature", 8)) < len(kinds) else ""


def _quotation(telling: Telling) -> str:
    quoted = "\n".join(f"> {line}" for line in _CALL.splitlines())
    kinds = (
        f"\n\n2026年2月3日(火) 21:05 {_OWNER_FROM} <{OWNER_ADDRESS}>:\n{quoted}",
        f"\n\n2026/02/03 21:05、{_OWNER_FROM} <{OWNER_ADDRESS}>のメール:\n\n{quoted}",
        f"\n\n-----Original Message-----\nFrom: {_OWNER_FROM}\nSent: Tuesday, February 3, 2026 9:05 PM\n\n{_CALL}",
    )
    return kinds[n] if (n := number(telling.id, "quotation", 12)) < len(kinds) else ""


def _in_mailbox(telling: Telling) -> bytes:
    """mboxrd: lines that begin with From get a > in front."""
    text = re.sub(rb"^(>*From )", rb">\1", _mail(telling), flags=re.MULTILINE)
    return f"From {telling.person.address} {telling.at.ctime()}\n".encode() + text.rstrip(b"\n") + b"\n\n"
