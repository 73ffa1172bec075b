"""A mail's body as its reader sees it: which parts, their transfer encodings and charsets, flowed text, HTML.

Texts that are attached belong to it: people send their story as a .txt or .docx, and forward the mail that tells it.
File names are data, looked at for their ending only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tasks.channels import Unreadable
from tasks.text import docx
from tasks.text.decode import decode
from tasks.text.html import readable
from tasks.text.mail_headers import shown
from tasks.text.mime import Part, decoded
from tasks.text.quotes import own_words

TEXT_CAP = 2_000_000  # bytes of one text part, transfer encoding undone
PART_HEADER_CAP = 64 * 1024

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.I)

_STYLE_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|max-height\s*:\s*0"
    r"|font-size\s*:\s*(?:0(?![.\d])|1px)",
    re.I,
)
_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))"
_STYLE_WHITE = re.compile(rf"(?<![\w-])color\s*:\s*{_WHITE}", re.I)
_WHITE_NAME = re.compile(_WHITE, re.I)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;]+)", re.I)
_QUOTATION = (
    "//blockquote[@type='cite'] | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'moz-cite-prefix')] | //*[contains(@class, 'yahoo_quoted')]"
)


class Body(NamedTuple):
    """own: what the mail itself says; attached: texts of attachments and forwarded mails, in order, none empty."""

    own: str
    attached: tuple[str, ...]
    flags: tuple[str, ...]


def body_of(message: Part) -> Body:
    """A message → Body, lines ending in LF.

    Of alternatives the first plain text that says something, else HTML; parts side by side are joined. Flags:
    attachment_read; attachments, of a kind that is not read; attachment_unread, of a kind that is, but damaged, too
    large or locked; image_attached, attached_mail, transfer_broken, hidden_text, quoted_removed, mail_defect, and those
    of `decode`. Raises Unreadable("too_large") for the mail's own text.
    """
    flags: list[str] = []
    attached: list[str] = []
    groups: dict[int, dict[str, list[str]]] = {}
    for part, group in _leaves(message, flags):
        if group is None:
            attached.append(_attached(part, flags))
            continue
        kind = "text/html" if part.kind == "text/html" else "text/plain"
        said = groups.setdefault(group, {})
        if kind == "text/html" and "text/plain" in said:
            continue
        text = _html(part, flags) if kind == "text/html" else _plain(part, flags)
        if text.strip():
            said.setdefault(kind, []).append(text)
    chosen = [said.get("text/plain") or said.get("text/html") or [] for said in groups.values()]
    own = "\n".join(text for texts in chosen for text in texts)
    return Body(own, tuple(filter(str.strip, attached)), tuple(dict.fromkeys(flags)))


def _leaves(message: Part, flags: list[str]) -> Iterator[tuple[Part, int | None]]:
    """Parts that hold something, each with the number of the alternative it belongs to (its own, if to none); None for
    what is attached.
    """
    waiting: list[tuple[Part, int | None]] = [(message, None)]
    number = 0
    while waiting:
        part, group = waiting.pop()
        if part.is_defective:
            flags.append("mail_defect")
        number += 1
        if part.main == "multipart" and part.parts is not None:
            if group is None and part.kind == "multipart/alternative":
                group = number
            waiting.extend((child, group) for child in reversed(part.parts))
        elif part.main == "message" or _is_attachment(part, is_whole=part is message):
            yield part, None
        else:
            yield part, number if group is None else group


def _is_attachment(part: Part, is_whole: bool) -> bool:
    if not is_whole and sum(len(value) for values in part.fields.values() for value in values) > PART_HEADER_CAP:
        raise Unreadable("too_large", "headers of a part")
    if part.main == "multipart":  # its boundary is missing: all of it is text
        return False
    if part.kind not in ("text/plain", "text/html"):
        return True
    if is_whole:
        return False
    kind, name = part.disposition
    return kind == "attachment" or name is not None


def _attached(part: Part, flags: list[str]) -> str:
    """The text of an attachment; empty if it has none that is read. A flag says what was there."""
    kind = part.kind
    reader = _FORWARDED.get(kind) or _READ_BY_ENDING.get(_ending(part)) or _READ_BY_TYPE.get(kind)
    if reader is None:
        if kind not in _SIGNATURES:
            flags.append("image_attached" if part.main == "image" else "attachments")
        return ""
    seen: list[str] = []
    try:
        text = reader(part, seen)
    except Unreadable:
        flags.append("attachment_unread")
        return ""
    flags.extend(seen)
    flags.append("attached_mail" if kind in _FORWARDED else "attachment_read")
    return text


def _forwarded(part: Part, flags: list[str]) -> str:
    """The words of the mail that is attached; its writer is the mail's that carries it, as far as we know."""
    inner = part.parts[0] if part.parts else None
    if inner is None or not {"from", "date", "subject"} & inner.fields.keys():
        raise Unreadable("mail_broken", "no headers")
    body = body_of(inner)
    flags.extend(body.flags)
    return "\n\n".join(filter(str.strip, [own_words(body.own)[0], *body.attached]))


