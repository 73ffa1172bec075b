"""Channel email: letters to the author's address, from one folder of her mailbox (IMAP) or from files.

What     .eml: one message, bytes as they are. mbox, Maildir, a .zip of any of them: read as a stream, one slice a
         message.
Access   live: IMAP, read-only, one folder or label that the settings name (tasks/sources/imap.py, docs/email.ja.md). Files:
         what Thunderbird, Apple Mail, Gmail's Takeout, mbsync and Dovecot write. Not .msg (Outlook): its reader is GPL;
         save as .eml.
Identity namespace mail: Message-ID, lower case without <>; else a hash of Date, From, Subject and body. The person is
         the From address, casefolded; never the display name, never Reply-To. With the option `authserv_id`, the name
         the own server signs Authentication-Results with, a sender it does not vouch for is flagged unverified_sender.
Edits    none; a "訂正" is another mail. Deletions on the server delete nothing here: an author tidies her mailbox. A
         submission is withdrawn with `neta forget`.
Limits   30 MB a message, 64 KiB or 1,000 lines of headers, 2 MB of text: beyond, the item lands without its bytes; on a
         server it stays there and a note with its Message-ID and size lands. Attachments: .txt, .md, .docx and
         forwarded mails are part of the text; others are flagged.
Quirks   ">From " in the body of an mbox is "From " (mboxrd). Japanese: see tasks/text/decode.py, mail_headers.py,
         mail_body.py, quotes.py. How parts are read: tasks/text/mime.py.
Source   RFC 5322, 2045 to 2047, 2231, 3676, 4155, 8601; Python 3.11 email documentation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.sources import mailboxes
from tasks.sources.mailboxes import Lost, Slice
from tasks.text import mail_auth, mail_body, mail_headers, mime, quotes
from tasks.text.accounts import known_as, signed

if TYPE_CHECKING:
    from tasks.live import Well

NAMESPACE = "mail"
LEFT = ".left.json"  # a note that a message was left on the server
FILES = ("*.eml", "*.mbox", "mbox", "*.zip", "*.msg", "*" + LEFT)
MEDIA_TYPE = "message/rfc822"

HEADER_CAP = 64 * 1024
HEADER_LINES_CAP = 1_000

_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER_END = re.compile(rb"\n\r?\n")
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_EXPECTED_HEADERS = {"from", "date", "subject", "message-id", "received", "to"}


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Mail files named, or found in named folders, and messages of Maildirs; a mailbox without an extension has to be
    named, and so has a Maildir's subfolder.
    """
    for path in paths:
        yield from sorted({*files_in([path], FILES), *mailboxes.letters(path)})


def pull(well: Well) -> Mapping:
    """What is new in the folder that the settings name. See tasks/sources/imap.py for the options and the cursor."""
    from tasks.sources import imap

    return imap.pull(well, LEFT)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item a message. An empty mailbox has none; an empty .eml is an item with the problem `empty`.

    options: authserv_id, kept with each item because conform needs it. Raises Unreadable: what `mailboxes.slices` does.
    """
    if path.name.endswith(LEFT):
        yield _left(path)
        return
    context = {"authserv_id": options["authserv_id"]} if options.get("authserv_id") else {}
    for piece in mailboxes.slices(path):
        yield _lost(piece) if isinstance(piece, Lost) else _item(piece, context)


def conform(item: Item) -> Message:
    """A message's bytes → Message. Raises Unreadable: mail_broken, too_large, no_text."""
    envelope = item.context.get("envelope")
    data = _ESCAPED_FROM.sub(rb"\1", item.payload) if envelope and b"\n>" in item.payload else item.payload
    try:
        mail = mime.read(data)
        if mail.fields.keys().isdisjoint(_EXPECTED_HEADERS):
            raise Unreadable("mail_broken", "no headers")
        body = mail_body.body_of(mail)
    except RecursionError:
        raise Unreadable("mail_broken", "parts nested too deep") from None
    return _message(mail.fields, body, item.context, data)


