"""Archives of X and what is told of deletions: what of them is taken, that a post is one by whichever way it came, and
that what was taken back stays away."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.channels import Unreadable, x_dm, x_hashtag
from tasks.sources import x_archive
from tasks.turns import settle
from tests.standins import x_archive as made
from tests.standins.x_archive import HANAKO, OWNER, TAG, T, note, script, tweet, write
from tests.tasks.channels.turns_of import messages_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
POSTS, CHATS = FIXTURES / "x_hashtag" / "archive.zip", FIXTURES / "x_dm" / "archive.zip"
CALL = {"hashtags": [TAG]}
APRIL, MAY = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
MINE, FRIEND, GROUP = f"{OWNER}-{HANAKO}", f"{OWNER}-6002", "2030000000000000001"


def archive(folder: Path, name: str = "a.zip", **lists: object) -> Path:
    """A ZIP with data/<list>.js, _ for -; bytes as they are."""
    files = {f"data/{n.replace('_', '-')}.js": v if isinstance(v, bytes) else script(n, v) for n, v in lists.items()}
    return write(folder / name, {"data/account.js": made.account()} | files)


def all_told(items) -> str:
    told = [[i.item_id, (i.payload or b"").decode(), dict(i.context), i.detail] for i in items]
    return json.dumps(told, ensure_ascii=False)


def test_the_fixtures_are_what_the_script_makes():
    for name, files in made.fixtures().items():
        with zipfile.ZipFile(FIXTURES / name) as kept:
            assert {member: kept.read(member) for member in kept.namelist()} == files, name


# Posts


def test_only_posts_with_the_hashtag_from_opening_on():
    items = list(x_hashtag.cut(POSTS, CALL))
    assert x_hashtag.outside(POSTS, CALL) == 2 and len(items) == 8
    told = all_told(items)
    assert "鍵の話" not in told and "別の長い話" not in told and "bandai@example.jp" not in told
    late = CALL | {"opens": datetime(2026, 4, 3, tzinfo=UTC)}
    assert [i.item_id for i in x_hashtag.cut(POSTS, late)] == [f"{T}501"] and x_hashtag.outside(POSTS, late) == 9
    assert x_hashtag.outside(FIXTURES / "x_hashtag" / "old_names.json", CALL) == 0


def test_of_a_deleted_post_only_its_id_and_times_are_kept():
    told = all_told(x_hashtag.cut(POSTS, CALL))
    assert f"{T}701" in told and "消した話" not in told


def test_counters_of_a_later_archive_are_no_news(tmp_path: Path):
    one = tweet("1", f"#{TAG}")
    two = tweet("1", f"#{TAG}", favorite_count="99", retweet_count="7", favorited=True)
    kept = [list(x_hashtag.cut(archive(tmp_path, tweets=[entry]), CALL)) for entry in (one, two)]
    assert kept[0] == kept[1]


def test_an_unzipped_archive_is_read_by_its_manifest(tmp_path: Path):
    with zipfile.ZipFile(POSTS) as file:
        file.extractall(tmp_path / "twitter-2026-05-01")
    data = tmp_path / "twitter-2026-05-01" / "data"
    assert list(x_hashtag.fetch([tmp_path])) == list(x_dm.fetch([tmp_path])) == [data / "manifest.js"]
    assert list(x_hashtag.cut(data / "manifest.js", CALL)) == list(x_hashtag.cut(POSTS, CALL))
    assert list(x_dm.cut(data / "manifest.js", CALL)) == list(x_dm.cut(CHATS, CALL))


def test_Z02_a_link_in_an_unzipped_archive_is_not_followed(tmp_path: Path):
    secret = tmp_path / "secret.js"
    secret.write_bytes(script("tweets", [tweet("1", f"#{TAG}")]))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "manifest.js").write_text("window.__THAR_CONFIG = {}")
    (tmp_path / "data" / "tweets.js").symlink_to(secret)
    with pytest.raises(Unreadable, match="wrong_shape"):
        list(x_hashtag.cut(tmp_path / "data" / "manifest.js", CALL))


LIST = '[{"a": "] = [;"}]'
HEADS = {
    "as X writes it": f"window.YTD.tweets.part0 = {LIST}".encode(),
    "a semicolon": f"window.YTD.direct_messages_group.part0={LIST};".encode(),
    "comments": f"\ufeff  \n// by hand = [\n/* a\n= [ */window.YTD.tweets.part12 =\n{LIST}\n;\n".encode(),
    "UTF-16": f"// 話 = [\nwindow.YTD.tweets.part0 = {LIST}".encode("utf-16"),
    "nothing": LIST.encode(),
}


@pytest.mark.parametrize("data", HEADS.values(), ids=HEADS)
def test_whatever_stands_around_the_list(data: bytes):
    assert x_archive.entries_of(data) == [{"a": "] = [;"}]


BROKEN = {
    "cut off": (b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1"', "json_broken"),
    "empty": (b" \n", "empty"),
    "no list": (b'window.YTD.tweets.part0 = {"a": 1}', "wrong_shape"),
    "code": (b"window.YTD.tweets.part0 = alert(1)", "json_broken"),
    "comments without an end": (b"/* */ " * 3000 + b"/*", "json_broken"),
    "Z07 nested": (b"window.YTD.tweets.part0 = " + b"[" * 100_000, "json_broken"),
    "Z07 NaN": (b'window.YTD.tweets.part0 = [{"n": NaN}]', "json_broken"),
    "Z07 a number without end": (b"window.YTD.tweets.part0 = [" + b"9" * 100_000 + b"]", "json_broken"),
    "Z03 a bomb": (b"window.YTD.tweets.part0 = [" + b" " * 3_000_000, "too_large"),
    "half of UTF-16": ("window.YTD.tweets.part0 = []".encode("utf-16")[:-1], "json_broken"),
}


@pytest.mark.parametrize(("data", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_damaged_file_costs_itself(tmp_path: Path, data: bytes, problem: str):
    path = archive(tmp_path, tweets=data, community_tweet=[tweet("2", f"#{TAG}")])
    good, bad = x_hashtag.cut(path, CALL)
    assert (good.item_id, bad.problem, bad.payload, bad.detail) == ("2", problem, None, "tweets.js")
    chats = archive(tmp_path, "b.zip", direct_messages=data, direct_messages_group=made.GROUP)
    good, bad = x_dm.cut(chats, {})
    assert (bad.problem, bad.payload) == (problem, None)


@pytest.mark.parametrize("name", ["../data/tweets.js", "/data/tweets.js", "data/x/tweets.js", "C:/data/tweets.js"])
def test_Z01_names_of_members_are_data(tmp_path: Path, name: str):
    path = write(tmp_path / "a.zip", {name: script("tweets", [tweet("1", f"#{TAG}")])})
    try:
        items = list(x_hashtag.cut(path, CALL))
    except Unreadable:
        items = []
    assert len(items) <= 1 and [p.name for p in tmp_path.rglob("*")] == ["a.zip"]


def test_long_posts_are_found_by_second_and_beginning(tmp_path: Path):
    at = "Fri Apr 03 10:20:00 +0000 2026"
    long = [f"@a {n}番目の長い話です。" + "とても長い。" * 50 + f"#{TAG}" for n in range(3)]
    cut_ = [
        tweet(str(n), f"{n}番目の長い話です。" + "とても長い。" * 15 + "… https://t.co/x", at, ()) for n in range(3)
    ]
    near = tweet("9", "0番目の長い話です。" + "とても長い。" * 15 + "…", "Fri Apr 03 10:20:01 +0000 2026")
    notes = [note(words, "2026-04-03T10:20:00.123Z") for words in long[::-1]]
    path = archive(tmp_path, tweets=[*cut_, near], note_tweet=notes)
    got = {m.native_id: m for m in map(x_hashtag.conform, x_hashtag.cut(path, CALL))}
    assert [got[str(n)].body for n in range(3)] == long
    assert got["9"].body.endswith("…") and got["9"].truncated


def _page(folder: Path, *posts: dict, name: str = "page.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"data": list(posts)}), encoding="utf-8")
    return path


def _searched(post_id: str, words: str, history: list[str] | None = None, **more) -> dict:
    base = {"id": post_id, "author_id": OWNER, "text": words, "created_at": "2026-04-02T03:04:05.000Z"}
    return base | {"edit_history_post_ids": history or [post_id], "conversation_id": (history or [post_id])[0]} | more


def _settled(module, *paths: Path, me: dict | None = None, options: dict = CALL) -> tuple[pd.DataFrame, dict[str, int]]:
    frame = messages_of(module, [item for path in paths for item in module.cut(path, options)])
    turns, aside = settle(frame, me or {}, [TAG], None, 60)
    return turns, aside["reason"].value_counts().to_dict()


def test_a_post_by_archive_and_by_search_counts_once(tmp_path: Path):
    ours = f"銭湯の番台です。湯気の写真で写真部の子らが来ました。 &lt;番台日記&gt; A&amp;B [1] = [2] #{TAG}"
    chain = [f"{T}202", f"{T}203"]
    page = _page(tmp_path, _searched(f"{T}101", ours), _searched(f"{T}203", f"直した話です。 #{TAG}", chain))
    alone, _ = _settled(x_hashtag, POSTS)
    both, why = _settled(x_hashtag, page, POSTS)
    again, _ = _settled(x_hashtag, POSTS, page)
    same = ["submission_id", "body", "author_id"]
    pd.testing.assert_frame_equal(alone[same], both[same])
    pd.testing.assert_frame_equal(both[same], again[same])
    assert why == {"superseded": 2, "repost": 1, "deleted": 1}


def test_a_thread_of_an_archive_is_one_telling():
    turns, _ = _settled(x_hashtag, POSTS)
    assert [len(raw_ids) for raw_ids in turns["raw_ids"]].count(2) == 1


# Deletions


LINES = {
    "batch": {"id": "{id}", "action": "delete", "redacted_at": "2026-04-20T00:00:00.000Z", "reason": "deleted"},
    "suspended": {"id": "{id}", "action": "delete", "reason": "suspended"},
    "stream": {"data": {"delete": {"tweet": {"id": "{id}", "author_id": OWNER}, "event_at": "2026-04-20T00:00:00Z"}}},
    "bare": {"delete": {"tweet": {"id": "{id}", "author_id": OWNER}}},
    "renamed": {"data": {"post_delete": {"post": {"id": "{id}"}}}},
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("which", ["202", "203"])
def test_a_deletion_by_any_id_of_the_chain_takes_the_post_away(tmp_path: Path, line: dict, which: str):
    page = _page(tmp_path, _searched("203", f"話 #{TAG}", ["202", "203"]), _searched("300", f"別の話 #{TAG}"))
    gone = tmp_path / "gone.jsonl"
    gone.write_text(json.dumps(line).replace("{id}", which) + "\n")
    for order in ([page, gone], [gone, page]):
        turns, why = _settled(x_hashtag, *order)
        assert (list(turns["submission_id"]), why) == (["x:300"], {"superseded": 1, "deleted": 1})


def test_an_older_archive_brought_in_after_a_deletion_brings_nothing_back(tmp_path: Path):
    gone = tmp_path / "gone.jsonl"
    gone.write_text(json.dumps({"id": f"{T}101", "action": "delete", "redacted_at": "2026-04-03T00:00:00.000Z"}))
    turns, _ = _settled(x_hashtag, gone, POSTS)
    assert f"x:{T}101" not in set(turns["submission_id"])


def test_a_chain_that_only_a_stream_tells(tmp_path: Path):
    page, lines = _page(tmp_path, _searched("202", f"話 #{TAG}")), tmp_path / "lines.jsonl"
    edit = {"tweet_edit": {"initial_tweet_id": "202", "edit_tweet_ids": ["202", "203"]}}
    lines.write_text(json.dumps({"data": edit}))
    assert len(_settled(x_hashtag, page, lines)[0]) == 1
    lines.write_text(f"{json.dumps({'data': edit})}\n{json.dumps({'delete': {'tweet': {'id': '203'}}})}")
    assert len(_settled(x_hashtag, page, lines)[0]) == 0


def test_what_is_no_deletion_takes_nothing_away(tmp_path: Path):
    page = _page(tmp_path, _searched("1", f"話 #{TAG}", withheld={"country_codes": ["XY"]}))
    told = [{"data": {kind: {"tweet": {"id": "1"}}}} for kind in ("withheld", "drop", "undrop")]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(map(json.dumps, [{"id": "1", "action": "scrub_geo"}, *told])))
    turns, why = _settled(x_hashtag, page, lines)
    assert (len(turns), why) == (1, {"system_message": 4})
    gone = {"errors": [{"resource_id": "1", "type": "https://api.x.com/2/problems/resource-not-found"}], "meta": {}}
    lines.write_text(json.dumps(gone))
    assert len(_settled(x_hashtag, page, lines)[0]) == 1, "that a search does not find it is no proof"


# Direct messages


CHOICES = [
    ({}, 6),
    (CALL, 3),
    ({"hashtags": [TAG[:-1]]}, 0),
    ({"opens": APRIL}, 6),
    ({"opens": MAY}, 0),
    ({"conversations": ["読書会の連絡"]}, 1),
    ({"conversations": [FRIEND]}, 2),
    ({"conversations": ["https://x.com/i/user/6002"]}, 2),
    ({"conversations": ["*"], "opens": datetime(2026, 4, 5, 3, 1, tzinfo=UTC)}, 4),
    ({"conversations": []}, 0),
]


@pytest.mark.parametrize(("options", "count"), CHOICES)
def test_only_what_was_chosen(options: dict, count: int):
    assert len(list(x_dm.cut(CHATS, options))) == count
    assert x_dm.outside(CHATS, options) == 6 - count


@pytest.mark.parametrize(
    "name", ["archive.zip", "archive_one_file_broken.zip", "pages.jsonl", "default_fields_only.json"]
)
def test_nothing_of_an_unchosen_chat_is_in_any_item(name: str):
    told = all_told(x_dm.cut(FIXTURES / "x_dm" / name, CALL))
    assert TAG in told
    for trace in ("柳小路", "飲み会", "6002", "6003", "読書会", GROUP, "2040000000000000011", "2040000000000000055"):
        assert trace not in told


def test_conversations_to_choose_from():
    found = {c.key: c for c in x_dm.list_conversations(CHATS, CALL)}
    assert [(c.title, c.message_count, c.has_hashtag) for c in found.values()] == [
        ("読書会の連絡", 1, False),
        ("https://x.com/i/user/6001", 3, True),
        ("https://x.com/i/user/6002", 2, False),
    ]
    assert (found[MINE].first, found[MINE].last) == (
        datetime(2026, 4, 5, 3, 0, tzinfo=UTC),
        datetime(2026, 4, 5, 3, 2, tzinfo=UTC),
    )


def test_saved_pages_do_not_say_when_a_chat_began():
    page = FIXTURES / "x_dm" / "dm_events_2_165.json"
    assert list(x_dm.cut(page, {"opens": APRIL})) == [] and x_dm.outside(page, {"opens": APRIL}) == 3
    assert len(list(x_dm.cut(page, CALL | {"opens": APRIL}))) == 3


def test_reactions_of_others_are_no_news(tmp_path: Path):
    chats = json.loads(json.dumps(made.DIRECT))
    for conversation in chats:
        for told in conversation["dmConversation"]["messages"]:
            told.get("messageCreate", {})["reactions"] = []
    path = archive(tmp_path, direct_messages=chats, direct_messages_group=made.GROUP)
    assert [i.payload for i in x_dm.cut(path, {})] == [i.payload for i in x_dm.cut(CHATS, {})]


def test_bubbles_join_and_the_owner_is_context_and_both_ways_are_one(tmp_path: Path):
    me = {"x": [OWNER]}
    turns, why = _settled(x_dm, CHATS, me=me)
    assert (list(turns["body"]), why) == (
        [f"はじめまして。#{TAG} 連載を見た出版社から連絡が来ました & 本になりました\nつづきです"],
        {"own_message": 1},
    )
    told = [m["messageCreate"] for m in made.DIRECT[0]["dmConversation"]["messages"] if "messageCreate" in m]
    events = [
        {
            "id": m["id"],
            "event_type": "MessageCreate",
            "text": m["text"],
            "sender_id": m["senderId"],
            "dm_conversation_id": MINE,
            "created_at": m["createdAt"],
        }
        for m in told
    ]
    page = _page(tmp_path, *events)
    both, why = _settled(x_dm, page, CHATS, me=me)
    same = ["submission_id", "body", "author_id"]
    pd.testing.assert_frame_equal(both[same], turns[same])
    assert why == {"own_message": 1, "superseded": 3}


def test_one_person_is_one_contributor_in_posts_and_messages_and_ids_do_not_meet(tmp_path: Path):
    post = next(x_hashtag.cut(_page(tmp_path, _searched("7", "話") | {"author_id": HANAKO}), {}))
    event = {"id": "7", "text": "話", "sender_id": HANAKO, "dm_conversation_id": MINE}
    message = next(x_dm.cut(_page(tmp_path, event, name="dm.json"), {}))
    one, other = x_hashtag.conform(post), x_dm.conform(message)
    assert (one.namespace, one.author_id) == (other.namespace, other.author_id)
    assert one.native_id != other.native_id and one.conversation_id != other.conversation_id


ODD = st.sampled_from(
    ["null", "true", "7", "1e300", '""', '"1"', f'"#{TAG}"', '"2026-04-03T10:20:00Z"', "[]", '["1"]', "[[]]", "{}"]
)
OPTIONS = [{}, CALL, CALL | {"opens": APRIL}, {"conversations": [MINE]}]
EVENTS = json.loads((FIXTURES / "x_dm" / "dm_events_2_165.json").read_text(encoding="utf-8"))
PAGE = json.loads((FIXTURES / "x_hashtag" / "new_names.json").read_text(encoding="utf-8"))
POSTS_OF = [*made.POSTS[:2], *made.POSTS[3:6]]
OWN = [{"account": {"accountId": OWNER, "username": "yuge_bandai", "accountDisplayName": "湯気番台"}}]
LINE = {
    "data": {"tweet_edit": {"tweet": {"id": "1"}, "edit_tweet_ids": ["1", "2"], "event_at": "2026-04-03T10:20:00Z"}}
}


@st.composite
def damaged(draw, whole: object) -> object:
    """A JSON value with something odd in up to three places, however deep."""
    value = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        inner, depth = value, draw(st.integers(0, 7))
        while isinstance(inner, dict | list) and inner:
            at = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
            if depth == 0 or not isinstance(inner[at], dict | list) or not inner[at]:
                inner[at] = json.loads(draw(ODD))  # a new one each time
                break
            inner, depth = inner[at], depth - 1
    return value


def _understood(module, path: Path, options: dict) -> None:
    try:
        items = list(module.cut(path, options))
    except Unreadable:
        return
    assert module.outside(path, options) >= 0
    for item in items:
        assert item.item_id and (item.problem or item.payload is not None)
        try:
            message = None if item.problem else module.conform(item)
        except Unreadable:
            continue
        if message:
            messages_of(module, [item])
            assert isinstance(message.body, str) and isinstance(message.native_id, str)
            assert isinstance(message.author_id, str | None) and isinstance(message.conversation_id, str | None)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(damaged(POSTS_OF), damaged(made.NOTES), damaged(made.DIRECT), damaged(OWN), st.sampled_from(OPTIONS))
def test_lists_of_any_shape_are_messages_or_unreadable(tmp_path_factory, posts, notes, chats, own, options):
    folder = tmp_path_factory.mktemp("any")
    chats = {"direct_messages": chats, "direct_messages_group": made.GROUP, "account": own}
    _understood(x_dm, archive(folder, "b.zip", **chats), options)
    lists = {"tweets": posts, "note_tweet": notes, "deleted_tweets": posts, "account": own}
    _understood(x_hashtag, archive(folder, "a.zip", **lists), options)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(damaged(EVENTS), damaged(PAGE), damaged(LINE), st.sampled_from(OPTIONS))
def test_answers_of_any_shape_are_messages_or_unreadable(tmp_path_factory, events, page, line, options):
    path = tmp_path_factory.mktemp("any") / "a.json"
    for module, value in ((x_dm, events), (x_hashtag, page), (x_hashtag, line)):
        path.write_text(json.dumps(value))
        _understood(module, path, options)
