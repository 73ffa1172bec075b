"""Live doors of four APIs against loopback servers written from their documents: nothing lost, nothing doubled, and
what could not be asked is told and asked again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from tasks.channels import Message, bluesky, mastodon, threads, youtube
from tasks.http import Client
from tasks.items import raw_id
from tasks.live import Well, draw
from tests.standins import api
from tests.standins import bluesky as bluesky_api
from tests.standins import mastodon as mastodon_api
from tests.standins import threads as threads_api
from tests.standins import youtube as youtube_api
from tests.standins.raw import RawServer, unused_port

TAG = "本のネタにしてもいいよ"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = 1_775_000_000_000  # ms, 2026-03-31
MINUTE = 60_000


@dataclass
class Source:
    """A channel and its stand-in. more(answers): the source gets one post more, which is returned by its native id."""

    module: ModuleType
    answers: Callable
    options: Callable[[str], dict]  # url of the server -> settings
    more: Callable[[object], str]
    native_ids: Callable[[object], set[str]]
    environment: dict[str, str] = field(default_factory=dict)


def _mastodon() -> Source:
    def more(server) -> str:
        server.statuses.append(mastodon_api.status(FIRST + 500 * MINUTE))
        return server.statuses[-1]["uri"]

    return Source(
        mastodon,
        mastodon_api.Mastodon([mastodon_api.status(FIRST + n * MINUTE) for n in range(95)]),
        lambda url: {"instances": [url]},
        more,
        lambda server: {s["uri"] for s in server.statuses},
    )


def _bluesky() -> Source:
    def more(server) -> str:
        server.posts.append(bluesky_api.post(5000))
        return server.posts[-1]["uri"]

    return Source(
        bluesky,
        bluesky_api.Bluesky([bluesky_api.post(n) for n in range(250)], scrolls=120, page=50),
        lambda url: {"api": url},
        more,
        lambda server: {p["uri"] for p in server.posts},
    )


def _threads() -> Source:
    def more(server) -> str:
        server.posts.append(threads_api.post(5000))
        return server.posts[-1]["id"]

    posts = [threads_api.post(n, f"user{n % 3}", is_topic=n % 2 == 0) for n in range(240)]
    return Source(
        threads,
        threads_api.Threads(posts, page=50),
        lambda url: {"api": url, "token_env": "THREADS_TEST_TOKEN"},
        more,
        lambda server: {p["id"] for p in server.posts},
        {"THREADS_TEST_TOKEN": threads_api.TOKEN},
    )


def _youtube() -> Source:
    def more(server) -> str:
        server.threads.append((youtube_api.comment(5000), []))
        return server.threads[-1][0]["id"]

    def of(n: int) -> tuple[dict, list[dict]]:
        top = youtube_api.comment(n)
        return top, [youtube_api.comment(n + r, parent=top["id"]) for r in range(12 if n % 40 == 0 else n % 3)]

    return Source(
        youtube,
        youtube_api.YouTube([of(n) for n in range(90)], page=40),
        lambda url: {"api": url, "videos": [youtube_api.VIDEO], "key_env": "YOUTUBE_TEST_KEY"},
        more,
        lambda server: {c["id"] for top, replies in server.threads for c in (top, *replies)},
        {"YOUTUBE_TEST_KEY": youtube_api.KEY},
    )


SOURCES = {"mastodon": _mastodon, "bluesky": _bluesky, "threads": _threads, "youtube": _youtube}


@pytest.fixture(params=SOURCES)
def source(request, monkeypatch) -> Source:
    made = SOURCES[request.param]()
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@dataclass
class Pulled:
    cursor: Mapping | None
    notices: list[tuple[str, str]]
    messages: list[Message]
    raw_ids: set[str]
    kept: list[bytes]
    waits: list[float]

    @property
    def native_ids(self) -> list[str]:
        return [message.native_id for message in self.messages]


@pytest.fixture
def server():
    """One address for a whole test, as cursors go by address; `pull` sets what it answers."""
    with RawServer(lambda *_: ()) as running:
        yield running


@pytest.fixture
def pull(server: RawServer, tmp_path: Path):
    """pull(module, script, options, cursor, **span): one pull, and what `cut` and `conform` make of what was kept."""

    def one(
        module: ModuleType, script, options: Callable[[str], dict], cursor: Mapping | None = None, **span
    ) -> Pulled:
        waits: list[float] = []
        server.script = script
        told = {"hashtags": ["#" + TAG], **options(server.url)}
        with Client(trusted=frozenset({"127.0.0.1"}), sleep=waits.append) as http:
            well = Well(tmp_path / "inbox", told, cursor or {}, NOW, http, **span)
            new = draw(module, well)
        items = [item for path in well.kept for item in module.cut(path, told)]
        kept = [path.read_bytes() for path in well.kept]
        well.empty()
        messages, channel = [module.conform(item) for item in items], module.__name__.rpartition(".")[2]
        return Pulled(new, well.notices, messages, {raw_id(channel, item) for item in items}, kept, waits)

    return one


def test_everything_once_and_then_only_what_is_new(source: Source, pull):
    first = pull(source.module, api.Api(source.answers), source.options)
    assert (set(first.native_ids), first.notices) == (source.native_ids(source.answers), [])
    new = source.more(source.answers)
    second = pull(source.module, api.Api(source.answers), source.options, first.cursor)
    assert new in second.native_ids
    assert len(second.raw_ids - first.raw_ids) == 1, "an overlap brings back only what is known"
    third = pull(source.module, api.Api(source.answers), source.options, second.cursor)
    assert third.raw_ids <= first.raw_ids | second.raw_ids and third.notices == []


PASSING = {
    "503 twice": {0: api.busy, 1: api.busy},
    "reset in a body": {1: api.reset},
    "429 with a wait": {2: api.too_many},
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_faults_that_pass_cost_nothing(source: Source, pull, faults: dict):
    got = pull(source.module, api.Api(source.answers, faults), source.options)
    assert set(got.native_ids) == source.native_ids(source.answers)
    assert (got.notices, bool(got.waits)) == ([], True)
    assert api.too_many not in faults.values() or got.waits == [7.0]


LASTING = {
    "5xx": (api.busy, "server_error"),
    "reset": (api.reset, "no_connection"),
    "429 until tomorrow": (api.come_back_tomorrow, "rate_limited"),
    "cut off": (api.cut_off, "answer_broken"),
    "401": (api.closed, "not_allowed"),
}


@pytest.mark.parametrize(("fault", "problem"), LASTING.values(), ids=LASTING)
def test_faults_that_last_are_told_and_move_no_cursor(source: Source, pull, fault, problem: str):
    got = pull(source.module, api.Api(source.answers, fault), source.options)
    assert (got.cursor, {told for told, _ in got.notices}, got.kept) == (None, {problem}, [])


def test_broken_at_any_request_the_next_pull_completes_it(source: Source, pull):
    everything = source.native_ids(source.answers)
    for number in range(3):
        broken = pull(source.module, api.Api(source.answers, {number: api.cut_off}), source.options)
        assert [told for told, _ in broken.notices] == ["answer_broken"]
        assert len(broken.kept) >= number and set(broken.native_ids) < everything
        again = pull(source.module, api.Api(source.answers), source.options, broken.cursor)
        assert {*broken.native_ids, *again.native_ids} == everything


def _first_page_for_ever(answers) -> Callable:
    """The server answers every page with the first one, and says that more follow."""
    first: list = []

    def reply(path: str, query: dict, headers: dict):
        if not first:
            first.append(answers(path, query, headers))
        return first[0]

    return reply


def test_a_page_that_comes_again_ends_the_walk(source: Source, pull):
    script = api.Api(_first_page_for_ever(source.answers))
    got = pull(source.module, script, source.options)
    assert (got.cursor, {told for told, _ in got.notices}) == (None, {"paging_loop"})
    assert script.count <= 4


def test_nothing_where_something_was_is_told_and_forgets_nothing(source: Source, pull):
    first = pull(source.module, api.Api(source.answers), source.options)
    for name in ("statuses", "posts", "threads"):
        if hasattr(source.answers, name):
            setattr(source.answers, name, [])
    empty = pull(source.module, api.Api(source.answers), source.options, first.cursor)
    assert {told for told, _ in empty.notices} == {"nothing_found"}
    assert empty.native_ids == [] and (empty.cursor == first.cursor or source.module is youtube)


def test_a_server_that_is_not_there(source: Source, pull):
    dead = f"http://127.0.0.1:{unused_port()}"
    got = pull(source.module, api.Api(source.answers), lambda _: source.options(dead))
    assert (got.cursor, {told for told, _ in got.notices}) == (None, {"no_connection"})


@pytest.mark.parametrize("name", ["threads", "youtube"])
def test_a_secret_that_is_not_set(name: str, pull):
    made = SOURCES[name]()
    got = pull(made.module, api.Api(made.answers), made.options)
    assert (got.cursor, got.notices) == (None, [("no_secret", next(iter(made.environment)))])


def test_no_secret_is_kept_or_told(source: Source, pull):
    good = pull(source.module, api.Api(source.answers), source.options)
    bad = pull(source.module, api.Api(source.answers, api.closed), source.options)
    told = json.dumps([good.notices, bad.notices, good.cursor], ensure_ascii=False).encode() + b"".join(good.kept)
    assert not any(secret.encode() in told for secret in source.environment.values())


# What is one API's own.


@pytest.fixture
def walk_mastodon(pull):
    return lambda answers, cursor=None, **options: pull(
        mastodon, api.Api(answers), lambda url: {"instances": [url]} | options, cursor
    )


@pytest.mark.parametrize("with_links", [True, False])
def test_mastodon_walks_forward_without_holes(walk_mastodon, with_links: bool):
    answers = mastodon_api.Mastodon([mastodon_api.status(FIRST + n * MINUTE) for n in range(200)], with_links)
    first = walk_mastodon(answers, overlap_days=0)
    answers.statuses += [mastodon_api.status(FIRST + n * MINUTE) for n in range(200, 350)]
    second = walk_mastodon(answers, first.cursor, overlap_days=0)
    assert sorted(first.native_ids + second.native_ids) == sorted(s["uri"] for s in answers.statuses)


def test_mastodon_overlap_brings_edits_and_what_federated_late(walk_mastodon):
    answers = mastodon_api.Mastodon([mastodon_api.status(FIRST + n * MINUTE) for n in range(0, 90, 2)])
    first = walk_mastodon(answers)
    answers.statuses.append(mastodon_api.status(FIRST + 31 * MINUTE))
    answers.statuses[5] |= {"edited_at": "2026-04-05T00:00:00.000Z", "content": "<p>直した話です。</p>"}
    second = walk_mastodon(answers, first.cursor)
    assert len(second.raw_ids - first.raw_ids) == 2


def test_mastodon_counters_are_no_news(walk_mastodon):
    answers = mastodon_api.Mastodon([mastodon_api.status(FIRST)])
    first = walk_mastodon(answers)
    answers.statuses[0] |= {"favourites_count": 99, "favourited": True, "card": {"url": "https://example.com"}}
    assert walk_mastodon(answers, first.cursor).raw_ids == first.raw_ids


def test_mastodon_says_what_was_not_meant_for_everybody_nowhere(walk_mastodon, tmp_path: Path):
    public = mastodon_api.status(FIRST)
    hidden = [mastodon_api.status(FIRST + n, "秘密の話", visibility=v) for n, v in ((1, "private"), (2, "direct"))]
    got = walk_mastodon(mastodon_api.Mastodon([public, *hidden]))
    assert got.native_ids == [public["uri"]]
    page = tmp_path / "page.json"
    page.write_text(json.dumps([public, *hidden]), encoding="utf-8")
    assert mastodon.outside(page, {}) == 2 and "秘密" not in str(list(mastodon.cut(page, {})))


def test_mastodon_one_dead_instance_holds_up_no_other(pull):
    answers = mastodon_api.Mastodon([mastodon_api.status(FIRST)])
    dead = f"http://127.0.0.1:{unused_port()}"
    got = pull(mastodon, api.Api(answers), lambda url: {"instances": [dead, url]})
    assert [told for told, _ in got.notices] == ["no_connection"] and len(got.native_ids) == 1
    assert [bool(c.get("newest")) for c in got.cursor.values()] == [True] and dead not in str(got.cursor)


def test_mastodon_a_tag_that_nobody_knows_is_told(pull):
    got = pull(mastodon, api.Api(mastodon_api.Mastodon([])), lambda url: {"instances": [url], "hashtags": ["別"]})
    assert [told for told, _ in got.notices] == ["tag_unknown"]


def test_mastodon_a_token_goes_to_one_house_only(pull, monkeypatch):
    monkeypatch.setenv("ONE_TOKEN", "secret-token-1")
    seen: list[str | None] = []

    def answers(path: str, query: dict, headers: dict):
        seen.append(headers.get("authorization"))
        return 200, []

    pull(mastodon, api.Api(answers), lambda url: {"instances": [url], "token_env": "ONE_TOKEN"})
    assert seen == ["Bearer secret-token-1"]
    two = pull(mastodon, api.Api(answers), lambda url: {"instances": [url, "b.example"], "token_env": "ONE_TOKEN"})
    assert (two.cursor, [told for told, _ in two.notices], len(seen)) == (None, ["option_missing"], 1)


def test_mastodon_a_span(pull):
    answers = mastodon_api.Mastodon([mastodon_api.status(FIRST + n * MINUTE) for n in range(100)])
    at = lambda n: datetime.fromtimestamp(FIRST / 1000, UTC) + timedelta(minutes=n)  # noqa: E731
    span = {"since": at(10), "until": at(20)}
    got = pull(mastodon, api.Api(answers), lambda url: {"instances": [url]}, **span)
    assert got.native_ids and {*got.native_ids} == {s["uri"] for s in answers.statuses[10:20]}


def test_bluesky_and_threads_a_span(pull, monkeypatch):
    monkeypatch.setenv("T", threads_api.TOKEN)
    span = {"since": bluesky_api.START + timedelta(minutes=10), "until": bluesky_api.START + timedelta(minutes=20)}
    answers = bluesky_api.Bluesky([bluesky_api.post(n) for n in range(30)], page=3)
    got = pull(bluesky, api.Api(answers), lambda url: {"api": url}, {TAG: {"newest": "2026-05-30T00:00:00Z"}}, **span)
    assert {*got.native_ids} == {p["uri"] for p in answers.posts[10:20]}
    answers = threads_api.Threads([threads_api.post(n, f"user{n}") for n in range(30)], page=3)
    known = {f"TAG {TAG}": {"newest": "2026-05-30T00:00:00Z"}}
    got = pull(threads, api.Api(answers), lambda url: {"api": url, "token_env": "T"}, known, **span)
    assert {*got.native_ids} == {p["id"] for p in answers.posts[10:20]}


@pytest.mark.parametrize("scrolls", [1, 7, 100, 10_000])
def test_bluesky_asks_on_where_a_cursor_gives_up(pull, scrolls: int):
    answers = bluesky_api.Bluesky([bluesky_api.post(n) for n in range(30)], scrolls=max(scrolls, 2), page=3)
    got = pull(bluesky, api.Api(answers), lambda url: {"api": url})
    assert {*got.native_ids} == {p["uri"] for p in answers.posts}


def test_bluesky_a_post_from_the_future_does_not_move_the_cursor_there(pull):
    odd = bluesky_api.post(1, indexedAt="2031-01-01T00:00:00.000Z")
    odd["record"]["createdAt"] = "2031-01-01T00:00:00.000Z"
    answers = bluesky_api.Bluesky([bluesky_api.post(0), odd])
    first = pull(bluesky, api.Api(answers), lambda url: {"api": url})
    answers.posts.append(bluesky_api.post(2))
    second = pull(bluesky, api.Api(answers), lambda url: {"api": url}, first.cursor)
    assert answers.posts[-1]["uri"] in second.native_ids


@pytest.mark.parametrize("with_cursors", [True, False])
def test_threads_asks_both_modes_with_or_without_cursors(pull, monkeypatch, with_cursors: bool):
    monkeypatch.setenv("T", threads_api.TOKEN)
    posts = [threads_api.post(n, f"user{n}", is_topic=n % 2 == 0) for n in range(450)]
    answers = threads_api.Threads(posts, with_cursors=with_cursors)
    got = pull(threads, api.Api(answers), lambda url: {"api": url, "token_env": "T"})
    assert {*got.native_ids} == {p["id"] for p in posts} and got.notices == []


def test_threads_tells_that_only_own_posts_are_found(pull, monkeypatch):
    monkeypatch.setenv("T", threads_api.TOKEN)
    posts = [threads_api.post(n, threads_api.OWNER if n < 3 else f"user{n}") for n in range(9)]
    options = lambda url: {"api": url, "token_env": "T"}  # noqa: E731
    closed = pull(threads, api.Api(threads_api.Threads(posts, is_approved=False)), options)
    assert "own_posts_only" in [told for told, _ in closed.notices] and len(set(closed.native_ids)) == 3
    other = pull(threads, api.Api(threads_api.Threads(posts[5:6])), options)
    assert "own_posts_only" not in [told for told, _ in other.notices]


def test_threads_a_token_that_may_not_ask_whose_it_is_fetches_all_the_same(pull, monkeypatch):
    monkeypatch.setenv("T", threads_api.TOKEN)
    posts = threads_api.Threads([threads_api.post(n) for n in range(3)])
    refuse = lambda path, *more: (403, {"error": {"code": 10}}) if path == "/v1.0/me" else posts(path, *more)  # noqa: E731
    got = pull(threads, api.Api(refuse), lambda url: {"api": url, "token_env": "T"})
    assert got.cursor and len({*got.native_ids}) == 3 and "not_allowed" in dict(got.notices)


def test_threads_a_rate_limit_told_by_a_code(pull, monkeypatch):
    monkeypatch.setenv("T", threads_api.TOKEN)
    answers = lambda *_: (400, {"error": {"code": 4, "type": "OAuthException"}})  # noqa: E731
    got = pull(threads, api.Api(answers), lambda url: {"api": url, "token_env": "T"})
    assert (got.cursor, {told for told, _ in got.notices}) == (None, {"rate_limited"})


@pytest.fixture
def watch(pull, monkeypatch):
    monkeypatch.setenv("Y", youtube_api.KEY)
    return lambda answers, videos, cursor=None: pull(
        youtube, api.Api(answers), lambda url: {"api": url, "videos": videos, "key_env": "Y"}, cursor
    )


def test_youtube_one_closed_video_holds_up_no_other(watch):
    answers = youtube_api.YouTube([(youtube_api.comment(1), [])])
    address = f"https://www.youtube.com/watch?v={youtube_api.VIDEO}&t=3"
    got = watch(answers, [youtube_api.QUIET, "goneVIDEO12", address])
    assert [told for told, _ in got.notices] == ["comments_off", "video_gone"] and len(got.native_ids) == 1


def test_youtube_a_spent_quota_is_told(watch):
    answers = youtube_api.YouTube([(youtube_api.comment(1), [])])
    answers.spent = True
    got = watch(answers, [youtube_api.VIDEO])
    assert (got.cursor, [told for told, _ in got.notices]) == (None, ["rate_limited"])


def test_youtube_edits_and_late_replies_of_old_threads_are_seen(watch):
    answers = youtube_api.YouTube([(youtube_api.comment(n), []) for n in range(120)])
    first = watch(answers, [youtube_api.VIDEO])
    answers.threads[110][0]["snippet"] |= {
        "textDisplay": "直した話",
        "updatedAt": "2026-05-01T00:00:00Z",
        "likeCount": 9,
    }
    answers.threads[111][1].append(youtube_api.comment(1, parent=answers.threads[111][0]["id"]))
    second = watch(answers, [youtube_api.VIDEO], first.cursor)
    assert len(second.raw_ids - first.raw_ids) == 2


def test_youtube_a_thread_that_is_deleted_while_it_is_read_costs_itself(watch):
    replies = [youtube_api.comment(n, parent="Ugx00000001") for n in range(9)]
    answers = youtube_api.YouTube([(youtube_api.comment(1), replies), (youtube_api.comment(2), [])])

    def deleted(path: str, *more):
        gone = (404, {"error": {"code": 404, "errors": [{"reason": "parentCommentNotFound"}]}})
        return gone if path == "/youtube/v3/comments" else answers(path, *more)

    got = watch(deleted, [youtube_api.VIDEO])
    assert got.cursor == {youtube_api.VIDEO: {"threads": 2}} and got.notices == []


def test_youtube_plain_text_is_not_read_as_html(watch):
    answers = youtube_api.YouTube([(youtube_api.comment(1, "a <b> & &amp;"), [])])
    (message,) = watch(answers, [youtube_api.VIDEO]).messages
    assert message.body == "a <b> & &amp;"


@pytest.mark.parametrize("name", ["mastodon", "youtube"])
def test_settings_that_name_nothing_to_ask(pull, name: str):
    got = pull(SOURCES[name]().module, api.Api(lambda *_: (200, [])), lambda url: {})
    assert (got.cursor, [told for told, _ in got.notices]) == (None, ["option_missing"])
