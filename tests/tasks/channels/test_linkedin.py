"""What of a LinkedIn export is taken, and that neither spelling, columns nor order change a message's id."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.channels import Unreadable, linkedin

FIXTURES = Path(__file__).parents[2] / "fixtures" / "linkedin"
EXPORT = FIXTURES / "export.zip"
TAG = "本のネタにしてもいいよ"
POSTS, HANAKO, RENE = 4, 3, 2
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
HEAD = "CONVERSATION ID,FROM,DATE,CONTENT\n"

CHOICES = [
    ({}, HANAKO + RENE),
    ({"hashtags": [TAG]}, HANAKO),
    ({"opens": MARCH}, HANAKO),
    ({"conversations": ["Lunch"]}, RENE),
    ({"conversations": ["2-aaa=="]}, HANAKO),
    ({"conversations": ["*"], "opens": MARCH}, HANAKO),
    ({"conversations": []}, 0),
]


@pytest.mark.parametrize(("options", "count"), CHOICES)
def test_only_what_was_chosen(options: dict, count: int):
    items = list(linkedin.cut(EXPORT, options))
    assert sum(item.context["kind"] == "messages" for item in items) == count
    assert linkedin.outside(EXPORT, options) == HANAKO + RENE - count
    assert len(items) == POSTS + count


def test_nothing_of_an_unchosen_chat_is_in_any_item():
    items = list(linkedin.cut(EXPORT, {"conversations": ["2-aaa=="]}))
    told = json.dumps([[i.item_id, (i.payload or b"").decode(), dict(i.context), i.detail] for i in items])
    assert "Exemple" not in told and "rene-example" not in told and "2-bbb" not in told


def test_conversations_to_choose_from():
    hanako, rene = linkedin.list_conversations(EXPORT, {"hashtags": [TAG]})
    assert (hanako.key, hanako.title, hanako.message_count, hanako.has_hashtag) == (
        "2-aaa==",
        "山田 花子, 本の著者",
        HANAKO,
        True,
    )
    assert (rene.key, rene.title, rene.message_count, rene.has_hashtag) == ("2-bbb==", "Lunch", RENE, False)
    assert (hanako.first, hanako.last) == (
        datetime(2026, 4, 5, 3, 5, tzinfo=UTC),
        datetime(2026, 4, 5, 3, 6, tzinfo=UTC),
    )


def _ids(folder: Path, text: str, encoding: str = "utf-8") -> list[str]:
    path = folder / "messages.csv"
    path.write_bytes(text.encode(encoding))
    return [item.item_id for item in linkedin.cut(path, {})]


ROW = 'c,René,2026-04-05 03:05:00 UTC,"彼は""はい""と"\n'
SAME = {
    "mark": (HEAD + ROW, "utf-8-sig"),
    "line ends": ((HEAD + ROW).replace("\n", "\r\n"), "utf-8"),
    "backslashes": (HEAD + ROW.replace('""', '\\"'), "utf-8"),
    "mojibake": (HEAD + ROW.replace("René", "René".encode().decode("latin-1")), "utf-8"),
    "columns moved": (
        "FROM,CONVERSATION ID,DATE,CONTENT,NEW\n" + 'René,c,2026-04-05 03:05:00 UTC,"彼は""はい""と",x\n', "utf-8",
    ),
    "lines before the header": ('Notes:\n"a, b"\n\n' + HEAD + ROW, "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "encoding"), SAME.values(), ids=SAME)
def test_the_same_message_in_every_spelling(tmp_path: Path, text: str, encoding: str):
    assert _ids(tmp_path, text, encoding) == _ids(tmp_path, HEAD + ROW)


def test_ids_stay_when_the_export_grows_and_equal_messages_are_two(tmp_path: Path):
    before, after = _ids(tmp_path, HEAD + ROW * 2), _ids(tmp_path, HEAD + ROW.replace("05:00", "06:00") + ROW * 2)
    assert after[:2] == before and len(set(after)) == 3


def test_a_quote_that_does_not_close_costs_what_follows_only(tmp_path: Path):
    path = tmp_path / "messages.csv"
    path.write_text(HEAD + ROW + 'c,A,2026-04-05 03:06:00 UTC,"開いたまま\nc,A,2026-04-05 03:07:00 UTC,x\n')
    good, bad = linkedin.cut(path, {})
    assert linkedin.conform(good).body == '彼は"はい"と'
    assert (bad.problem, bad.payload) == ("csv_row", None) and "開いたまま" not in json.dumps(
        [bad.item_id, dict(bad.context)]
    )


@pytest.mark.parametrize("name", ["Connections.csv", "Invitations.csv", "Shares.txt", "messages_notes.md"])
def test_other_files_are_left_alone(tmp_path: Path, name: str):
    (tmp_path / name).write_text("First Name\n花子\n")
    assert [path.name for path in linkedin.fetch([tmp_path])] == []


def test_a_zip_of_something_else_is_told(tmp_path: Path):
    with pytest.raises(Unreadable, match="wrong_shape"):
        list(linkedin.cut(FIXTURES / "no_tables.zip", {}))
