"""What is held of a person, on one page: all of it, only theirs, the same on the terminal and in the file; and told again
when they withdraw."""

from __future__ import annotations

import html
import re
import shutil

import pytest

from flows.about import about
from flows.build import build
from flows.consenting import consent
from flows.failures import Refused
from flows.ingest import ingest
from flows.reviewing import decide
from flows.settings import load
from tests.standins.leaver import (
    ADDRESS,
    FIRST,
    OTHER,
    SECOND,
    TOKENS,
    mail,
    seen,
    without_person,
)
from warehouse import ledger

ME = f"mail:{ADDRESS}"


@pytest.fixture(scope="module")
def home_once(lived_in, tmp_path_factory):
    home = shutil.copytree(lived_in, tmp_path_factory.mktemp("about") / "call", symlinks=True)
    odd = mail(  # what a page must not obey
        "<script>alert(1)</script>\u202e\x1b[2J の話です。本当にうれしかったです。",
        f"<{ADDRESS}>",
        "odd-1@letters.example.jp",
        charset="utf-8",
    )
    (home / "inbox" / "email" / "odd.eml").write_bytes(odd)
    ingest(load(home), "email")
    build(load(home))
    decide(home, f"mail:{TOKENS[2]}", "platform=note", "松田", "本文")
    consent(home, f"mail:{TOKENS[3]}", ["quote", "name"], ["count"], "4月2日のメールの返事", "しおり(仮)", "editor")
    ledger.append(home / "ledger.sqlite", "editor", "used", f"mail:{TOKENS[2]}", {"where": "第3章"})
    ledger.append(home / "ledger.sqlite", "editor", "note", f"mail:{TOKENS[2]}", {"note": "続きを聞きたい"})
    ledger.append(home / "ledger.sqlite", "editor", "address", f"mail:{TOKENS[3]}", {"address": "一番町1"})
    build(load(home))
    return home


@pytest.fixture
def home(home_once, tmp_path):
    return shutil.copytree(home_once, tmp_path / "call", symlinks=True)


def page(home, capsys, *more) -> str:
    capsys.readouterr()
    about(home, ME, *(more or (None, "editor")))
    return capsys.readouterr().out


def test_the_page_holds_all_that_is_theirs_and_nothing_of_others(home, capsys):
    told = page(home, capsys)
    for part in (FIRST, SECOND, "人が確認", "松田: 活動の場 → note", "集計に入れる: 許可なし(", "4月2日のメールの返事"):
        assert part in told, part
    for part in (
        "原文を引用: 許可あり(",
        "メール、2026-03-02 09:00",
        "言い換えて紹介するために",
        "出す形: 「しおり(仮)」",
        "第3章(",
        "台帳5番",
        "続きを聞きたい",
        "一番町1",
        f"neta forget {ME}",
    ):
        assert part in told, part
    assert "集計に入れる許可がないので" in told and "1話に数えています" in told
    assert told.count("(写しや、こちらからの返事など)") == 2  # the owner's answer, and what was pasted
    assert OTHER[:10] not in told and "matsuda" not in told
    assert "\u202e" not in told and "\x1b" not in told


def test_the_file_says_the_same_by_itself_and_is_escaped(home, capsys, tmp_path):
    told = page(home, capsys)
    page(home, capsys, tmp_path / "a.html", "editor")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    shown = html.unescape(re.sub("<[^<>]*>", "", text[text.index("<body>") :]))
    lines = [line.strip("■ ").strip() for line in told.splitlines() if "現在" not in line and "外に渡した" not in line]
    assert [line for line in lines if line not in shown] == []
    assert "<script" not in text and "&lt;script&gt;" in text and not re.search(r"(?:src|href|url)\s*[=(]", text)
    assert (tmp_path / "a.html").stat().st_mode & 0o077 == 0


def test_reading_is_written_down_by_refs_and_a_withdrawal_tells_of_the_file(home, capsys, tmp_path):
    page(home, capsys, tmp_path / "a.html", "editor")
    assert not build(load(home)).changed  # what was read changes no count
    asked, out = ledger.read(home / "ledger.sqlite")[-2:]
    assert (asked.kind, out.kind, out.payload["file"]) == ("about", "handed_out", str(tmp_path / "a.html"))
    assert asked.subject.startswith("p") and all(re.fullmatch("[sp][0-9a-f]{20}", ref) for ref in out.payload["refs"])
    assert "a.html" in (told := page(home, capsys)) and str(tmp_path) not in told
    assert without_person(home) == 0
    assert str(tmp_path / "a.html") in capsys.readouterr().out and seen(home) == set()
    with pytest.raises(Refused):
        about(home, ME, None, "editor")


def test_a_file_with_nothing_of_theirs_is_not_told(home, capsys, tmp_path):
    about(home, "x:1700000000000000055", tmp_path / "b.html", "editor")
    without_person(home)
    assert "b.html" not in capsys.readouterr().out.partition("手が届かない")[2]