def _word(part: Part, flags: list[str]) -> str:
    return docx.text_of(decoded(part)[0])


def _ending(part: Part) -> str:
    return file_name(part).rpartition(".")[2].lower().strip()


def file_name(part: Part) -> str:
    """A part's file name as it is shown: RFC 2231 with its charset, encoded words (which RFC 2047, 5 forbids there and
    most mailers write), or plain; empty if there is none. Never a path to write to.
    """
    value = part.disposition[1] or ""
    if isinstance(value, tuple):
        charset, _, text = value
        return decode(text.encode("latin-1", "replace"), charset or None)[0]
    return shown(value)[0]


def _data(part: Part, flags: list[str]) -> bytes:
    data, is_broken = decoded(part)
    if is_broken:
        flags.append("transfer_broken")
    if len(data) > TEXT_CAP:
        raise Unreadable("too_large", f"{len(data)} bytes of text")
    return data


def _parameter(part: Part, name: str) -> str | None:
    value = part.parameters.get(name)
    return value[2] if isinstance(value, tuple) else value


def _plain(part: Part, flags: list[str]) -> str:
    text, seen = decode(_data(part, flags), _parameter(part, "charset"))
    flags.extend(seen)
    text = text.replace("\r\n", "\n")
    if (_parameter(part, "format") or "").lower() == "flowed":
        return _unflowed(text, (_parameter(part, "delsp") or "").lower() == "yes")
    return text


_FORWARDED = {"message/rfc822": _forwarded, "message/global": _forwarded}
_READ_BY_ENDING = {"txt": _plain, "text": _plain, "md": _plain, "docx": _word}
_READ_BY_TYPE = {
    "text/plain": _plain,
    "text/markdown": _plain,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _word,
}
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}


def _unflowed(text: str, drops_space: bool) -> str:
    """format=flowed undone (RFC 3676, 4.2 to 4.5): soft line ends joined within one quote depth, stuffing removed."""
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        is_soft = content.endswith(" ") and content != "-- "
        piece = content[:-1] if is_soft and drops_space else content
        if depth == open_depth and content != "-- ":
            paragraphs[-1].append(piece)
        else:
            paragraphs.append([">" * depth + " " * bool(depth), piece])
        open_depth = depth if is_soft else -1
    return "\n".join(map("".join, paragraphs))


def _html(part: Part, flags: list[str]) -> str:
    data = _data(part, flags)
    meta = _META_CHARSET.search(data, 0, 2048)
    html, seen = decode(data, _parameter(part, "charset") or (meta[1].decode("ascii", "replace") if meta else None))
    flags.extend(seen)
    return visible_text(html, flags)


def visible_text(html: str, flags: list[str]) -> str:
    """HTML → the text that shows, without a quoted mail; adds hidden_text and quoted_removed to `flags`."""
    from lxml import html as markup

    parser = markup.HTMLParser(encoding="utf-8", remove_comments=True)
    tree = markup.document_fromstring(html.replace("\0", "").encode("utf-8", "replace") or b"<p>", parser=parser)
    hidden = [element for element in tree.iter("*") if _is_hidden(element)]
    if any(element.text_content().strip() for element in hidden):
        flags.append("hidden_text")
    _drop(hidden)
    whole = readable(markup.tostring(tree, encoding="unicode"))
    quotations = tree.xpath(_QUOTATION)
    if not quotations:
        return whole
    _drop(quotations)
    own = readable(markup.tostring(tree, encoding="unicode"))
    if not own:
        return whole
    flags.append("quoted_removed")
    return own


def _drop(elements: list) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _is_hidden(element) -> bool:
    if element.tag in ("body", "html"):
        return False
    style = element.get("style", "")
    if _STYLE_HIDDEN.search(style) or element.get("hidden") is not None:
        return True
    is_white = _STYLE_WHITE.search(style) or _WHITE_NAME.fullmatch(element.get("color", ""))
    return bool(is_white) and not _is_on_colour(element)


def _is_on_colour(element) -> bool:
    """White text on a coloured ground is meant to be read."""
    while element is not None:
        ground = _BACKGROUND.search(element.get("style", ""))
        colour = (ground[1] if ground else element.get("bgcolor", "")).strip()
        if colour:
            return not _WHITE_NAME.match(colour)
        element = element.getparent()
    return False
