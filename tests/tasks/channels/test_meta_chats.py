"""Exports of Meta's in parts, encrypted chats and HTML beside them: chosen over all, counted once, in any order."""

from __future__ import annotations

import html
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import conform
from tasks.channels import facebook_messenger as facebook
from tasks.inbox import land_inbox
from tasks.land import land
from tasks.link import link
from tasks.sources import meta_html
from tasks.sources.meta_export import said as told_by
from tasks.turns import settle
from tests.standins.meta_exports import (
    FACEBOOK_TEXT,
    HANAKO,
    JIRO,
    ROOT,
    START,
    TAG,
    html_page,
    page,
    said,
    sealed,
    whispered,
    write_zip,
)
from warehouse.lake import Lake, read_parquet

NOW = datetime(2026, 7, 1, tzinfo=UTC)
OPENS = datetime.fromtimestamp(START / 1000, UTC)
CALL = {"hashtags": [TAG], "opens": OPENS}
CHANNEL = "facebook_messenger"


def inbox(thread: str, number: int, messages: list[dict], **more) -> dict[str, object]:
    return {f"{ROOT}/inbox/{thread}/message_{number}.json": page(messages, thread=f"inbox/{thread}", **more)}


def landed(lake: Lake, files, options=CALL, later: int = 0):
    return land(lake, CHANNEL, files, options, NOW + timedelta(days=later), "run")


def raw_ids(lake: Lake) -> set[str]:
    return {i for file in lake.raw_files() for i in read_parquet(file, ["raw_id"])["raw_id"].to_pylist()}


def bodies(lake: Lake) -> list[str]:
    return sorted(m["body"] for m in conform.messages(lake).to_pylist() if not m["set_aside"])


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path / "home")


# A thread as its pages, oldest first: of each message its minute and its words; equal ones occur.
_MESSAGES = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(["はい", "話です", f"#{TAG}"])), min_size=1, max_size=4
)
_PAGES = st.lists(_MESSAGES, min_size=1, max_size=4)


@settings(max_examples=30)
@given(_PAGES, st.data())
def test_parts_in_any_arrangement_and_order_are_one_export(pages, data):
    members = {}
    for number, told in enumerate(reversed(pages), 1):
        members |= inbox("yamada_123", number, [said(HANAKO, minute + 10 * number, text) for minute, text in told])
    part_of = data.draw(st.lists(st.integers(0, 2), min_size=len(members), max_size=len(members)))
    with TemporaryDirectory() as folder:
        whole = write_zip(Path(folder) / "whole.zip", members | inbox("other_1", 1, [said(JIRO, -9, "秘密")]))
        parts = [
            write_zip(
                Path(folder) / f"facebook-a-2026-07-01-x-{n}.zip",
                {name: value for (name, value), p in zip(members.items(), part_of, strict=True) if p == n}
                | {f"{ROOT}/inbox/yamada_123/photos/{n}.jpg": b"\xff"},
            )
            for n in range(3)
        ]
        one, split = Lake(Path(folder) / "one"), Lake(Path(folder) / "split")
        first = landed(one, [whole], {"hashtags": [TAG]})
        done = landed(split, data.draw(st.permutations(parts)), {"hashtags": [TAG]})
        assert raw_ids(one) == raw_ids(split) and first.quarantined == done.quarantined == 0
        assert bool(first.new) == any(text == f"#{TAG}" for told in pages for _, text in told)
        assert landed(split, [whole], {"hashtags": [TAG]}).new == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_part_that_waits_alone_is_looked_at_again_when_the_others_come(tmp_path, lake, order):
    parts = [
        inbox("yamada_123", 3, [said(HANAKO, -1, "募集の前"), said(HANAKO, 0, "古い話")]),
        inbox("yamada_123", 2, [said(HANAKO, 1, "中ほど")]) | inbox("mother_1", 1, [said(JIRO, -5, "秘密")]),
        inbox("yamada_123", 1, [said(HANAKO, 2, f"新しい話 #{TAG}")]),
    ]
    (folder := tmp_path / "inbox").mkdir()
    for n in order:
        write_zip(folder / f"part-{n}.zip", parts[n])
        last = land_inbox(lake, CHANNEL, folder, CALL, NOW, "run")
    assert bodies(lake) == sorted(["古い話", "中ほど", f"新しい話 #{TAG}"])
    assert last.outside == 2 and land_inbox(lake, CHANNEL, folder, CALL, NOW, "run").skipped == 3


def test_a_thread_begins_where_any_part_says_so(tmp_path, lake):
    old = write_zip(tmp_path / "1.zip", inbox("yamada_123", 2, [said(HANAKO, -9, "昔から")]))
    new = write_zip(tmp_path / "2.zip", inbox("yamada_123", 1, [said(HANAKO, 9, "募集のあと")]))
    assert landed(lake, [old, new], {"opens": OPENS}).items == 0
    assert landed(lake, [new], {"opens": OPENS}).items == 1, "alone it looks as if it had just begun"


