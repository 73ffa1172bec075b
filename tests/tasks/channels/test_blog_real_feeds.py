"""Blog feeds that nobody here wrote: Japanese blogs of 2006, in chardet's source distribution (never copied here).

pip download --no-deps --no-binary :all: chardet==5.2.0 && tar xzf chardet-5.2.0.tar.gz
NETA_CHARDET_SDIST=$PWD/chardet-5.2.0 make test
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tasks.channels import Message, Unreadable, blog

SDIST = os.environ.get("NETA_CHARDET_SDIST")
FILES = sorted(
    path for folder in ("EUC-JP", "SHIFT_JIS", "CP932") for path in Path(SDIST or "-").glob(f"tests/{folder}/*.xml")
)
WEB_PAGES = {"hardsoft.at.webry.info.xml", "www2.chuo-u.ac.jp-suishin.xml"}
UNDATED = {"artifact-jp.com.xml"}  # RSS 0.91: dates only at the head of the feed
POST_DATED = {"blog.inkase.net.xml": 1}  # an entry its author dated 2010-01-01 to keep it on top
JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
MOJIBAKE = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff縺繧¤]")
HALF_WIDTH = re.compile("[\uff61-\uff9f]")  # people write ｷｮﾛｷｮﾛ; EUC-JP read as Shift_JIS is nothing but these

pytestmark = pytest.mark.skipif(not FILES, reason="NETA_CHARDET_SDIST does not name the unpacked chardet 5.2.0")


def _messages(path: Path) -> list[Message]:
    return [blog.conform(item) for item in blog.cut(path, {})]


@pytest.mark.parametrize("path", [p for p in FILES if p.name not in WEB_PAGES], ids=lambda p: p.name)
def test_entries_are_readable_and_dated(path: Path):
    messages = _messages(path)
    text = "".join(f"{m.title or ''}{m.body}" for m in messages)
    assert messages and all(m.body for m in messages)
    assert len(JAPANESE.findall(text)) > 0.3 * len(text) and not MOJIBAKE.search(text)
    assert len(HALF_WIDTH.findall(text)) < 0.03 * len(text)
    assert len({m.native_id for m in messages}) == len(messages) and len({m.author_id for m in messages}) == 1
    odd = [m.posted_at for m in messages if not (m.posted_at and 2000 <= m.posted_at.year <= 2007)]
    assert len(odd) == (len(messages) if path.name in UNDATED else POST_DATED.get(path.name, 0))


@pytest.mark.parametrize("path", [p for p in FILES if p.name in WEB_PAGES], ids=lambda p: p.name)
def test_web_pages_are_told(path: Path):
    with pytest.raises(Unreadable, match="wrong_shape"):
        _messages(path)


def test_all_of_them_are_there():
    assert len(FILES) == 53
