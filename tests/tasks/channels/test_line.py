"""Which lines of a LINE history are messages, and that the same message has the same id in every export of it."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.channels import Unreadable, line
from tasks.sources.line_export import read_history
from tasks.turns import settle
from tests.tasks.channels.turns_of import messages_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "line"
TAG = "本のネタにしてもいいよ"
SYSTEM = "system_message"
OO = ("次郎", "おお")
HEAD = "[LINE] 花子とのトーク履歴\n保存日時：2026/04/30 13:16\n\n2026/04/01(水)\n"


def _file(folder: Path, text: str, name: str = "a.txt", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def _cut(folder: Path, text: str, name: str = "a.txt", encoding: str = "utf-8", **options) -> list:
    return list(line.cut(_file(folder, text, name, encoding), options))


def _texts(text: str, name: str = "a", names: tuple = ()) -> list[tuple[str, str]]:
    return [(row.name, row.text) for row in read_history(text, name, names).rows]


# written as mobile exports write it, (name, text) of every row
TRAPS = {
    "row inside quotes": ('10:00\t花子\t"予定\n10:30\t集合\n以上"\n', [("花子", "予定\n10:30\t集合\n以上")]),
    "whole row inside quotes": (
        '10:00\t花子\t"写し\n9:00\t次郎\tはい\n以上"\n', [("花子", "写し\n9:00\t次郎\tはい\n以上")],
    ),
    "date inside quotes": ('10:00\t花子\t"予定\n2026/04/02(木)\n以上"\n', [("花子", "予定\n2026/04/02(木)\n以上")]),
    "empty line inside quotes": ('10:00\t花子\t"彼は"はい"\n\nと言った"\n', [("花子", '彼は"はい"\n\nと言った')]),
    "quotes doubled": ('10:00\t花子\t"彼は""はい""\nと言った"\n', [("花子", '彼は"はい"\nと言った')]),
    "quotes at the end": ('10:00\t花子\t"彼は\n"はい""\n10:01\t次郎\tおお\n', [("花子", '彼は\n"はい"'), OO]),
    "one line in quotes": ('10:00\t花子\t"はい"\n10:01\t次郎\tおお\n', [("花子", '"はい"'), OO]),
    "quote that never closes": (
        '10:00\t花子\t"はい\n10:01\t次郎\t"二\n行"\n', [("花子", '"はい'), ("次郎", "二\n行")]
    ),
    "row that ends in quotes": (
        '10:00\t花子\t"はい\n10:01\t次郎\t彼は"ええ"\n', [("花子", '"はい'), ("次郎", '彼は"ええ"')],
    ),
    "no quotes at all": ("10:00\t花子\t一行目\n二行目\n10:01\t次郎\tおお\n", [("花子", "一行目\n二行目"), OO]),
    "wrong weekday": (
        "10:00\t花子\t一行目\n2026/04/02(金)\n10:01\t次郎\tおお\n", [("花子", "一行目\n2026/04/02(金)"), OO],
    ),
    "day that goes back": (
        "10:00\t花子\t一行目\n2026/03/31(火)\n10:01\t次郎\tおお\n", [("花子", "一行目\n2026/03/31(火)"), OO],
    ),
    "tabs in a text": ("10:00\t花子\ta\tb\n", [("花子", "a\tb")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), TRAPS.values(), ids=TRAPS)
def test_lines_that_only_look_like_rows(text: str, rows: list):
    assert _texts(HEAD + text) == rows


PIECES = st.sampled_from(["こんにちは", "10:30\t集合", "9:00\t次郎\tはい", "2026/04/02(木)", "", "彼は", "18:00 解散"])
TEXTS = st.lists(PIECES, min_size=1, max_size=5).filter(lambda p: p[0] and p[-1]).map("\n".join)


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_what_was_put_in_quotes_comes_out_whole(texts: list[str]):
    written = ['"' + text + '"' if "\n" in text else text for text in texts]
    export = HEAD + "".join(f"10:{n:02}\t花子\t{text}\n" for n, text in enumerate(written))
    assert _texts(export) == [("花子", text) for text in texts]


PC_HEAD = "2026.4.1 水曜日\n"
PC = {
    "names with blanks, known": ("17:38 山田 花子 はい\n", ("山田 花子",), [("山田 花子", "はい")]),
    "names with blanks, told by three rows": (
        "17:38 山田 花子 a\n17:39 山田 花子 b\n17:40 山田 花子 c\n", (),
        [("山田 花子", "a"), ("山田 花子", "b"), ("山田 花子", "c")],
    ),
    "timetable, names known": (
        "17:38 花子 予定\n18:00 駅前 集合\n", ("花子", "次郎"), [("花子", "予定\n18:00 駅前 集合")]
    ),
    "timetable, clock goes back": ("17:38 花子 予定\n10:00 駅前 集合\n", (), [("花子", "予定\n10:00 駅前 集合")]),
    "pictures say nothing of names": (
        "17:38 花子 [写真]\n17:39 花子 [写真]\n17:40 花子 [写真]\n", (), [("花子", "[写真]")] * 3
    ),
    "somebody came": (
        "17:38 花子が参加しました\n17:39 花子 友人が参加しました\n", (),
        [("", "花子が参加しました"), ("花子", "友人が参加しました")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "names", "rows"), PC.values(), ids=PC)
def test_rows_of_a_pc(text: str, names: tuple, rows: list):
    assert _texts(PC_HEAD + text, "x", names) == rows


CLOCKS = [("午前9:05", "午後1:05", "午前0:01"), ("9:05", "13:05", "0:01"), ("9:05 AM", "1:05 PM", "12:01 AM")]


@pytest.mark.parametrize("halves", CLOCKS)
def test_the_clock_of_a_phone_changes_neither_time_nor_id(tmp_path: Path, halves: tuple):
    items = _cut(tmp_path, HEAD + "".join(f"{half}\t花子\tx\n" for half in halves))
    hours = [line.conform(item).posted_at for item in items]
    assert hours == [datetime(2026, 4, d, h, m, tzinfo=UTC) for d, h, m in ((1, 0, 5), (1, 4, 5))] + [
        datetime(2026, 3, 31, 15, 1, tzinfo=UTC)
    ]
    plain = _cut(tmp_path, HEAD + "9:05\t花子\tx\n13:05\t花子\tx\n0:01\t花子\tx\n")
    assert [i.item_id for i in items] == [i.item_id for i in plain]


DATES = {
    "2026/4/1(水)": "2026-04-01", "2026/04/01(水)": "2026-04-01", "2026.4.1 水曜日": "2026-04-01",
    "Wed, 4/1/2026": "2026-04-01", "Wed, 01/04/2026": "2026-04-01", "2026/4/1（週三）": "2026-04-01",
}  # fmt: skip


@pytest.mark.parametrize(("written", "day"), DATES.items())
def test_dates_in_every_spelling(written: str, day: str):
    assert [row.day for row in read_history(f"{written}\n10:00\t花子\tx\n", "a").rows] == [day]


def test_ids_stay_when_the_export_grows(tmp_path: Path):
    same = HEAD + "10:00\t花子\tはい\n10:00\t花子\tはい\n10:00\t次郎\tはい\n"
    before, after = _cut(tmp_path, same), _cut(tmp_path, same + "\n2026/04/02(木)\n9:00\t花子\tはい\n")
    assert after[:3] == before and len({i.item_id for i in after}) == 4


def test_resaved_by_notepad_is_the_same(tmp_path: Path):
    text = HEAD + '10:00\t花子\t"波～と①\n髙橋"\n10:01\t次郎\tはい\n'
    ways = [("utf-8", text), ("utf-8-sig", text.replace("\n", "\r\n")), ("cp932", text.replace("\n", "\r\n"))]
    ways += [("utf-16", text)]
    read = [[(i.item_id, i.payload) for i in _cut(tmp_path, told, encoding=e)] for e, told in ways]
    assert read[0] == read[1] == read[2] == read[3] and len(read[0]) == 2


def test_a_phone_and_a_pc_agree(tmp_path: Path):
    head = "[LINE] 花 子とのトーク履歴\n保存日時：x\n\n2026/4/1(水)\n"
    phone = _cut(tmp_path, head + '10:00\t花 子\t"一\n二"\n10:01\t次郎\tはい\n')
    pc = _cut(tmp_path, "2026.4.1 水曜日\n10:00 花 子 一\n二\n10:01 次郎 はい\n", "[LINE]花 子 (1).txt")
    assert [i.item_id for i in phone] == [i.item_id for i in pc]


def test_file_names_of_a_mac_are_the_same_chat(tmp_path: Path):
    text, name = "2026.4.1 水曜日\n10:00 がく はい\n", "[LINE]がく.txt"
    ids = [_cut(tmp_path, text, unicodedata.normalize(form, name))[0].item_id for form in ("NFC", "NFD")]
    assert ids[0] == ids[1]


def test_a_renamed_chat_stays_one_by_its_setting(tmp_path: Path):
    old, new = (HEAD + "10:00\t花子\tはい\n", HEAD.replace("花子", "はなこ") + "10:00\t花子\tはい\n")
    assert _cut(tmp_path, old)[0].item_id != _cut(tmp_path, new)[0].item_id
    assert _cut(tmp_path, old, chat="花子")[0].item_id == _cut(tmp_path, new, chat="花子")[0].item_id


# texts that LINE wrote, or that stand for something else; and tellings that come close
SAID = {
    "[スタンプ]": SYSTEM, "[写真]": SYSTEM, "スタンプ": SYSTEM, "☎ 不在着信": SYSTEM,
    "[アルバム] 春の味": SYSTEM, "「春」アルバムを作成しました": SYSTEM, "ノートを投稿しました": SYSTEM,
    "花子がメッセージの送信を取り消しました": "deleted", "Hanako unsent a message": "deleted",
    "noteのイベントに出て、感想を投稿しました": None, "[写真]を送ったら仕事が来ました": None,
    "ブログの写真": None, "アルバムの話をnoteに書いたら本になりました": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), SAID.items())
def test_what_is_no_telling(tmp_path: Path, text: str, why: str | None):
    (item,) = _cut(tmp_path, HEAD + f"10:00\t花子\t{text}\n")
    assert line.conform(item).set_aside == why


OPENS = datetime(2026, 4, 2, tzinfo=UTC)
CHOICES = [
    ({}, 3),
    ({"conversations": ["花子"]}, 3),
    ({"conversations": ["*"]}, 3),
    ({"conversations": ["次郎"]}, 0),
    ({"conversations": []}, 0),
    ({"hashtags": [TAG]}, 3),
    ({"hashtags": [TAG[:-1]]}, 0),
    ({"opens": OPENS}, 0),
    ({"opens": OPENS, "hashtags": [TAG]}, 1),
    ({"opens": OPENS, "conversations": ["花子"]}, 1),
]


@pytest.mark.parametrize(("options", "count"), CHOICES)
def test_only_what_was_chosen(tmp_path: Path, options: dict, count: int):
    text = HEAD + f"10:00\t花子\tはい\n10:01\t花子\t#{TAG}\n\n2026/04/03(金)\n10:00\t花子\tはい\n"
    path = _file(tmp_path, text)
    assert len(list(line.cut(path, options))) == count
    assert line.outside(path, options) == 3 - count
    (chat,) = line.list_conversations(path, options)
    assert (chat.key, chat.message_count, chat.has_hashtag) == ("花子", 3, options.get("hashtags") == [TAG])
    assert (chat.first, chat.last) == (datetime(2026, 4, 1, 1, tzinfo=UTC), datetime(2026, 4, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("data", [b"", b"\r\n", "買い物\n卵".encode(), b"\x81\xff\xff\x00\x01"])
def test_what_is_no_history(tmp_path: Path, data: bytes):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(Unreadable):
        list(line.cut(path, {}))


def test_a_telling_in_bubbles_is_one_turn_and_a_short_answer_does_not_end_it(tmp_path: Path):
    chat = HEAD + (
        "10:00\t花子\t和菓子屋です\n10:01\t本の著者\tはい\n10:02\t花子\t[写真]\n10:03\t花子\t講師に呼ばれました\n"
        "10:04\t次郎\t別の話です\n12:30\t花子\tお礼です\n"
    )
    items = _cut(tmp_path, chat)
    turns, aside = settle(messages_of(line, items), {"line": ["本の著者"]}, [TAG], None, 60)
    assert sorted(turns["body"]) == ["お礼です", "別の話です", "和菓子屋です\n講師に呼ばれました"]
    assert sorted(aside["reason"]) == ["own_message", "system_message"]


def test_many_open_quotes_cost_no_more_than_their_lines():
    rows = "".join(f'{n % 24}:00\t花子\t"開いたまま\n続き\n' for n in range(20_000))
    assert len(read_history(HEAD + rows, "a").rows) == 20_000


def test_bubbles_of_one_minute_keep_their_order(tmp_path: Path):
    rows = "".join(f"10:23\t花子\t{n}番目です\n" for n in range(8))
    (tmp_path / "a.txt").write_text(f"[LINE] 花子とのトーク履歴\n保存日時：2026/04/30 13:16\n\n2026/04/02(木)\n{rows}")
    turns, _ = settle(messages_of(line, line.cut(tmp_path / "a.txt", {})), {}, [], None, 60)
    assert turns["body"].tolist() == ["\n".join(f"{n}番目です" for n in range(8))]
