"""Mail headers read from their raw values: encoded words, raw eight-bit text, sender, identity, time.

Python's header objects are not used: they raise on `From: <` and `Message-ID: <a@[b`, let an encoded CR LF through,
and garble ISO-2022-JP that a mailer split without returning to ASCII.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tasks.text.dates import parse_time
from tasks.text.decode import decode

Fields = Mapping[str, Sequence[str]]  # lower-case name -> raw values, topmost first; eight-bit bytes as surrogates

_UTC = ZoneInfo("UTC")  # RFC 4155: the time of a From_ line
_CLOCKS_DIFFER = timedelta(days=1)  # a message is not sent later than this after it was received

_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")  # =?ISO-2022-JP?B?GyRCS1wbKEI=?=
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*")
_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Atoms of any mailbox; old docomo and au addresses have dots where RFC 5322 allows none: a..b.@docomo.ne.jp
_ADDRESS = r"[^\s<>()\[\]:;,\"@]{1,64}\"?@[^\s<>()\[\]:;,\"@]{1,255}"
_ANGLED = re.compile(rf"<\s*\"?({_ADDRESS})\s*>")
_BARE = re.compile(f"({_ADDRESS})")
_COMMENT = re.compile(r"\(([^()]*)\)")
_QUOTED = re.compile(r'"(?>(?:[^"\\]|\\.){0,500})"(?!@)')
_ESCAPED = re.compile(r"\\(.)")

_ID = re.compile(r"\s*<?\s*([!-;=?-Z^-~]{1,200}@(?:[!-;=?-Z^-~]{1,200}|\[[0-9A-Za-z.:]{2,60}\]))\s*>?\s*", re.ASCII)

# A header whose value matches is written by a machine. RFC 3834; RFC 2919; an empty Return-Path is a bounce's.
_AUTO = {
    "auto-submitted": re.compile(r"\s*(?!no\b)\w", re.I),  # auto-replied · auto-generated
    "precedence": re.compile(r"\s*(?:bulk|junk|auto_reply)\b", re.I),
    "list-id": re.compile(r"[\s\S]*\S"),  # <readers.example.jp>
    "return-path": re.compile(r"\s*<\s*>\s*$"),
    "x-autoreply": re.compile(r"\s*(?!no\b)\w", re.I),  # yes
    "content-type": re.compile(r"\s*multipart/report\b", re.I),
}


def shown(raw: str) -> tuple[str, tuple[str, ...]]:
    """A header's raw value → (one line of text, flags of `decode`, header_broken where an encoded word stays as it is).

    Neighbouring words of one charset are joined as bytes before they are decoded; control characters become blanks.
    """
    line = _unfolded(raw)
    if "=?" not in line and "\x1b" not in line and line.isascii():
        return _tidy(line), ()
    texts, flags = [], []
    for charset, data in _pieces(line, flags):
        text, seen = decode(data, charset)
        texts.append(text)
        flags.extend(seen)
    return _tidy("".join(texts)), tuple(dict.fromkeys(flags))


def sender(raw: str) -> tuple[str | None, str | None, tuple[str, ...]]:
    """From: → (address, casefolded; name as shown; flags). The address is looked for before anything is decoded, so
    that an encoded name can add none; from_broken if there is none.
    """
    line = _unfolded(raw)
    outside_quotes = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), line) if '"' in line else line
    if found := _ANGLED.search(outside_quotes):
        name = line[: found.start()]
    elif found := _BARE.search(outside_quotes):
        comment = _COMMENT.search(line, found.end())
        name = comment[1] if comment else ""
    else:
        name, flags = _name(line.strip(" <>"))
        return None, name, ("from_broken", *flags)
    name, flags = _name(name)
    return found[1].replace('"', "").casefold(), name, flags


def message_id(raw: str) -> str | None:
    """Message-ID or In-Reply-To → the first id, lower case, without <>; None if it is none a mailer makes."""
    first = raw.partition(">")[0] if "<" in raw else raw
    found = _ID.fullmatch(first)
    return found[1].lower() if found else None


def sent_at(fields: Fields, envelope: str | None) -> tuple[datetime | None, str, tuple[str, ...]]:
    """(UTC time, how its zone was known, flags): Date, else when it was received, from Received or the From_ line.

    Date gives way where it is missing, unreadable, before 1990 or a day or more after the receipt; flag
    date_from_received.
    """
    at, zone = parse_time(fields.get("date", [""])[0].strip())
    received, received_zone = _received(fields, envelope)
    if received and (at is None or at > received + _CLOCKS_DIFFER):
        return received, received_zone, ("date_from_received",)
    return at, zone, ()


def is_auto(fields: Fields) -> bool:
    """True for auto-replies, bounces and mailing lists."""
    return any(_AUTO[name].match(value) for name in _AUTO.keys() & fields.keys() for value in fields[name])


def _pieces(line: str, flags: list[str]) -> list[tuple[str | None, bytes]]:
    pieces: list[tuple[str | None, bytes]] = []
    at = 0
    for word in _WORD.finditer(line):
        between = line[at : word.start()]
        if between.strip() or (between and not at):
            pieces.append((None, _bytes(between)))
        charset, data = _encoded(word)
        if charset is None:
            flags.append("header_broken")
        if pieces and pieces[-1][0] == charset:
            data = pieces.pop()[1] + data
        pieces.append((charset, data))
        at = word.end()
    if at < len(line):
        pieces.append((None, _bytes(line[at:])))
    return pieces


def _encoded(word: re.Match[str]) -> tuple[str | None, bytes]:
    """An encoded word → (charset, bytes); as it stands, without a charset, if it cannot be decoded."""
    data = _bytes(word[3])
    if word[2] in "qQ":
        return word[1].lower(), binascii.a2b_qp(data, header=True)
    try:
        return word[1].lower(), binascii.a2b_base64(data, strict_mode=True)
    except binascii.Error:  # no padding, blanks inside, or none at all
        if not _BASE64.fullmatch(data):
            return None, _bytes(word[0])
    try:
        return word[1].lower(), binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:  # one character too many
        return None, _bytes(word[0])


def _bytes(text: str) -> bytes:
    return text.encode("ascii", "surrogateescape")


def _unfolded(raw: str) -> str:
    return _FOLD.sub("", raw) if "\n" in raw or "\r" in raw else raw


def _tidy(text: str) -> str:
    return (text if text.isprintable() else _CONTROLS.sub(" ", text)).strip()


def _name(raw: str) -> tuple[str | None, tuple[str, ...]]:
    raw = raw.strip()
    if len(raw) > 1 and raw[0] == raw[-1] == '"':
        raw = _ESCAPED.sub(r"\1", raw[1:-1])
    name, flags = shown(raw)
    return name or None, flags


def _received(fields: Fields, envelope: str | None) -> tuple[datetime | None, str]:
    if received := fields.get("received"):
        at, zone = parse_time(_unfolded(received[0]).rpartition(";")[2].strip())
        if at:
            return at, zone
    if envelope:  # From tanaka@example.jp Fri May  3 12:05:00 2024
        return parse_time(envelope.split(maxsplit=2)[-1], _UTC)
    return None, "missing"
