"""A Page's inbox against a stand-in: only chosen conversations are kept; what an export has too counts once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.channels import facebook_messenger as facebook
from tasks.http import Client
from tasks.items import raw_id
from tasks.live import Well, draw
from tests.standins import api, meta_exports
from tests.standins.messenger import PAGE_ID, START, TAG, TOKEN, Conversation, PageInbox
from tests.standins.raw import RawServer

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STORY = f"話です。 #{TAG}"
LATER = [(n, f"{n}通目") for n in range(1, 40)]


@pytest.fixture
def server():
    with RawServer(lambda *_: ()) as running:
        yield running


@pytest.fixture
def pull(server: RawServer, tmp_path: Path, monkeypatch):
    """pull(answers, cursor, **options): (cursor, notices, items, bytes kept) of one pull; span by since and until."""
    monkeypatch.setenv("PAGE_TOKEN", TOKEN)

    def one(answers, cursor=None, since=None, until=None, **options):
        server.script = answers if isinstance(answers, api.Api) else api.Api(answers)
        told = {
            "api": f"{server.url}/v25.0",
            "page_id": PAGE_ID,
            "token_env": "PAGE_TOKEN",
            "hashtags": [TAG],
        } | options
        with Client(trusted=frozenset({"127.0.0.1"}), sleep=lambda _: None) as http:
            well = Well(tmp_path / "inbox", told, cursor or {}, NOW, http, since, until)
            new = draw(facebook, well)
        items = [
            item for path in facebook.fetch(p for p in [well.inbox] if p.exists()) for item in facebook.cut(path, told)
        ]
        kept = b"".join(path.read_bytes() for path in well.kept)
        well.empty()
        return new, well.notices, items, kept

    return one


def bodies(items) -> list[str]:
    return sorted(facebook.conform(item).body for item in items)


def test_every_chosen_conversation_once_and_nothing_of_the_others(pull):
    chosen = [Conversation(n, f"人{n}", [(n, STORY), (n + 1, f"続き{n}")]) for n in range(60)]
    secret = [Conversation(100 + n, "母", [(n, f"秘密の話{n}")]) for n in range(60)]
    cursor, notices, items, kept = pull(PageInbox([*chosen, *secret], size=7))
    assert bodies(items) == sorted(text for c in chosen for _, text in c.texts) and notices == []
    everything = kept.decode() + json.dumps(cursor, ensure_ascii=False)
    assert "秘密" not in everything and "母" not in everything and "t_100" not in everything
    assert TOKEN not in everything and "@facebook.com" not in everything


def test_the_next_pull_brings_what_is_new_also_when_the_hashtag_is_out_of_sight(pull):
    one = Conversation(1, "花子", [(0, STORY), *LATER[:18]])
    inbox = PageInbox([one, *(Conversation(50 + n, "母", [(n, "秘密")]) for n in range(18))])
    cursor, _, first, _ = pull(inbox)
    one.texts += [(100 + n, f"あと{n}") for n in range(20)]
    again, notices, second, _ = pull(inbox, cursor)
    assert bodies(second) == sorted(f"あと{n}" for n in range(20)) and notices == []
    assert len(first) == 19 and again["chosen"] == ["t_1"]
    third = pull(inbox, again)[2]
    assert {raw_id("f", i) for i in third} <= {raw_id("f", i) for i in second}, "an overlap brings back what is known"


def test_a_conversation_that_is_chosen_later_brings_what_was_said_before(pull):
    one = Conversation(1, "花子", [(n, f"{n}通目") for n in range(3)])
    inbox = PageInbox([one, Conversation(2, "次郎", [(900, STORY)])])
    cursor, _, first, _ = pull(inbox)
    one.texts.append((1000, STORY))
    assert bodies(first) == [STORY]
    assert bodies(pull(inbox, cursor)[2]) == ["0通目", "1通目", "2通目", STORY, STORY]


def test_what_is_further_back_than_the_api_tells_is_no_deletion_and_is_told(pull):
    _, notices, items, _ = pull(PageInbox([Conversation(1, "花子", [*LATER[:30], (50, STORY)])]))
    assert len(items) == 20 and notices == [("messages_missed", "11")]
    assert all(facebook.conform(item).set_aside is None for item in items)


@pytest.mark.parametrize(("first", "is_taken"), [(-1, False), (1, True)])
def test_by_opening_only_what_began_since_also_beyond_twenty_messages(pull, first: int, is_taken: bool):
    told = Conversation(1, "花子", [(first, "はじめ"), *((n, f"{n}通目") for n in range(2, 300))])
    _, _, items, _ = pull(PageInbox([told]), opens=START, hashtags=[])
    assert len(items) == (20 if is_taken else 0)


def test_messages_from_before_the_opening_are_not_kept(pull):
    told = Conversation(1, "花子", [(-5, "前の話"), (5, STORY)])
    _, _, items, kept = pull(PageInbox([told]), opens=START)
    assert bodies(items) == [STORY] and "前の話" not in kept.decode()


def test_named_conversations(pull):
    inbox = PageInbox(
        [Conversation(1, "花子", [(0, "一")]), Conversation(2, "次郎", [(0, "二")]), Conversation(3, "母", [(0, "三")])]
    )
    assert bodies(pull(inbox, conversations=["花子", "t_2"])[2]) == ["一", "二"]


def test_a_span(pull):
    inbox = PageInbox([Conversation(1, "花子", [(n, f"{n:02} #{TAG}") for n in range(10)])])
    at = lambda n: START + timedelta(minutes=n)  # noqa: E731
    assert bodies(pull(inbox, since=at(3), until=at(5))[2]) == [f"03 #{TAG}", f"04 #{TAG}"]


def test_a_next_page_in_another_house_is_not_asked_for(pull):
    many = [Conversation(n, "花子", [(n, STORY)]) for n in range(9)]
    cursor, notices, _, _ = pull(PageInbox(many, size=3, elsewhere=True))
    assert (cursor, [told for told, _ in notices]) == (None, ["address_refused"])


FAULTS = {
    "expired token": (lambda *_: (400, {"error": {"code": 190}}), "not_allowed"),
    "rate limit by a code": (lambda *_: (400, {"error": {"code": 80006}}), "rate_limited"),
    "server error": (api.Api(lambda *_: (200, {}), api.busy), "server_error"),
    "cut off": (api.Api(lambda *_: (200, {"data": []}), api.cut_off), "answer_broken"),
    "no list": (lambda *_: (200, {"id": "1"}), "answer_broken"),
}


@pytest.mark.parametrize(("answers", "problem"), FAULTS.values(), ids=FAULTS)
def test_faults_are_told_and_move_no_cursor(pull, answers, problem: str):
    cursor, notices, items, _ = pull(answers, {"updated_time": "2026-04-01T00:00:00+00:00"})
    assert (cursor, [told for told, _ in notices], items) == (None, [problem], [])


def test_broken_half_way_the_next_pull_completes_it(pull):
    inbox = PageInbox([Conversation(n, f"人{n}", [(n, f"{n} #{TAG}")]) for n in range(30)], size=10)
    cursor, notices, first, _ = pull(api.Api(inbox, {1: api.cut_off}))
    assert cursor is None and 0 < len(first) < 30 and [told for told, _ in notices] == ["answer_broken"]
    assert {*bodies(first), *bodies(pull(inbox, cursor)[2])} == {f"{n} #{TAG}" for n in range(30)}


def test_a_page_that_comes_again_ends_the_walk(pull):
    inbox = PageInbox([Conversation(n, "花子", [(n, STORY)]) for n in range(9)], size=3)
    script = api.Api(lambda path, query, headers: inbox(path, query | {"after": "0"}, headers))
    cursor, notices, _, _ = pull(script)
    assert (cursor, [told for told, _ in notices]) == (None, ["paging_loop"]) and script.count < 9


@pytest.mark.parametrize("missing", [{"page_id": None}, {"token_env": "NOT_SET"}])
def test_settings_that_are_missing(pull, missing: dict):
    cursor, notices, _, _ = pull(PageInbox([]), **missing)
    assert cursor is None and notices[0][0] in ("option_missing", "no_secret")


def test_a_message_by_the_api_and_by_an_export_is_the_same_one_and_the_export_outranks(pull, tmp_path: Path):
    words = ["はい", "はい", "短い", STORY]
    minutes = [0.0, 0.0, 1.0, 2.5]
    items = pull(PageInbox([Conversation(1, "花子", list(zip(minutes, words, strict=True)))]))[2]
    at = START.timestamp() * 1000
    said = [
        {"sender_name": "花子", "timestamp_ms": round(at + m * 60_000) + 987, "content": w}
        for m, w in zip(minutes, words, strict=True)
    ]
    export = meta_exports.write_zip(
        tmp_path / "export.zip",
        {f"{meta_exports.ROOT}/inbox/hanako_1/message_1.json": meta_exports.page(said, ("花子", "本の著者のページ"))},
    )
    api_told = {m.native_id: m for m in map(facebook.conform, items)}
    export_told = {m.native_id: m for m in map(facebook.conform, facebook.cut(export, {}))}
    assert api_told.keys() == export_told.keys() and len(api_told) == 4
    assert all(export_told[name].posted_at > told.posted_at for name, told in api_told.items())
