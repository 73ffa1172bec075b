"""Turns: what one person says in one go is one submission, and every message comes out exactly once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.turns import settle
from warehouse import schema

NOON = datetime(2026, 3, 1, 3, tzinfo=UTC)
ME = {"facebook": ["作家"], "x": ["1"], "mail": ["me@example.jp"]}
TAG = "本のネタにしてもいいよ"
OPENS = datetime(2026, 2, 1, tzinfo=UTC)
LONG = "とても長い返事です。" * 10
DAY = timedelta(days=1)
LANDED = NOON + 90 * DAY


def message(raw_id: str, minute: float | None, author: str | None, body: str = "話です", **more) -> dict:
    """A row of MESSAGE in one Messenger thread, `minute` minutes after noon."""
    base = {
        "raw_id": raw_id,
        "submission_id": f"facebook:{raw_id}",
        "namespace": "facebook",
        "channel": "facebook_messenger",
        "author_id": author and f"thread/{author}",
        "author_name": author,
        "conversation_id": "thread",
        "posted_at": None if minute is None else NOON + timedelta(minutes=minute),
        "received_at": LANDED,
        "zone": "explicit",
        "body": body,
        "hashtags": [],
        "links": [],
        "flags": [],
        "accounts": [],
        "needs_hashtag": False,
        "truncated": False,
    }
    return base | more


def post(raw_id: str, minute: float, author: str, **more) -> dict:
    """A row of MESSAGE for a post on X."""
    x = {"submission_id": f"x:{raw_id}", "namespace": "x", "channel": "x_hashtag", "author_id": author}
    return message(raw_id, minute, author, **({"conversation_id": "c1", "needs_hashtag": True} | x | more))


def frame(rows: list[dict]) -> pd.DataFrame:
    return pa.Table.from_pylist(rows, schema=schema.MESSAGE).to_pandas()


def settled(rows: list[dict], opens: datetime | None = OPENS) -> tuple[list[list[str]], dict[str, str]]:
    """(raw_ids of each turn, raw_id -> why it was set aside); fails where a raw_id stands in two places."""
    turns, aside = settle(frame(rows), ME, [TAG], opens, 60)
    assert turns["submission_id"].is_unique and aside["raw_id"].is_unique
    why = aside["detail"].where(aside["detail"].notna(), aside["reason"])
    return sorted(map(list, turns["raw_ids"])), dict(zip(aside["raw_id"], why, strict=True))


CASES = {
    "bubbles within the gap join": (
        [message("a", 0, "花"), message("b", 60, "花"), message("c", 120, "花")],
        [["a", "b", "c"]],
        {},
    ),
    "over the gap they do not": ([message("a", 0, "花"), message("b", 60.1, "花")], [["a"], ["b"]], {}),
    "the owner's short word does not end a turn": (
        [message("a", 0, "花"), message("b", 1, "作家", "はい"), message("c", 2, "花")],
        [["a", "c"]],
        {"b": "own_message"},
    ),
    "the owner's long answer does": (
        [message("a", 0, "花"), message("b", 1, "作家", LONG), message("c", 2, "花")],
        [["a"], ["c"]],
        {"b": "own_message"},
    ),
    "another sender ends it, however short": (
        [message("a", 0, "花"), message("b", 1, "月", "はい"), message("c", 2, "花")],
        [["a"], ["b"], ["c"]],
        {},
    ),
    "another conversation is another turn": (
        [message("a", 0, "花"), message("b", 1, "花", conversation_id="other")],
        [["a"], ["b"]],
        {},
    ),
    "without a conversation nothing joins": (
        [message(i, n, "花", conversation_id=None) for n, i in enumerate("ab")],
        [["a"], ["b"]],
        {},
    ),
    "without an author nothing joins": ([message("a", 0, None), message("b", 1, None)], [["a"], ["b"]], {}),
    "a thread of one's own posts joins over any gap": (
        [
            post("a", 0, "7", hashtags=[TAG]),
            post("b", 9_000, "7", in_reply_to="a"),
            post("c", 90_000, "7", in_reply_to="b"),
        ],
        [["a", "b", "c"]],
        {},
    ),
    "somebody else's reply does not join it": (
        [post("a", 0, "7", hashtags=[TAG]), post("b", 1, "8", in_reply_to="a", hashtags=[TAG])],
        [["a"], ["b"]],
        {},
    ),
    "the tag counts for the whole turn, in whichever post it stands": (
        [post("a", 0, "7"), post("b", 9_000, "7", in_reply_to="a", body=f"#{TAG} つづき")],
        [["a", "b"]],
        {},
    ),
    "no tag in any post of the turn": (
        [post("a", 0, "7"), post("b", 1, "7", in_reply_to="a"), post("c", 2, "8", hashtags=["別のタグ"])],
        [],
        {"a": "no_hashtag", "b": "no_hashtag", "c": "no_hashtag"},
    ),
    "the owner's own posts are context": ([post("a", 0, "1", hashtags=[TAG])], [], {"a": "own_message"}),
    "the owner's id elsewhere is somebody else": ([message("a", 0, "1")], [["a"]], {}),
    "the latest revision stays, wherever it stands in the file": (
        [
            message("new", 0, "花", submission_id="facebook:m", revised_at=NOON + timedelta(hours=2)),
            message("old", 0, "花", submission_id="facebook:m"),
        ],
        [["new"]],
        {"old": "superseded"},
    ),
    "a whole text stays though an opening of the same moment lands later": (
        [
            message("whole", 0, "花", "始めと終わり", submission_id="note:1"),
            message("opening", 0, "花", "始め", submission_id="note:1", truncated=True, received_at=LANDED + DAY),
        ],
        [["whole"]],
        {"opening": "superseded"},
    ),
    "an opening of a newer revision replaces it": (
        [
            message("whole", 0, "花", "始めと終わり", submission_id="note:1"),
            message("opening", 0, "花", "始め", submission_id="note:1", truncated=True, revised_at=NOON + DAY),
        ],
        [["opening"]],
        {"whole": "superseded"},
    ),
    "one taken back is deleted, with all that stood there before": (
        [
            message("old", 0, "花", submission_id="facebook:m"),
            message("gone", 0, "花", submission_id="facebook:m", revised_at=LANDED, set_aside="deleted"),
        ],
        [],
        {"old": "superseded", "gone": "deleted"},
    ),
    "a deletion wins over an older export that comes in after it, and over what calls itself newer": (
        [
            post("gone", 5, "7", submission_id="x:1", set_aside="deleted"),
            post("later", 9, "7", submission_id="x:1", hashtags=[TAG], revised_at=LANDED + timedelta(days=9)),
            post("again", 0, "7", submission_id="x:1", hashtags=[TAG], received_at=LANDED + timedelta(days=30)),
        ],
        [],
        {"later": "superseded", "again": "superseded", "gone": "deleted"},
    ),
    "a deletion of any version is one of all of them": (
        [
            post("second", 5, "7", submission_id="x:1", hashtags=[TAG], versions=["1", "2"]),
            post("gone", 9, None, submission_id="x:2", set_aside="deleted"),
            post("other", 9, "7", submission_id="x:3", hashtags=[TAG]),
        ],
        [["other"]],
        {"second": "superseded", "gone": "deleted"},
    ),
    "a version by its own id and one by the first id are one post": (
        [
            post("bare", 5, "7", submission_id="x:2", hashtags=[TAG]),
            post("told", 5, "7", submission_id="x:1", hashtags=[TAG], versions=["1", "2"]),
            post("elsewhere", 5, "7", submission_id="y:2", namespace="y", hashtags=[TAG], conversation_id="c2"),
        ],
        [["elsewhere"], ["told"]],
        {"bare": "superseded"},
    ),
    "from before the call": (
        [message("a", -60 * 24 * 40, "花"), message("b", 0, "花")],
        [["b"]],
        {"a": "before_opening"},
    ),
    "unreadable items go by": (
        [
            message("a", 0, "花"),
            message("b", None, None, None, submission_id=None, set_aside="unreadable", detail="empty"),
        ],
        [["a"]],
        {"b": "empty"},
    ),
    "nothing came": ([], [], {}),
}


@pytest.mark.parametrize(("rows", "turns", "aside"), CASES.values(), ids=CASES)
def test_turns(rows, turns, aside):
    assert settled(rows) == (turns, aside)
    assert settled(rows[::-1]) == (turns, aside)


def test_a_turn_is_named_by_its_first_message_and_holds_all_its_words():
    rows = [
        message(
            "b", 5, "花", "二つ目", flags=["odd"], accounts=["handle x:hana"], received_at=LANDED + timedelta(days=1)
        ),
        message("a", 0, "花", "一つ目", truncated=True),
    ]
    turn = settle(frame(rows), ME, [TAG], None, 60)[0].iloc[0]
    assert (turn["submission_id"], turn["body"], list(turn["raw_ids"])) == ("facebook:a", "一つ目\n二つ目", ["a", "b"])
    assert turn["truncated"] and list(turn["flags"]) == ["odd"] and list(turn["accounts"]) == ["handle x:hana"]
    assert turn["received_at"] == LANDED + timedelta(days=1)


AUTHORS = st.sampled_from(["花", "月", "作家", None])
TIMES = st.one_of(st.none(), st.integers(-100_000, 500))


@st.composite
def any_message(draw, raw_id: str) -> dict:
    """A message among few ids, authors, places and times, so that revisions, turns and replies do collide."""
    space = draw(st.sampled_from(["facebook", "x"]))
    readable = draw(st.integers(0, 6))
    own_id = draw(st.sampled_from("123456"))
    return message(
        raw_id,
        draw(TIMES),
        draw(AUTHORS),
        draw(st.sampled_from(["話です", LONG, f"#{TAG}"])),
        submission_id=f"{space}:{own_id}" if readable else None,
        namespace=space,
        conversation_id=draw(st.sampled_from(["thread", "other", None])),
        in_reply_to=draw(st.sampled_from([None, "1", "2", "3"])),
        revised_at=draw(st.sampled_from([None, NOON, LANDED])),
        versions=[own_id, "6"] if draw(st.booleans()) else [],
        needs_hashtag=space == "x",
        set_aside=draw(st.sampled_from([None, None, None, "deleted", "repost"])) if readable else "unreadable",
        received_at=draw(st.sampled_from([LANDED, LANDED + timedelta(days=1)])),
    )


@st.composite
def any_messages(draw) -> list[dict]:
    return [draw(any_message(f"raw{n}")) for n in range(draw(st.integers(0, 9)))]


@settings(max_examples=35, deadline=None, derandomize=True)
@given(any_messages(), st.randoms(use_true_random=False), st.booleans())
def test_every_message_comes_out_once_whatever_the_order(rows, random, bounded):
    opens = OPENS if bounded else None
    turns, aside = settled(rows, opens)
    assert sorted([*sum(turns, []), *aside]) == sorted(row["raw_id"] for row in rows)
    assert settled(random.sample(rows, len(rows)), opens) == (turns, aside)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(any_messages())
def test_what_was_deleted_is_in_no_turn_whatever_comes_with_it(rows):
    gone = {row["submission_id"]: row for row in rows if row["submission_id"]}
    bare = {"set_aside": "deleted", "posted_at": None, "revised_at": None, "versions": []}
    tombs = [row | bare | {"raw_id": f"a tomb of {name}"} for name, row in gone.items()]
    turns, _ = settle(frame(rows + tombs), ME, [TAG], None, 60)
    assert turns.empty


@settings(max_examples=20, deadline=None, derandomize=True)
@given(any_messages())
def test_the_same_messages_from_a_second_export_change_no_turn(rows):
    again = [row | {"raw_id": f"{row['raw_id']}-again"} for row in rows]
    once, _ = settle(frame(rows), ME, [TAG], OPENS, 60)
    twice, _ = settle(frame(rows + again), ME, [TAG], OPENS, 60)
    kept = ["submission_id", "body", "posted_at", "author_id"]
    pd.testing.assert_frame_equal(once[kept], twice[kept])
