"""Text of a Word file, from word/document.xml alone (ECMA-376-1, 17): paragraphs, tables cell by cell, ruby kept.

Not read: headers, footnotes, comments, deleted and hidden text. No library is needed: what a story is made of is five
elements, and ruby, which Japanese manuscripts have and python-docx drops, is a sixth.
"""

from __future__ import annotations

import re

from tasks.channels import Unreadable
from tasks.sources.archive import open_archive

XML_CAP = 20_000_000  # bytes of document.xml inflated

_DOCUMENT = re.compile(r"word/document\d*\.xml")
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Text taken out with changes tracked; the second copy of a text box, for readers of old Word.
_UNSEEN = {"del", "moveFrom", "Fallback", "rPr", "pPr"}


def text_of(data: bytes) -> str:
    """A .docx → its text, one line a paragraph; <w:ruby> as 東京(とうきょう), the way tasks/text/html.py has it.

    Raises Unreadable: zip_broken (also for a document with a password), zip_unsafe, too_large, wrong_shape.
    """
    from lxml import etree

    with open_archive(data, _DOCUMENT) as archive:
        if not archive.names:
            raise Unreadable("wrong_shape", "no word/document.xml")
        xml = archive.read(archive.names[0], XML_CAP)
    if b"<!DOCTYPE" in xml:  # ECMA-376-2, 7.2.2: none in any part
        raise Unreadable("wrong_shape", "DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return _said(etree.fromstring(xml, parser)).rstrip("\n")
    except etree.XMLSyntaxError as error:
        raise Unreadable("wrong_shape", str(error)) from None


def _said(element) -> str:
    name = element.tag.rpartition("}")[2]
    if name == "t":
        return element.text or ""
    if name in _SIGNS:
        return _SIGNS[name]
    if name in _UNSEEN or (name == "r" and _is_hidden(element)):
        return ""
    if name == "ruby":
        base, reading = ("".join(map(_said, element.findall(f"{{*}}{part}"))) for part in ("rubyBase", "rt"))
        return f"{base}({reading})" if reading else base
    inside = "".join(map(_said, element))
    return inside + "\n" if name == "p" else inside


def _is_hidden(run) -> bool:
    switch = run.find("{*}rPr/{*}vanish")
    return switch is not None and not {"0", "false", "off"} & set(switch.attrib.values())
