"""A message's bytes as a tree of parts, by two readings of which the first gives up where anything is unusual.

`quick` takes a message as nearly all mailers write it: header lines that are header lines, a Content-Type without
tricks, boundaries that open and close. It takes 15 µs where Python's parser takes 110; that one's reading of everything
else is `thorough`, and a property test holds the two to the same answer.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from functools import lru_cache

from tasks.channels import Unreadable

Fields = dict[str, list[str]]  # lower-case name -> raw values, topmost first; eight-bit bytes as surrogates
BOUNDARY_LINES_CAP = 10_000  # the parser takes 8 s for 100,000 parts
DEPTH, PARTS = 3, 50  # that the quick reading follows: parts within parts, and side by side

_HEADERS = re.compile(rb"(?>(?:[!-9;-~]++:[^\r\n]*+\r?\n(?>(?:[ \t][^\r\n]*+\r?\n)*))*)")
_HEADER = re.compile(r"([!-9;-~]++):(?>(?:[ \t]|\r?\n(?=[ \t]))*)([^\n]*+(?>(?:\n[ \t][^\n]*+)*))\n")
_BLANK = re.compile(rb"\r?\n")
# text/plain; charset=ISO-2022-JP; format=flowed · multipart/mixed; boundary="--=_1"
_TOKEN = r"[\w!#$&^+.{}|~-]"
_TYPE = re.compile(rf"({_TOKEN}+/{_TOKEN}+)[ \t]*(;[\s\S]*)?", re.ASCII)
_PARAMETER = re.compile(
    rf'[ \t\r\n]*;[ \t\r\n]*({_TOKEN}+)=(?:"([^"\\;\r\n]*)"|([^\s";\\()<>]+))[ \t]*(?=;|\Z|\r?\n)', re.ASCII
)
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
_PLAIN_ENCODINGS = ("", "7bit", "8bit", "binary")


@dataclass(slots=True)
class Part:
    """A message or a part of one. parts: None for a leaf; raw: a leaf's bytes in their transfer encoding."""

    fields: Fields
    kind: str = "text/plain"  # lower case
    parameters: dict[str, str | tuple] = field(default_factory=dict)  # Content-Type's; a tuple as RFC 2231 has it
    raw: bytes = b""
    parts: list[Part] | None = None
    is_defective: bool = False

    @property
    def main(self) -> str:
        return self.kind.partition("/")[0]

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding, lower case, "" without one."""
        return self.first("content-transfer-encoding").strip().lower()

    @property
    def disposition(self) -> tuple[str | None, str | tuple | None]:
        """(inline, attachment, or another word; the file's name, a tuple as RFC 2231 has it)."""
        name = self.parameters.get("name")
        if "content-disposition" not in self.fields:
            return None, name
        alone = Message(policy=_RAW)
        alone["Content-Disposition"] = self.first("content-disposition")
        return alone.get_content_disposition(), alone.get_param("filename", name, "content-disposition")

    def first(self, name: str) -> str:
        return self.fields[name][0] if name in self.fields else ""


def read(data: bytes) -> Part:
    """A message → its parts. RecursionError where they are nested too deep."""
    return quick(data) or thorough(data)


def thorough(data: bytes) -> Part:
    """Python's reading, policy compat32, which refuses nothing. Raises Unreadable: too_large, of parts."""
    if data.count(b"\n--") > BOUNDARY_LINES_CAP:
        raise Unreadable("too_large", "parts")
    return _converted(BytesParser(policy=_RAW).parsebytes(data))


class _Raw(Compat32):
    """Headers as they stand; the usual policy puts U+FFFD for eight-bit bytes, which may be a file's name."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_RAW = _Raw()


def _converted(message: Message) -> Part:
    fields: Fields = {}
    for name, value in message.raw_items():
        fields.setdefault(name.lower(), []).append(value.lstrip(" \t\r\n"))
    payload = message._payload  # get_payload() decodes eight-bit text by what the part declares
    is_leaf = not isinstance(payload, list)
    return Part(
        fields,
        message.get_content_type(),
        {name.lower(): value for name, value in reversed((message.get_params() or [])[1:]) if name},
        (payload or "").encode("ascii", "surrogateescape") if is_leaf else b"",
        None if is_leaf else [_converted(child) for child in payload],
        bool(message.defects),
    )


def quick(data: bytes, depth: int = DEPTH) -> Part | None:
    """The same for a message without anything unusual, else None."""
    end = _HEADERS.match(data).end()
    blank = _BLANK.match(data, end)
    if blank is None or data.startswith(b"From "):
        return None
    fields = _fields(data[:end])
    declared = fields.get("content-type")
    kind, parameters = _type_of(declared[0]) if declared else ("text/plain", {})
    if kind is None or kind.startswith("message/"):
        return None
    if not kind.startswith("multipart/"):
        return Part(fields, kind, parameters, data[blank.end() :])
    boundary = parameters.get("boundary", "").encode("ascii", "surrogateescape")
    part = Part(fields, kind, parameters)
    if not boundary.strip() or boundary[-1:].isspace() or not depth:
        return None
    if part.encoding not in _PLAIN_ENCODINGS:
        return None
    if kind == "multipart/digest":
        return None
    pieces = _pieces(data[blank.end() - 1 :], boundary)
    if pieces is None:
        return None
    part.parts = []
    for piece in pieces:
        inner = quick(piece, depth - 1)
        if inner is None:
            return None
        part.parts.append(inner)
    return part


def _fields(head: bytes) -> Fields:
    text = head.decode("ascii", "surrogateescape")
    fields: Fields = {}
    for name, value in _HEADER.findall(text):
        fields.setdefault(name.lower(), []).append(value[:-1] if value[-1:] == "\r" else value)
    return fields


@lru_cache(maxsize=256)
def _type_of(value: str) -> tuple[str | None, dict[str, str]]:
    """A Content-Type → (kind, parameters); kind None for one that is not written plainly."""
    found = _TYPE.fullmatch(value)
    if not found:
        return None, {}
    at, parameters = found.end(1), {}
    while parameter := _PARAMETER.match(value, at):
        parameters.setdefault(parameter[1].lower(), parameter[3] if parameter[2] is None else parameter[2])
        at = parameter.end()
    is_whole = not value[at:].strip(" \t\r\n;")
    return (found[1].lower() if is_whole else None), parameters


def _pieces(body: bytes, boundary: bytes) -> list[bytes] | None:
    """What stands between the boundaries of `body`, which begins with a line end; None unless they open and close."""
    pieces, start, line = [], None, b"\n--" + boundary
    if b"\r--" + boundary in body:  # a lone CR begins a line, for Python
        return None
    at = body.find(line)
    while at >= 0:
        rest = _AFTER_BOUNDARY.match(body, at + len(line))
        if rest and start is not None:
            if at < start:
                return None
            pieces.append(body[start : at - (body[at - 1] == 0x0D and at > start)])
        if rest and rest[1]:
            return pieces or None
        if len(pieces) > PARTS:
            return None
        start = rest.end() if rest else start
        at = body.find(line, at + len(line))
    return None


def decoded(part: Part) -> tuple[bytes, bool]:
    """A leaf's bytes with the transfer encoding undone as far as it can be, and whether it was broken."""
    encoding = part.encoding
    if encoding in _PLAIN_ENCODINGS:
        return part.raw, False
    if encoding == "base64":
        return _from_base64(part.raw)
    if encoding == "quoted-printable":
        return _from_quoted_printable(part.raw)
    holder = Message()  # uuencode, or a name that means nothing
    holder["Content-Transfer-Encoding"] = encoding
    holder.set_payload(part.raw.decode("ascii", "surrogateescape"))
    return holder.get_payload(decode=True), False


_FOLD_WITH_BLANKS = re.compile(rb"=[ \t]+(?=\r?\n)")  # RFC 2045, 6.7 (3): blanks a mail server put there
_BAD_QUOTED_PRINTABLE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n)")  # "=E3=81=" is cut


def _from_quoted_printable(raw: bytes) -> tuple[bytes, bool]:
    data, folds = binascii.a2b_qp(raw), raw.count(b"=\n")
    crlf_folds = raw.count(b"=\r\n")
    gone = 2 * (raw.count(b"=") - folds - crlf_folds) + 2 * folds + 3 * crlf_folds
    if len(raw) - len(data) == gone:  # every = did its work: cheaper than looking at each
        return data, False
    raw = _FOLD_WITH_BLANKS.sub(b"=", raw)
    return binascii.a2b_qp(raw), bool(_BAD_QUOTED_PRINTABLE.search(raw))


def _from_base64(raw: bytes) -> tuple[bytes, bool]:
    digits = raw.translate(None, b" \t\r\n")
    try:
        return binascii.a2b_base64(digits, strict_mode=True), False
    except binascii.Error:
        pass  # broken: what can be read of it
    try:
        return binascii.a2b_base64(digits + b"==="), True
    except binascii.Error:  # one character too many
        return raw, True
