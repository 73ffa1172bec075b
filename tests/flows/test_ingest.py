"""Sources as they come: damaged ones cost themselves and are told in one line, and sample and real never mix."""

from __future__ import annotations

import errno
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from flows.daily import run_day
from flows.doctor import examine
from flows.failures import one_line
from flows.ingest import WrongHome, ingest
from flows.listing import list_conversations
from flows.verbs import ingest_and_show, run_day_and_show, show_status
from tasks import conform
from tasks.sample import write_sample

FIXTURES = Path(__file__).parents[1] / "fixtures"
GOOD = {
    "x_hashtag": "new_names.json",
    "email": "three_messages.mbox",
    "facebook_messenger": "two_threads.zip",
    "form": "google_csv.csv",
    "pasted": "utf8.md",
}
BAD = {
    "x_hashtag": ("cut_off.json", "json_broken"),
    "email": ("empty.eml", "empty"),
    "facebook_messenger": ("cut_off.zip", "zip_broken"),
    "form": ("no_story_column.csv", "csv_columns"),
    "pasted": ("not_text.txt", "csv_undecodable"),
}


def put(home, channel: str, name: str, under: str | None = None) -> Path:
    return Path(shutil.copy(FIXTURES / channel / name, home.path / "inbox" / channel / (under or name)))


@pytest.mark.parametrize("channel", GOOD)
def test_a_damaged_source_costs_itself_and_is_told_in_one_line(channel, real_home):
    put(real_home, channel, GOOD[channel])
    alone = ingest(real_home.settings, channel)
    name, problem = BAD[channel]
    put(real_home, channel, name, f"0-{name}")  # read before the good one
    both = ingest(real_home.settings, channel)
    assert alone.new > 0 and alone.quarantined == 0
    assert [(file, what) for file, what, _ in both.notices] == [(f"0-{name}", problem)]
    assert (both.new, dict(both.problems)) == (1, {problem: 1})
    assert len(conform.messages(real_home.settings.lake)) == alone.new + 1
    again = ingest(real_home.settings, channel)
    assert (again.new, again.notices) == (0, [])


def test_an_empty_mailbox_is_told_and_costs_nothing(real_home):
    put(real_home, "email", "empty.mbox")
    put(real_home, "email", GOOD["email"])
    done = ingest(real_home.settings, "email")
    assert (done.notices, done.quarantined, done.new) == ([("empty.mbox", "empty", "")], 0, 3)


def test_a_file_that_nobody_reads_is_told_once(real_home):
    put(real_home, "email", GOOD["email"])
    for name in ("応募", "手紙.pages"):  # each by its name: a mailbox without an ending is a loss, the rest may not be
        (real_home.path / "inbox" / "email" / name).write_bytes(b"x")
    first, again = ingest(real_home.settings, "email"), ingest(real_home.settings, "email")
    assert (first.notices, first.new) == ([("応募", "not_taken", ""), ("手紙.pages", "not_taken", "")], 3)
    assert (again.notices, again.sources) == ([], 0)


def test_no_name_that_a_stranger_chose_commands_the_terminal(real_home, capsys):
    names = ("\x1b[31m赤.doc", "二\n行.doc", "\u202e逆.doc", os.fsdecode(b"\xff\xfe.doc"))
    for name in names:
        (real_home.path / "inbox" / "pasted" / name).write_bytes(b"x")
    show_chat(real_home, "\x1b]0;題\x07\u202e")
    ingest_and_show(real_home.path, "pasted", (), as_json=False)
    list_conversations(real_home.path, "line", (), as_json=False)
    shown = capsys.readouterr().out
    assert not set(shown) & set("\x1b\x07\u202e") and shown.count("△") == 4
    assert all(what in shown for what in ("赤.doc", "二 行.doc", "逆.doc", "]0;題"))


def show_chat(home, name: str) -> None:
    """A history of LINE in the inbox, of a chat that goes by this name."""
    text = f"[LINE] {name}とのトーク履歴\n保存日時：2026/03/20 10:00\n\n2026/03/10(火)\n21:00\t{name}\tこんにちは\n"
    inbox = home.path / "inbox" / "line"
    inbox.mkdir()
    (inbox / "a.txt").write_text(text, encoding="utf-8")


def test_an_export_that_was_unpacked_is_told(real_home, capsys):
    unpacked = real_home.path / "inbox" / "facebook_messenger" / "facebook-taro"
    with zipfile.ZipFile(FIXTURES / "facebook_messenger" / GOOD["facebook_messenger"]) as archive:
        archive.extractall(unpacked)  # as Safari does with every download
    told = [ingest(real_home.settings, "facebook_messenger", paths).notices for paths in ((), [unpacked])]
    assert told == [[("facebook-taro", "nothing_here", "")]] * 2
    ingest_and_show(real_home.path, "facebook_messenger", [unpacked], as_json=False)
    assert "解凍せずに" in capsys.readouterr().out


