"""HTML as a reader sees it: paragraphs kept; scripts, styles, comments and hidden parts gone. One pass, never raises.

Made for what feeds, exports and mails carry: fragments, unclosed tags, tags within tags. Not a sanitiser: what comes
out is text, to be escaped again wherever it is shown.
"""

from __future__ import annotations

import re
from html import unescape

# A quoted value may hold ">"; the second form catches a tag with an unpaired quote. Possessive: linear time.
_TAG = re.compile(
    r"<!--|<!\[CDATA\[|\]\]>"
    r"""|<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]*+)(?P<rest>(?>(?:[^<>"']++|"[^"]*+"|'[^']*+')*))>"""
    r"|<(?P<end_>/?)(?P<name_>[a-zA-Z][\w:-]*+)[^<>]*+>"
    r"|<[!?/][^<>]*+>"
)
_RAW = {name: re.compile(rf"</{name}[^>]*+>", re.IGNORECASE) for name in ("script", "style", "textarea", "noscript")}
_UNSEEN = frozenset((
    "template", "iframe", "object", "svg", "math", "select", "audio", "video", "canvas", "head", "button",
))  # fmt: skip
_PARAGRAPHS = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "table", "figure", "hr",
))  # fmt: skip
_LINES = frozenset((
    "br", "div", "li", "dt", "dd", "tr", "caption", "figcaption", "address", "article", "aside", "section",
    "header", "footer", "main", "nav", "form", "fieldset",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_VOID = frozenset((
    "br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track",
))  # fmt: skip
_CLOSED_BY_NEXT = frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "option"))

_QUOTED = re.compile(r"""\"[^"]*+"|'[^']*+'""")
_HIDDEN = re.compile(r"(?<![\w-])hidden(?![\w-])", re.IGNORECASE)
_STYLE = re.compile(r"""(?<![\w-])style\s*=\s*("[^"]*+"|'[^']*+'|[^\s>]+)""", re.IGNORECASE)
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*(?:0(?![.\d])|1px)|opacity\s*:\s*0(?![.\d])", re.I
)

# An author's line feed between two Japanese characters is no blank: こんに\nちは reads こんにちは.
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_FOLDED_LINE = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]\s*(?={_WIDE})")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_LINE_ENDS = re.compile(r"\n{3,}")


def readable(html: str) -> str:
    """HTML or plain text -> text: one line end per line, one empty line between paragraphs, entities resolved.

    Text without any tag keeps its own line ends. Ruby keeps its base text, with the reading behind it in
    parentheses: <ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby> -> 東京(とうきょう).
    """
    if not _TAG.search(html):
        return _tidy(unescape(html).replace("\r\n", "\n").replace("\r", "\n"))
    page, at = _Page(), 0
    while found := _TAG.search(html, at):
        page.text(html[at : found.start()])
        at = _after(html, found, page)
    page.text(html[at:])
    return _tidy("".join(page.pieces))


def one_line(html: str) -> str:
    """HTML or plain text -> readable text on one line, for titles and names."""
    return " ".join(readable(html).split())


def _after(html: str, found: re.Match[str], page: _Page) -> int:
    """Tell the page about the tag that was found; where to read on."""
    name = (found["name"] or found["name_"] or "").lower()
    if found[0] == "<!--":
        end = html.find("-->", found.end())
        return len(html) if end < 0 else end + 3
    if name in _RAW and not (found["end"] or found["end_"]):
        end = _RAW[name].search(html, found.end())
        return end.end() if end else len(html)
    if name and (found["end"] or found["end_"]):
        page.close(name)
    elif name:
        page.open(name, found["rest"] or "")
    return found.end()


def _tidy(text: str) -> str:
    lines = "\n".join(line.strip(" \t\xa0") for line in text.split("\n"))
    return _MANY_LINE_ENDS.sub("\n\n", lines).strip()


def _is_hidden(attributes: str) -> bool:
    style = _STYLE.search(attributes)
    if style and _INVISIBLE.search(style[1]):
        return True
    return bool(_HIDDEN.search(attributes)) and bool(_HIDDEN.search(_QUOTED.sub('""', attributes)))


class _Page:
    """What has been read so far, and whether what comes is seen."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.unseen: list[str] = []  # an element nobody sees, and those of its name inside it
        self.preformatted = 0
        self.readings: list[str] | None = None  # of the ruby that is open
        self.part = ""  # rt or rp, inside a ruby

    def text(self, raw: str) -> None:
        if not raw or self.unseen or self.part == "rp":
            return
        if not self.preformatted:
            raw = _BLANKS.sub(" ", _FOLDED_LINE.sub("", raw))
        text = unescape(raw) if "&" in raw else raw
        if self.part == "rt" and self.readings is not None:
            self.readings.append(text.strip())
        else:
            self.pieces.append(text)

    def open(self, name: str, attributes: str) -> None:
        if self.unseen:
            self._open_unseen(name)
        elif name not in _VOID and not attributes.endswith("/") and (name in _UNSEEN or _is_hidden(attributes)):
            self.unseen.append(name)
        else:
            self._break(name, opening=True)
            self._ruby(name, opening=True)
            self.preformatted += name == "pre"

    def _open_unseen(self, name: str) -> None:
        if name != self.unseen[-1]:
            return
        if name in _CLOSED_BY_NEXT:
            self.unseen.clear()
            self._break(name, opening=True)
        else:
            self.unseen.append(name)

    def close(self, name: str) -> None:
        if self.unseen:
            if name == self.unseen[-1]:
                self.unseen.pop()
            return
        self._ruby(name, opening=False)
        self._break(name, opening=False)
        self.preformatted -= bool(self.preformatted) and name == "pre"

    def _break(self, name: str, opening: bool) -> None:
        if name in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif name in _CELLS:
            self.pieces.append(" " if opening else "")
        elif name == "br":  # </br> is how some XHTML closes <br>: one line end, not two
            self.pieces.append("\n" if opening else "")
        elif name in _LINES and not "".join(self.pieces[-1:]).endswith("\n"):
            self.pieces.append("\n")

    def _ruby(self, name: str, opening: bool) -> None:
        if name in ("rt", "rp"):
            self.part = name if opening else ""
        elif name == "ruby":
            if self.readings:
                self.pieces.append(f"({''.join(self.readings)})")
            self.readings, self.part = ([] if opening else None), ""
