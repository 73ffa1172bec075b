"""Word files: what is written in them and seen, ruby kept; what is no Word file or a trap is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from tasks.channels import Unreadable
from tasks.text import docx

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(body: str, before: str = "") -> bytes:
    """A .docx whose body is this XML, with the prefix w."""
    return zipped({"word/document.xml": f'{before}<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>'})


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def p(*runs: str) -> str:
    return f"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


RUBY = "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r>"
CELL = "<w:tc>{}</w:tc>"
SEEN = {
    "paragraphs": (p(r("一"), r("二")) + p() + p(r("三")), "一二\n\n三"),
    "ruby": (p(RUBY, r("へ")), "東京(とうきょう)へ"),
    "signs": (p("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>"), "a\tb\nc-"),
    "table": ("<w:tbl><w:tr>" + CELL.format(p(r("左"))) + CELL.format(p(r("右"))) + "</w:tr></w:tbl>", "左\n右"),
    "link": (p(f"<w:hyperlink>{r('ここ')}</w:hyperlink>"), "ここ"),
    "changes": (p("<w:del><w:r><w:delText>×</w:delText></w:r></w:del>", f"<w:ins>{r('○')}</w:ins>"), "○"),
    "moved": (p(f"<w:moveFrom>{r('×')}</w:moveFrom>", f"<w:moveTo>{r('○')}</w:moveTo>"), "○"),
    "hidden": (p(r("×", "<w:vanish/>"), r("○", '<w:vanish w:val="0"/>')), "○"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("body", "text"), SEEN.values(), ids=SEEN)
def test_what_is_seen(body: str, text: str):
    assert docx.text_of(document(body)) == text


REFUSED = {
    "no ZIP": (b"PK", "zip_broken"),
    "with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "zip_broken"),
    "another ZIP": (zipped({"a.txt": "x"}), "wrong_shape"),
    "entities": (document(p(r("&x;")), '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "wrong_shape"),
    "no XML": (zipped({"word/document.xml": "<w:p"}), "wrong_shape"),
    "a bomb": (zipped({"word/document.xml": b" " * 30_000_000}), "too_large"),
}


@pytest.mark.parametrize(("data", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(data: bytes, problem: str):
    with pytest.raises(Unreadable) as refused:
        docx.text_of(data)
    assert refused.value.problem == problem


def test_many_levels_are_refused_and_break_nothing():
    with pytest.raises(Unreadable):
        docx.text_of(document("<w:p>" * 3000 + "</w:p>" * 3000))
