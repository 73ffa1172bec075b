"""Instagram: chats as Messenger's, and of what the account itself wrote only what belongs to the call."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks import conform
from tasks.channels import Unreadable, instagram
from tasks.land import land
from tasks.turns import settle
from tests.standins.meta_exports import COMMENTS, HANAKO, POSTS, START, TAG, page, said, write_zip
from warehouse.lake import Lake

EXPORT = Path(__file__).parents[2] / "fixtures" / "instagram" / "export.zip"
ROOT = "your_instagram_activity"
OPENS = datetime.fromtimestamp(START / 1000, UTC)
HANAKO_SAID, JIRO_SAID, OWN, OWN_WITH_TAG = 5, 1, 8, 5

# options, messages of Hanako's chat (tagged), of Jiro's (January), own posts and comments
CHOICES = [
    ({}, HANAKO_SAID, JIRO_SAID, OWN),
    ({"hashtags": [TAG]}, HANAKO_SAID, 0, OWN_WITH_TAG),
    ({"opens": OPENS}, HANAKO_SAID, 0, OWN),
    ({"opens": OPENS + timedelta(seconds=6), "hashtags": [TAG]}, HANAKO_SAID - 1, 0, 2),
    ({"conversations": [], "hashtags": [TAG]}, 0, 0, OWN_WITH_TAG),
    ({"conversations": ["jiro_2"], "hashtags": [TAG]}, 0, JIRO_SAID, OWN_WITH_TAG),
]


@pytest.mark.parametrize(("options", "hanako", "jiro", "own"), CHOICES)
def test_only_what_was_chosen(options: dict, hanako: int, jiro: int, own: int):
    items = list(instagram.cut(EXPORT, options))
    threads = [item.context.get("thread_path") for item in items]
    assert (threads.count("inbox/hanako_1"), threads.count("inbox/jiro_2"), threads.count(None)) == (hanako, jiro, own)
    assert instagram.outside(EXPORT, options) == HANAKO_SAID + JIRO_SAID + OWN - len(items)


FACEBOOKS = ["your_facebook_activity", "your_activity_across_facebook", "old/your_facebook_activity"]


@pytest.mark.parametrize("root", FACEBOOKS)
def test_an_export_of_facebooks_in_the_wrong_folder_is_not_taken_for_instagrams(tmp_path, root):
    export = tmp_path / "facebook.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr(f"{root}/messages/inbox/yamada_123/message_1.json", json.dumps(page([said(HANAKO, 0, "話")])))
        archive.writestr(f"{root}/messages/photos/a.jpg", b"")
    with pytest.raises(Unreadable, match="wrong_shape"):
        list(instagram.cut(export, {}))


def test_conversations_to_choose_from():
    told = [(c.key, c.title, c.has_hashtag) for c in instagram.list_conversations(EXPORT, {"hashtags": [TAG]})]
    assert told == [("inbox/hanako_1", HANAKO, True), ("inbox/jiro_2", "鈴木次郎", False)]


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path / "home")


def landed(lake: Lake, path: Path, later: int = 0, **options):
    return land(lake, "instagram", [path], options, OPENS + timedelta(days=90 + later), "run")


def turns_of(lake: Lake, **me) -> list[str]:
    turns, _ = settle(conform.messages(lake).to_pandas(), me, [TAG], None, 60)
    return sorted(turns["body"])


def test_own_posts_are_the_owners_own_unless_the_export_is_somebody_elses(lake, tmp_path):
    posts = write_zip(tmp_path / "posts.zip", {f"{ROOT}/media/posts_1.json": POSTS})
    assert landed(lake, posts, hashtags=[TAG]).new == 2 and turns_of(lake) == []
    other = Lake(tmp_path / "other")
    landed(other, posts, hashtags=[TAG], owner="hanako_example")
    assert turns_of(other) == [f"一枚目に ＃{TAG}", f"題がここ #{TAG}"]
    assert turns_of(other, instagram=["hanako_example"]) == []


def test_a_changed_caption_is_a_revision_and_a_post_in_two_files_is_one(lake, tmp_path):
    changed = [POSTS[0] | {"title": f"直した題 #{TAG}"}]
    first = write_zip(
        tmp_path / "1.zip", {f"{ROOT}/media/posts_1.json": POSTS[:1], f"{ROOT}/media/archived_posts.json": POSTS[:1]}
    )
    assert landed(lake, first, owner="a").new == 1
    landed(lake, write_zip(tmp_path / "2.zip", {f"{ROOT}/media/posts_1.json": changed}), later=1, owner="a")
    assert turns_of(lake) == [f"直した題 #{TAG}"]


def test_later_exports_add_only_what_is_new(lake, tmp_path):
    told = [said(HANAKO, n, f"話 {n}") for n in range(3)]
    for n in (2, 3):
        chat = page(told[:n], thread="inbox/hanako_1")
        export = {
            f"{ROOT}/messages/inbox/hanako_1/message_1.json": chat,
            f"{ROOT}/comments/post_comments_1.json": COMMENTS[: n - 1],
        }
        done = landed(lake, write_zip(tmp_path / f"{n}.zip", export))
    assert (done.items, done.new) == (5, 2)


# fields of a comment in the order they stand, (text, whose post)
COMMENT_SHAPES = {
    "English": ([("Comment", "すてき"), ("Media Owner", "hanako_example")], ("すてき", "hanako_example")),
    "Japanese": ([("コメント", "すてき"), ("メディア所有者", "hanako_example")], ("すてき", "hanako_example")),
    "owner first": (
        [("メディア所有者", "hanako_example"), ("コメント", "すてき な話")],
        ("すてき な話", "hanako_example"),
    ),
    "both look like handles": ([("Comment", "nice"), ("Media Owner", "hanako_example")], ("nice", "hanako_example")),
    "own post": ([("Comment", "すてき")], ("すてき", "")),
    "no text": ([("Comment", ""), ("Media Owner", "hanako_example")], ("", "hanako_example")),
}


@pytest.mark.parametrize(("fields", "told"), COMMENT_SHAPES.values(), ids=COMMENT_SHAPES)
@pytest.mark.parametrize("time_first", [False, True])
def test_comments_are_read_by_what_their_fields_hold(fields, told, time_first: bool):
    time = [("時間", {"timestamp": 1_773_360_000})]
    texts = [(name, {"value": value}) for name, value in fields]
    values = dict(time + texts if time_first else texts + time)
    words, seconds, owner = instagram._comment({"string_map_data": values})
    assert (words, owner, seconds) == (*told, 1_773_360_000)


ODD = {
    "no object": [1],
    "no map": [{"media_list_data": []}],
    "map is a list": [{"string_map_data": []}],
    "posts for comments": POSTS[:1],
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_one_odd_comment_costs_itself(tmp_path, value):
    path = write_zip(tmp_path / "a.zip", {f"{ROOT}/comments/post_comments_1.json": [*value, COMMENTS[1]]})
    odd, good = instagram.cut(path, {})
    assert odd.problem == "wrong_shape" and instagram.conform(good).body == "自分の投稿に"