def _message(fields: Mapping, body: mail_body.Body, context: Mapping, data: bytes) -> Message:
    title, title_flags = mail_headers.shown(_first(fields, "subject"))
    address, name, from_flags = mail_headers.sender(_first(fields, "from"))
    posted_at, zone, date_flags = mail_headers.sent_at(fields, context.get("envelope"))
    text, quoted = _text(body)
    if not text.strip() and not title:
        raise Unreadable("no_text")
    native_id = mail_headers.message_id(_first(fields, "message-id"))
    flags = [*title_flags, *from_flags, *date_flags, *body.flags, *quoted, *_trust(fields, address, context)]
    return Message(
        namespace=NAMESPACE,
        native_id=native_id or _fallback_id(fields, data),
        channel="email",
        body=text,
        title=title or None,
        author_id=address,
        author_name=name,
        accounts=tuple(a for a in signed(quotes.signature(body.own)) if a not in known_as(NAMESPACE, address, None)),
        in_reply_to=mail_headers.message_id(_first(fields, "in-reply-to")),
        posted_at=posted_at,
        zone=zone,
        url=f"mid:{quote(native_id, safe='@')}" if native_id else None,  # RFC 2392
        flags=tuple(dict.fromkeys(flags)),
        set_aside="auto_mail" if mail_headers.is_auto(fields) else None,
    )


def _text(body: mail_body.Body) -> tuple[str, list[str]]:
    """(the writer's own words with what is attached, flags). An attached manuscript has no quotation or signature."""
    own, was_quoting = quotes.own_words(body.own)
    if body.attached:
        own = "\n\n".join([*filter(str.strip, [own.rstrip("\n")]), *body.attached])
    return own, ["quoted_removed"] * was_quoting


def _trust(fields: Mapping, address: str | None, context: Mapping) -> list[str]:
    server = context.get("authserv_id")
    if not server or mail_auth.is_vouched_for(fields, server, address):
        return []
    return ["unverified_sender"]


def _first(fields: Mapping, name: str) -> str:
    return fields[name][0] if name in fields else ""


def _fallback_id(fields: Mapping, data: bytes) -> str:
    """A hash of what all copies of one message share, whatever servers and mailers put on top."""
    end = _HEADER_END.search(data)
    body = data[end.end() :].replace(b"\r\n", b"\n").strip(b"\n") if end else b""
    digest = hashlib.sha256()
    for name in ("date", "from", "subject"):
        digest.update(_first(fields, name).encode("ascii", "surrogateescape") + b"\0")
    digest.update(body)
    return digest.hexdigest()


def _item(piece: Slice, context: Mapping) -> Item:
    data = piece.data()
    if data is None:
        return _problem(piece, "too_large", f"{piece.size} bytes")
    if not data.strip():
        return _problem(piece, "empty", None)
    end = _HEADER_END.search(data)
    header = data[: end.start() + 1 if end else len(data)]
    lines = header.count(b"\n")
    if len(header) > HEADER_CAP or lines > HEADER_LINES_CAP:
        return _problem(piece, "too_large", f"{len(header)} bytes in {lines} lines of headers")
    if piece.envelope is not None:
        context = {**context, "envelope": piece.envelope}
    item_id = native_id(header) or piece.sha256()
    # A server gives CRLF, a mailbox on disk LF, and the last line may or may not end: the same mail is the same item.
    plain = data.replace(b"\r\n", b"\n").rstrip(b"\n")
    return Item(item_id, data, MEDIA_TYPE, context, canonical=None if plain == data else plain)


def native_id(header: bytes) -> str | None:
    """The Message-ID in a block of headers, or None."""
    found = _MESSAGE_ID.search(header)
    return mail_headers.message_id(found[1].decode("latin-1")) if found else None


def _problem(piece: Slice, problem: str, detail: str | None) -> Item:
    context = {"file": piece.source, "size": piece.size}
    return Item(piece.sha256(), None, MEDIA_TYPE, context, problem=problem, detail=detail)


def _lost(piece: Lost) -> Item:
    context = {"file": piece.source}
    return Item(piece.mark, None, MEDIA_TYPE, context, problem=piece.error.problem, detail=piece.error.detail)


def _left(path: Path) -> Item:
    """A message over the cap that stayed on the server: the note tells its headers and its size."""
    note = json.loads(path.read_bytes())
    header = note["header"].encode("latin-1")
    item_id = native_id(header) or hashlib.sha256(header).hexdigest()
    context = {"header": note["header"], "size": note["size"]}
    detail = f"{note['size']} bytes, left on the server"
    return Item(item_id, None, MEDIA_TYPE, context, problem="too_large", detail=detail)
