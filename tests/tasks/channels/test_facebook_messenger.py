"""What of an export is taken, what is left, and that neither order nor damage changes the rest."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.channels import Item, Unreadable
from tasks.channels import facebook_messenger as facebook

EXPORT = Path(__file__).parents[2] / "fixtures" / "facebook_messenger" / "two_threads.zip"
TAG = "本のネタにしてもいいよ"
YAMADA, SUZUKI = 14, 2
BASE = "your_facebook_activity/messages/inbox"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)

# options, messages of Yamada's thread (March, tagged), messages of Suzuki's (January)
CHOICES = [
    ({}, YAMADA, SUZUKI),
    ({"hashtags": [TAG]}, YAMADA, 0),
    ({"hashtags": ["＃" + TAG]}, YAMADA, 0),
    ({"hashtags": [TAG[:-1]]}, 0, 0),  # a tag ends where the word ends
    ({"opens": MARCH}, YAMADA, 0),
    ({"opens": datetime(2026, 3, 13, 0, 5, tzinfo=UTC)}, 0, 0),  # it began before
    ({"opens": datetime(2026, 3, 13, 0, 5, tzinfo=UTC), "hashtags": [TAG]}, 7, 0),
    ({"opens": MARCH, "conversations": ["*"]}, YAMADA, 0),
    ({"conversations": ["*"], "hashtags": [TAG]}, YAMADA, SUZUKI),
    ({"conversations": ["鈴木次郎"]}, 0, SUZUKI),
    ({"conversations": ["archived_threads/suzuki_9", "yamada_123"]}, YAMADA, SUZUKI),
    ({"conversations": []}, 0, 0),
]


@pytest.mark.parametrize(("options", "yamada", "suzuki"), CHOICES)
def test_only_what_was_chosen(options: dict, yamada: int, suzuki: int):
    items = list(facebook.cut(EXPORT, options))
    found = [item.context["thread_path"] for item in items]
    assert (found.count("inbox/yamada_123"), found.count("archived_threads/suzuki_9")) == (yamada, suzuki)
    assert facebook.outside(EXPORT, options) == YAMADA + SUZUKI - len(items)


def test_conversations_to_choose_from():
    yamada, suzuki = facebook.list_conversations(EXPORT, {"hashtags": [TAG]})
    assert (yamada.title, yamada.message_count, yamada.has_hashtag) == ("山田花子", YAMADA, True)
    assert (suzuki.title, suzuki.message_count, suzuki.has_hashtag) == ("鈴木次郎", SUZUKI, False)
    assert (suzuki.first, suzuki.last) == (
        datetime(2026, 1, 2, 13, 20, tzinfo=UTC),
        datetime(2026, 1, 2, 13, 21, tzinfo=UTC),
    )


def test_payload_is_not_repaired_and_repaired_on_reading():
    item = next(iter(facebook.cut(EXPORT, {"conversations": ["yamada_123"]})))
    assert json.loads(item.payload)["sender_name"] == "山田花子".encode().decode("latin-1")
    assert facebook.conform(item).author_name == "山田花子"


def _message(**more) -> dict:
    return {"sender_name": "A", "timestamp_ms": 1773360000000, "content": "x"} | more


def _export(path: Path, pages: dict[str, object]) -> Path:
    """pages: thread/message_N.json → list of messages, newest first, or the file's bytes."""
    with zipfile.ZipFile(path, "w") as file:
        for name, page in pages.items():
            data = page if isinstance(page, bytes) else json.dumps({"messages": page, "title": "t"}).encode()
            file.writestr(f"{BASE}/{name}", data)
    return path


def test_pages_are_read_by_number_and_messages_oldest_first(tmp_path: Path):
    pages = {f"t_1/message_{n}.json": [_message(content=f"{n}b"), _message(content=f"{n}a")] for n in (1, 2, 10)}
    items = list(facebook.cut(_export(tmp_path / "a.zip", pages), {}))
    assert [facebook.conform(i).body for i in items] == ["10a", "10b", "2a", "2b", "1a", "1b"]


def test_ids_stay_when_the_export_grows_and_the_thread_moves(tmp_path: Path):
    same, later = [_message(), _message()], _message(timestamp_ms=1773360001000)
    before = list(facebook.cut(_export(tmp_path / "a.zip", {"t_1/message_1.json": same}), {}))
    pages = {"../archived_threads/t_1/message_1.json": [later], "../archived_threads/t_1/message_2.json": same}
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        for name, page in pages.items():
            path = f"{BASE}/{name}".replace("inbox/../", "")
            file.writestr(path, json.dumps({"messages": page, "thread_path": "archived_threads/t_1"}))
    after = list(facebook.cut(tmp_path / "b.zip", {}))
    assert [i.item_id for i in after[:2]] == [i.item_id for i in before]
    assert len({i.item_id for i in after}) == 3
    assert facebook.conform(after[0]).author_id == facebook.conform(before[0]).author_id