def test_ids_do_not_depend_on_pages_boxes_and_later_exports(tmp_path, lake):
    told = [said(HANAKO, n, f"{n} #{TAG}") for n in range(6)]
    first = inbox("yamada_123", 1, told[2:4]) | inbox("yamada_123", 2, told[:2])
    moved = page(told, thread="archived_threads/yamada_123")
    landed(lake, [write_zip(tmp_path / "june.zip", first)])
    later = landed(
        lake, [write_zip(tmp_path / "july.zip", {f"{ROOT}/archived_threads/yamada_123/message_1.json": moved})]
    )
    assert (later.items, later.new, later.known) == (6, 2, 4)


def test_a_part_of_pictures_alone_is_no_error_and_a_strange_archive_beside_it_is(tmp_path, lake):
    pictures = write_zip(tmp_path / "1.zip", {f"{ROOT}/inbox/yamada_123/photos/1.jpg": b"\xff"})
    strange = write_zip(tmp_path / "2.zip", {"photos/1.jpg": b"\xff"})
    done = landed(lake, [pictures, strange])
    assert done.notices == [("2.zip", "wrong_shape", "no messages/…/message_1.json")]


# The separate export of end-to-end encrypted chats.


def test_a_chat_goes_on_in_the_encrypted_export(tmp_path, lake):
    before = {
        f"{ROOT}/e2ee_cutover/yamada_123/message_1.json": page(
            [said(HANAKO, 0, f"はじめ #{TAG}")], thread="e2ee_cutover/yamada_123"
        )
    }
    after = {
        f"{HANAKO}_40.json": sealed([whispered(HANAKO, 5, "続き")]),
        f"{JIRO}_7.json": sealed([whispered(JIRO, 5, "秘密")], JIRO, 7),
    }
    files = [write_zip(tmp_path / "a.zip", before), write_zip(tmp_path / "e2ee.zip", after)]
    done = landed(lake, files)
    rows = conform.messages(lake).to_pylist()
    assert {row["body"] for row in rows} == {f"はじめ #{TAG}", "続き"} and done.outside == 1
    assert {(row["conversation_id"], row["author_id"]) for row in rows} == {("yamada_123", f"yamada_123/{HANAKO}")}
    listed = facebook.list_conversations(files[1], {"beside": files})
    assert [c.key for c in listed if c.title == HANAKO] == ["e2ee_cutover/yamada_123"]


def test_of_two_people_with_one_name_neither_chat_is_taken_for_the_other(tmp_path, lake):
    ordinary = inbox("yamada_123", 1, [said(HANAKO, 0, f"はじめ #{TAG}")])
    namesakes = {f"{HANAKO}_{n}.json": sealed([whispered(HANAKO, n, f"秘密 {n}")], number=n) for n in (40, 41)}
    landed(lake, [write_zip(tmp_path / "a.zip", ordinary), write_zip(tmp_path / "e2ee.zip", namesakes)])
    assert bodies(lake) == [f"はじめ #{TAG}"]


def test_an_encrypted_chat_has_no_known_beginning(tmp_path, lake):
    path = write_zip(tmp_path / "e2ee.zip", {f"{HANAKO}_40.json": sealed([whispered(HANAKO, 5, "続き")])})
    assert landed(lake, [path], {"opens": OPENS}).items == 0
    assert landed(lake, [path], {"opens": OPENS, "conversations": [HANAKO]}).items == 1


def test_a_copy_in_both_exports_is_the_same_message(tmp_path, lake):
    ordinary = inbox("yamada_123", 1, [said(HANAKO, 0, f"話 #{TAG}"), said(HANAKO, 1, "続き")])
    copies = {f"{HANAKO}_40.json": sealed([whispered(HANAKO, 0, f"話 #{TAG}"), whispered(HANAKO, 1, "続き")])}
    landed(lake, [write_zip(tmp_path / "a.zip", ordinary), write_zip(tmp_path / "e2ee.zip", copies)])
    ids = [row["submission_id"] for row in conform.messages(lake).to_pylist()]
    assert (len(ids), len(set(ids))) == (4, 2)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_was_unsent_takes_back_what_came_before_and_after(tmp_path, lake, is_late: bool):
    told = write_zip(
        tmp_path / "june.zip", {f"{HANAKO}_40.json": sealed([whispered(HANAKO, 0, f"やはり伏せたい話 #{TAG}")])}
    )
    unsent = write_zip(
        tmp_path / "july.zip",
        {f"{HANAKO}_40.json": sealed([whispered(HANAKO, 0, f"やはり伏せたい話 #{TAG}", isUnsent=True)])},
    )
    for n, file in enumerate([unsent, told] if is_late else [told, unsent]):
        landed(lake, [file], {}, later=n)
    turns, aside = settle(conform.messages(lake).to_pandas(), {}, [TAG], None, 60)
    assert len(turns) == 0 and sorted(aside["reason"]) == ["deleted", "superseded"]