def test_a_full_disk_is_told_in_japanese():
    told = one_line(OSError(errno.ENOSPC, "No space left on device", "call/raw"))
    assert told.startswith("ディスクがいっぱいです") and "call/raw" in told and "Error" not in told


def test_what_lies_where_no_run_looks_is_told_every_time(real_home, capsys):
    inbox = real_home.path / "inbox"
    (inbox / "line").mkdir()  # a channel that neta.toml does not name yet
    (inbox / "line" / "history.txt").write_text("x", encoding="utf-8")
    (inbox / "話.eml").write_text("x", encoding="utf-8")
    (inbox / "mastodon").mkdir()  # empty: nothing is lost
    for _ in range(2):
        run_day_and_show(real_home.path, no_prefect=True, as_json=False)
        told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("△")]
        assert len(told) == 2 and "line: " in told[0] and "[channels." in told[0] and "話.eml: " in told[1]
    assert examine(real_home.path, as_json=True) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {(f["problem"], f["where"]) for f in found} >= {
        ("no_such_channel", "inbox/line"),
        ("no_such_folder", "inbox/話.eml"),
    }


def test_a_format_that_changed_is_news(real_home, capsys):
    page = {"data": [{"id": "17001", "author_id": "42", "text": "話 #本のネタにしてもいいよ", "mood": "glad"}]}
    (real_home.path / "inbox" / "x_hashtag" / "a.json").write_text(json.dumps(page), encoding="utf-8")
    run_day_and_show(real_home.path, no_prefect=True, as_json=True)
    capsys.readouterr()
    show_status(real_home.path, as_json=False)
    assert [line for line in capsys.readouterr().out.splitlines() if "「mood」" in line and "1件" in line]


def test_a_table_in_the_encoding_of_japanese_excel_is_read(real_home):
    rows = "タイムスタンプ,エピソード\r\n2026/04/02 9:01:33 午後 GMT+9,①髙橋さんがnoteを見て声をかけてくれました\r\n"
    (real_home.path / "inbox" / "form" / "a.csv").write_bytes(rows.encode("cp932"))
    assert ingest(real_home.settings, "form").quarantined == 0
    assert [m["body"] for m in conform.messages(real_home.settings.lake).to_pylist()] == [
        "①髙橋さんがnoteを見て声をかけてくれました"
    ]


def test_a_day_with_damaged_sources_tells_each_in_a_line_and_ends_with_3(real_home, capsys):
    for channel, (name, _) in BAD.items():
        put(real_home, channel, GOOD[channel])
        put(real_home, channel, name, f"[b]{name}" if channel == "email" else name)  # looks like markup
    assert run_day_and_show(real_home.path, no_prefect=True, as_json=False) == 3
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("△")]
    assert len(told) == len(BAD)
    assert all(any(name in line for line in told) for name, _ in BAD.values())
    assert any("[b]empty.eml" in line for line in told)
    assert run_day_and_show(real_home.path, no_prefect=True, as_json=False) == 0


def test_a_channel_that_fails_stops_no_other(real_home):
    real_home.say("a.json", "noteを見た人から講演に呼ばれました", 1)
    write_sample(real_home.path)  # sample files in a real home: every channel that has one refuses
    (real_home.path / "inbox" / "pasted" / "tellings.csv").unlink(missing_ok=True)
    for file in (real_home.path / "inbox" / "pasted").iterdir():
        file.unlink()
    put(real_home, "pasted", GOOD["pasted"])
    day = run_day(real_home.settings)
    assert set(day.failures) == set(real_home.settings.channels) - {"pasted"}
    assert all("\n" not in why and "見本データ" in why for why in day.failures.values())
    assert day.landings["pasted"]["new"] == 1 and day.built["changed"]


def test_sample_files_never_enter_a_real_home_wherever_they_lie_and_the_reverse(real_home, sample_copy, tmp_path):
    from flows.settings import load

    moved = tmp_path / "renamed.csv"
    shutil.copy(next((sample_copy / "inbox" / "form").iterdir()), moved)
    with pytest.raises(WrongHome):
        ingest(real_home.settings, "form", [moved])
    real = FIXTURES / "form" / "google_csv.csv"
    with pytest.raises(WrongHome):
        ingest(load(sample_copy), "form", [real])
    assert ingest(real_home.settings, "form", [real]).new > 0
    assert real_home.settings.lake.raw_files() != [] and not list(real_home.path.glob("raw/channel=form/*/.tmp*"))


def test_doctor_asks_who_the_author_is_where_her_own_words_come_too(real_home, capsys):
    put(real_home, "email", GOOD["email"])
    ingest(real_home.settings, "email")
    examine(real_home.path, as_json=True)
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert ("nobody_is_me", "[me] mail") in [(f["problem"], f["where"]) for f in findings]
    assert not any(f["where"] == "[me] facebook" for f in findings), "nothing came that way"