# file contents, the problem that is told
BROKEN = {
    "cut off": (b'{"messages": [{"sender_name": "A"', "json_broken"),
    "empty": (b"", "json_broken"),
    "no messages": (b'{"participants": []}', "wrong_shape"),
    "a list": (b"[1]", "wrong_shape"),
    "Z07 nested": (b"[" * 100_000, "json_broken"),
    "Z07 closed nesting": (b'{"messages": [' + b"[" * 2000 + b"]" * 2000 + b"]}", "json_broken"),
    "Z07 NaN": (b'{"messages": [{"timestamp_ms": NaN}]}', "json_broken"),
    "Z07 huge integer": (b'{"messages": [' + b"9" * 100_000 + b"]}", "json_broken"),
}


@pytest.mark.parametrize(("data", "problem"), BROKEN.values(), ids=BROKEN)
def test_one_broken_file_costs_itself(tmp_path: Path, data: bytes, problem: str):
    pages = {"bad_1/message_1.json": data, "good_2/message_1.json": [_message()]}
    items = list(facebook.cut(_export(tmp_path / "a.zip", pages), {}))
    assert [i.problem for i in items] == [problem, None]
    assert items[0].item_id.startswith("file:") and "bad_1" not in json.dumps([items[0].detail, items[0].context])
    assert facebook.conform(items[1]).body == "x"


# one message, what is told of it
ODD = {
    "no object": ([], "wrong_shape"),
    "no sender": ({"timestamp_ms": 1, "content": "x"}, "wrong_shape"),
    "time is text": (_message(timestamp_ms="1"), "wrong_shape"),
    "text is an object": (_message(content={"a": 1}), "wrong_shape"),
}


@pytest.mark.parametrize(("odd", "problem"), ODD.values(), ids=ODD)
def test_one_odd_message_costs_itself(tmp_path: Path, odd: object, problem: str):
    path = _export(tmp_path / "a.zip", {"t_1/message_1.json": [odd, _message()]})
    good, bad = facebook.cut(path, {})
    assert facebook.conform(good).body == "x"
    with pytest.raises(Unreadable, match=problem):
        facebook.conform(bad)


def test_Z07_message_nested_too_deep_costs_itself(tmp_path: Path):
    deep = b'{"x":' * 980 + b"1" + b"}" * 980
    data = b'{"messages": [' + deep + b"," + json.dumps(_message()).encode() + b"]}"
    good, bad = facebook.cut(_export(tmp_path / "a.zip", {"t_1/message_1.json": data}), {})
    assert facebook.conform(good).body == "x"
    assert (bad.problem, bad.payload) == ("json_broken", None)


def test_lone_surrogates_and_big_numbers_survive_in_the_payload(tmp_path: Path):
    message = _message(content="\ud83d x", extra=2**70)
    (item,) = facebook.cut(_export(tmp_path / "a.zip", {"t_1/message_1.json": [message]}), {})
    assert json.loads(item.payload) == message
    assert facebook.conform(item).body == "\ud83d x"


# field values, reason
SET_ASIDE = [
    ({"is_unsent": True}, "deleted"),
    ({"type": "Call", "content": "A called you."}, "system_message"),
    ({"type": "Subscribe"}, "system_message"),
    ({"content": None, "sticker": {"uri": "s"}}, "system_message"),
    ({"content": None, "photos": [{"uri": "p"}]}, "system_message"),
    ({"content": "Reacted ❤ to your message "}, "system_message"),
    ({"content": "You sent an attachment."}, "system_message"),
    ({"content": "Hanako sent 3 photos."}, "system_message"),
    ({"content": "山田花子が写真を送信しました。"}, "system_message"),
    ({"content": "山田花子さんが動画3件を送信しました。"}, "system_message"),
    ({"content": "メッセージに👍でリアクションしました"}, "system_message"),
    ({"content": "山田花子からの着信に応答できませんでした。"}, "system_message"),
    ({"content": "友人が写真を送信しました。それを見た編集者から連絡が来ました。"}, None),
    ({"content": "写真を見た人が仕事をくれました。", "photos": [{"uri": "p"}]}, None),
    ({"content": "He sent a photo of my shop to a magazine."}, None),
]


@pytest.mark.parametrize(("fields", "reason"), SET_ASIDE)
def test_what_the_app_wrote_is_set_aside(fields: dict, reason: str | None):
    message = {k: v for k, v in _message(**fields).items() if v is not None}
    item = Item("id", json.dumps(message).encode(), "application/json", {"thread_path": "inbox/t_1"})
    assert facebook.conform(item).set_aside == reason
