"""What a reader sees of HTML, and that no HTML stops the reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.html import one_line, readable

SEEN = {
    "paragraphs": ("<p>朝</p><p>昼<br>夜</p>", "朝\n\n昼\n夜"),
    "br that XHTML closes": ("朝<br></br>夜<br />夢", "朝\n夜\n夢"),
    "lists and tables": ("<ul><li>一<li>二</ul><table><tr><td>甲<td>乙</table>", "一\n二\n\n甲 乙"),
    "line feed between wide characters": ("<p>こんに\nちは hello\nworld</p>", "こんにちは hello world"),
    "plain text keeps its lines": ("一行目\r\n二行目 &amp; 三 < 四 <3", "一行目\n二行目 & 三 < 四 <3"),
    "preformatted": ("<pre>一\n二</pre>", "一\n二"),
    "script and style": ("前<script>if (a<b && '</p>') {}</script><style>p{}</style>後", "前後"),
    "script never closed": ("前<script>alert(1)", "前"),
    "comment with a tag": ("前<!-- <b>隠</b> -->後<!-- 開いたまま", "前後"),
    "hidden by style": ("前<div style='color:red; DISPLAY : none'>隠<div>中</div>隠</div>後", "前後"),
    "hidden by size": ("前<span style=font-size:0>隠</span>後<span style='font-size:0.9em'>見</span>", "前後見"),
    "hidden by attribute": ("前<p hidden>隠<p>後", "前\n\n後"),
    "only named hidden": ("<i class='overflow-hidden' title='hidden'>見</i><input type=hidden>", "見"),
    "ruby": ("<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>駅", "東京(とうきょう)駅"),
    "ruby without closing tags": ("<ruby>本<rt>ほん</ruby>屋", "本(ほん)屋"),
    "a quoted bracket": ("<a title='a>b' href=\"#>\">見</a>", "見"),
    "an unpaired quote": ("<img alt='\">見 <b>出</b>", "見 出"),
    "entities twice": ("<p>&amp;lt;b&gt; &#x3042;&#xD800;</p>", "&lt;b> あ\ufffd"),
}


@pytest.mark.parametrize(("html", "text"), SEEN.values(), ids=SEEN)
def test_readable(html: str, text: str):
    assert readable(html) == text


def test_one_line():
    assert one_line("<b>見出し</b><br>\n  二行目") == "見出し 二行目"


SOUP = [
    "<p>", "</p>", "<div hidden>", "</div>", "<ruby>", "<rt>", "<script", "<!--", "<![CDATA[", "]]>", "'", '"', ">",
    "<", "&#", "&lt;", "<pre>", "</pre>", "</", "あ", "\n", "\u3000",
]  # fmt: skip


@given(st.lists(st.sampled_from(SOUP)))
def test_any_soup_is_read(pieces: list[str]):
    text = readable("".join(pieces))
    assert text == text.strip() and "\n\n\n" not in text


@given(st.text())
def test_escaped_text_comes_back(text: str):
    shown = "".join(f"&#{ord(c)};" for c in text if c.isalnum())
    assert readable(f"<p>{shown}</p>") == "".join(c for c in text if c.isalnum())