@pytest.mark.parametrize("export", ["ordinary", "sealed"])
def test_the_words_of_what_was_unsent_are_stored_nowhere(tmp_path, lake, export: str):
    ordinary = inbox(
        "yamada_123", 1, [said(HANAKO, 0, "取り消した言葉", is_unsent=True, share={"link": "取り消した言葉"})]
    )
    encrypted = {f"{HANAKO}_40.json": sealed([whispered(HANAKO, 0, "取り消した言葉", isUnsent=True)])}
    done = landed(lake, [write_zip(tmp_path / "a.zip", ordinary if export == "ordinary" else encrypted)], {})
    assert done.new == 1
    (row,) = [row for file in lake.raw_files() for row in read_parquet(file).to_pylist()]
    assert "取り消した言葉" not in json.dumps(json.loads(row["payload"]), ensure_ascii=False) + str(row["context"])
    assert "取り消した言葉".encode().decode("latin-1") not in str(json.loads(row["payload"]))


# HTML.


def test_json_outranks_html_of_the_same_thread_wherever_it_lies(tmp_path, lake):
    as_html = {
        f"{ROOT}/inbox/yamada_123/message_1.html": html_page(HANAKO, [(HANAKO, f"話 #{TAG}", "2026年3月13日 9:00")])
    }
    files = [
        write_zip(tmp_path / "a.zip", as_html),
        write_zip(tmp_path / "b.zip", inbox("yamada_123", 1, [said(HANAKO, 0, f"話 #{TAG}")])),
    ]
    landed(lake, files)
    assert [row["zone"] for row in conform.messages(lake).to_pylist()] == ["explicit"]


def test_a_telling_by_html_and_by_json_is_one_story(tmp_path, lake):
    """They cannot share an identity: HTML knows minutes, in a zone that it does not tell. Equal text links them."""
    first, second = FACEBOOK_TEXT[:20], FACEBOOK_TEXT[20:]
    as_html = html_page(HANAKO, [(HANAKO, second, "2026年3月13日 9:00"), (HANAKO, first, "2026年3月13日 9:00")])
    landed(lake, [write_zip(tmp_path / "a.zip", {f"{ROOT}/inbox/yamada_123/message_1.html": as_html})], {})
    landed(
        lake,
        [write_zip(tmp_path / "b.zip", inbox("yamada_123", 1, [said(HANAKO, 0, first), said(HANAKO, 0.1, second)]))],
        {},
    )
    turns, _ = settle(conform.messages(lake).to_pandas(), {}, [TAG], None, 60)
    told = turns.assign(contributor_ref=turns["author_id"])
    linked, *_ = link(told, b"key")
    assert (len(turns), linked["story_id"].nunique()) == (2, 1)
    assert {body.replace("\n", "") for body in turns["body"]} == {FACEBOOK_TEXT}


HTML_TIMES = {
    "Oct 19, 2019, 2:37 PM": True,
    "Oct 19, 2019, 2:37\u202fPM": True,
    "Oct 19, 2019 at 2:37 PM": True,
    "Oct 19, 2019 2:37:08 pm": True,
    "19 Oct 2019, 14:37": True,
    "2019年10月19日 14:37": True,
    "2019年10月19日14:37": True,
    "2019/10/19 14:37": True,
    "10月 19, 2019 2:37 午後": True,
    "2019年10月19日": False,
    "14:37": False,
    "31 Feb 2019, 14:37": False,
}


@pytest.mark.parametrize(("written", "is_time"), HTML_TIMES.items())
def test_times_of_html(written: str, is_time: bool):
    title, messages = meta_html.read_html(html_page(HANAKO, [(HANAKO, "話", written)]))
    assert title == HANAKO and len(messages) == is_time
    if is_time:
        at = told_by(messages[0]).at
        assert (at.hour, at.minute) == (5, 37)


@settings(max_examples=50)
@given(st.text(max_size=30), st.text(alphabet="<>&/='\" divh2a", max_size=40))
def test_no_words_of_a_message_make_another_one(words: str, markup: str):
    page_ = html_page(HANAKO, [(HANAKO, html.escape(words + markup), "2026年3月13日 9:00")] * 2)
    assert len(meta_html.read_html(page_)[1]) in ((2,) if (words + markup).strip() else (0, 2))
