"""Live doors of x_hashtag and x_dm against a stand-in of X's API: nothing lost, nothing doubled, and nothing kept that
nobody chose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tasks.channels import Message, Unreadable, x_dm, x_hashtag
from tasks.http import Client, Unreachable
from tasks.items import raw_id
from tasks.live import Well, draw
from tasks.sources import x_api, x_search
from tests.standins import api
from tests.standins.raw import RawServer, answer
from tests.standins.x import BEARER, NOW, OWNER, TAG, X, event, id_at, post

MINE = f"{OWNER}-6001"
SECRET = "柳小路のひみつの店"


@dataclass
class Pulled:
    cursor: Mapping | None
    notices: list[tuple[str, str]]
    messages: list[Message]
    raw_ids: set[str]
    kept: list[bytes]
    waits: list[float]
    outside: int

    @property
    def told(self) -> list[str]:
        return [problem for problem, _ in self.notices]

    @property
    def ids(self) -> list[str]:
        return sorted(message.native_id.removeprefix("dm/") for message in self.messages)


@pytest.fixture
def server():
    with RawServer(lambda *_: ()) as running:
        yield running


@pytest.fixture
def pull(server: RawServer, tmp_path: Path, monkeypatch):
    """pull(module, script, cursor, now, span, **options): one pull, and what becomes of what was kept."""
    monkeypatch.setenv("X_TEST_TOKEN", BEARER)

    def one(module, script, cursor=None, now=NOW, span: Mapping | None = None, **options) -> Pulled:
        waits: list[float] = []
        server.script = script if isinstance(script, api.Api) else api.Api(script)
        told = {"hashtags": ["#" + TAG], "token_env": "X_TEST_TOKEN", "api": server.url} | options
        with Client(trusted=frozenset({"127.0.0.1"}), sleep=waits.append) as http:
            well = Well(tmp_path / "inbox", told, cursor or {}, now, http, **(span or {}))
            new = draw(module, well)
        items = [item for path in well.kept for item in module.cut(path, told)]
        outside = sum(module.outside(path, told) for path in well.kept)
        kept = [path.read_bytes() for path in well.kept]
        well.empty()
        channel = module.__name__.rpartition(".")[2]
        read = [message for item in items if (message := _read(module, item))]
        return Pulled(new, well.notices, read, {raw_id(channel, i) for i in items}, kept, waits, outside)

    return one


def _read(module, item) -> Message | None:
    try:
        return None if item.problem else module.conform(item)
    except Unreadable:
        return None


@pytest.fixture
def search(pull):
    return partial(pull, x_hashtag)


@pytest.fixture
def inbox(pull):
    return partial(pull, x_dm)


def ids(of: list[dict]) -> list[str]:
    return sorted(told["id"] for told in of)


# Search


def test_every_post_once_and_then_only_what_is_new(search):
    answers = X([post(n / 3, nth=n) for n in range(250)])
    first = search(answers)
    assert (first.ids, first.notices) == (ids(answers.posts), [])
    answers.posts.append(post(-1))
    second = search(answers, first.cursor, NOW + timedelta(hours=1))
    assert len(second.raw_ids - first.raw_ids) == 1 and answers.posts[-1]["id"] in second.ids
    third = search(answers, second.cursor, NOW + timedelta(hours=2))
    assert third.raw_ids <= first.raw_ids | second.raw_ids and third.notices == []


def test_the_query_and_the_writer(search):
    answers = X([post(1)])
    got = search(answers, hashtags=["#" + TAG, "ネタ"])
    assert answers.asked[0][1]["query"] == f"(#{TAG} OR #ネタ) -is:retweet"
    assert got.messages[0].author_name == "名700" and got.messages[0].url.startswith("https://x.com/user700/status/")


@pytest.mark.parametrize("tags", [["a b"], ["x) OR (from:y"], ["良い" * 300], [f"tag{n}語" for n in range(100)], [""]])
def test_hashtags_that_make_no_query_are_told_and_not_asked(search, tags: list[str]):
    answers = X([post(1)])
    got = search(answers, hashtags=tags)
    assert (got.cursor, got.told, answers.asked) == (None, ["option_missing"], [])


@pytest.mark.parametrize("accepts", ["post", "tweet"])
def test_the_spelling_that_the_service_takes_is_found(search, accepts: str):
    answers = X([post(n) for n in range(9)], page=4, accepts=[accepts])
    got = search(answers)
    assert (got.ids, got.notices) == (ids(answers.posts), [])
    other = {"post": "tweet", "tweet": "post"}[accepts]
    assert search(answers, spelling=accepts).ids == ids(answers.posts)
    assert search(answers, spelling=other).told == ["request_refused"]
    assert search(answers, spelling="toot").told == ["option_missing"]


def test_since_id_stays_and_the_cursor_is_the_first_pages(search):
    answers = X([post(n, nth=n) for n in range(30)], page=10)
    first = search(answers)
    newest = max(ids(answers.posts), key=int)
    assert next(iter(first.cursor.values()))["newest"] == newest
    answers.asked.clear()
    search(answers, first.cursor)
    since = {query.get("since_id") for _, query in answers.asked}
    assert len(answers.asked) == 3 and since == {x_api.earlier(newest, timedelta(hours=24))}


def test_a_newest_id_of_later_pages_moves_no_cursor(search):
    answers, late = X([post(n, nth=n) for n in range(1, 9)], page=3), post(0.5, "歩いているあいだに")

    def telling_all(path, query, headers):
        status, page = answers(path, query, headers)
        if "next_token" in query:
            answers.posts += [late] * (late not in answers.posts)
            page["meta"]["newest_id"] = late["id"]
        return status, page

    first = search(telling_all, overlap_hours=0)
    assert late["id"] not in first.ids and late["id"] in search(answers, first.cursor, overlap_hours=0).ids


def test_full_archive_search_asks_for_more_and_waits_a_second(search):
    answers = X([post(n, nth=n) for n in range(1200)])
    answers.page = 500
    got = search(answers, endpoint="all", opens=NOW - timedelta(days=400))
    assert (got.ids, got.waits, got.notices) == (ids(answers.posts), [1.0, 1.0], [])
    assert {path for path, _ in answers.asked} == {"/2/tweets/search/all"}
    assert search(answers, endpoint="old").told == ["option_missing"]


def test_a_quiet_call_is_asked_by_time_and_that_is_no_gap(search):
    answers = X([post(1)])
    first = search(answers)
    later = NOW + timedelta(days=20)
    answers.now = later
    cursor = {query: told | {"whole": (later - timedelta(hours=1)).isoformat()} for query, told in first.cursor.items()}
    answers.posts.append(post(-20 * 24 + 1))
    answers.asked.clear()
    got = search(answers, cursor, later)
    assert (got.ids, got.notices, len(answers.asked)) == ([answers.posts[-1]["id"]], [], 1)


def test_after_more_than_seven_days_the_gap_is_told_once(search):
    answers = X([post(1)])
    first = search(answers)
    answers.now = NOW + timedelta(days=9)
    second = search(answers, first.cursor, answers.now)
    assert second.notices == [("gap", "2026-06-01 – 2026-06-03")]
    assert search(answers, second.cursor, answers.now).told == []


def test_a_since_id_that_is_refused_all_the_same_is_asked_by_time(search):
    answers = X([post(n) for n in range(5)])
    first = search(answers)
    answers.now = NOW + timedelta(days=7)  # their clock is ahead of ours
    answers.posts.append(post(-1))
    assert answers.posts[-1]["id"] in search(answers, first.cursor, NOW + timedelta(days=5, hours=23)).ids


def test_what_lies_before_the_first_pull_is_told(search):
    assert search(X([post(1)]), opens=NOW - timedelta(days=40)).notices == [("gap", "2026-04-22 – 2026-05-25")]
    answers = X([post(1), post(72)])
    assert search(answers, opens=NOW - timedelta(days=2)).ids == [answers.posts[0]["id"]]


def test_a_span_is_cut_to_what_can_be_reached_and_says_so(search):
    answers = X([post(n * 12, nth=n) for n in range(12)])
    span = {"since": NOW - timedelta(days=30), "until": NOW - timedelta(days=2)}
    got = search(answers, span=span)
    assert (got.ids, got.told) == (ids(answers.posts[5:]), ["gap"])
    far = {"since": NOW - timedelta(days=30), "until": NOW - timedelta(days=20)}
    answers.asked.clear()
    assert (search(answers, span=far).told, answers.asked) == (["gap"], [])
    old = X([post(24 * 25)])
    assert search(old, span=far, endpoint="all").ids == ids(old.posts)


def test_a_newest_id_from_the_future_does_not_hide_what_comes(search):
    def drifted(odd, path, query, headers):
        status, page = answers(path, query, headers)
        page["meta"]["newest_id"] = odd
        return status, page

    answers = X([post(5)])
    for odd in (id_at(NOW + timedelta(days=4000)), "9" * 30, 7, None, "x"):
        first = search(partial(drifted, odd))
        answers.posts.append(post(1, nth=len(answers.posts)))
        assert answers.posts[-1]["id"] in search(answers, first.cursor).ids


def test_FS03_a_burst_of_503_costs_nothing_and_one_for_ever_is_told(search):
    answers = X([post(n) for n in range(9)], page=4)
    got = search(api.Api(answers, {0: api.busy, 1: api.busy, 2: api.busy, 4: api.reset}))
    assert (got.ids, got.notices, len(got.waits)) == (ids(answers.posts), [], 4)
    ever = search(api.Api(answers, api.busy))
    assert (ever.cursor, ever.told, ever.kept) == (None, ["server_error"], [])


@pytest.mark.parametrize("fault", [api.cut_off, api.reset], ids=["JSON", "body"])
def test_FS07_a_page_cut_off_moves_no_cursor_and_the_next_pull_completes_it(search, fault):
    answers = X([post(n) for n in range(9)], page=4)
    for number in range(3):
        faults = dict.fromkeys(range(number, number + 4), fault)
        broken = search(api.Api(answers, faults))
        assert (broken.cursor, len(broken.kept)) == (None, number)
        assert {*broken.ids, *search(answers).ids} == {*ids(answers.posts)}


LOOPS = {
    "the first page for ever": lambda page, first, n: first,
    "a token that leads to itself": lambda page, first, n: page | {"meta": page["meta"] | {"next_token": "below-1"}},
    "the second page twice": lambda page, first, n: first if n > 1 else page,
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_FS08_a_walk_in_a_circle_ends_after_one_repeat(search, loop):
    answers, pages = X([post(n) for n in range(30)], page=4), []

    def circling(path, query, headers):
        status, page = answers(path, query, headers)
        pages.append(page)
        return status, loop(page, pages[0], len(pages))

    got = search(circling)
    assert (got.cursor, got.told) == (None, ["paging_loop"])
    assert len(pages) <= 4 and len(got.ids) == len(got.messages)
    assert {*got.ids, *search(answers).ids} == {*ids(answers.posts)}


@pytest.mark.parametrize("arrive", [1, 3, 6])
def test_FS09_posts_that_arrive_while_paging_are_neither_lost_nor_doubled(search, arrive: int):
    answers = X([post(n) for n in range(1, 20)], page=4)
    answers.shifts = True

    def growing(path, query, headers):
        reply = answers(path, query, headers)
        if len(answers.asked) == 2:
            answers.posts += [post(-n / 100, "あとから") for n in range(arrive)]
        return reply

    first = search(growing)
    second = search(answers, first.cursor)
    assert {*first.ids, *second.ids} == {*ids(answers.posts)}
    assert len(first.raw_ids | second.raw_ids) == len(answers.posts)


def test_FS10_late_and_shuffled_posts_all_land(search):
    answers = X([post(n, nth=n) for n in (7, 1, 30, 5, 2)])
    first = search(answers)
    late = [post(11, "索引に遅れて入った"), post(24.5, "もっと遅れて"), post(40 * 24, "四十日遅れて")]
    answers.posts += late
    second = search(answers, first.cursor)
    assert {late[0]["id"], late[1]["id"]} <= {*second.ids}
    days = {"since": NOW - timedelta(days=41), "until": NOW - timedelta(days=39)}
    assert search(answers, span=days, endpoint="all").ids == [late[2]["id"]]


# what changes, how many are read, how many land, what is told
DRIFTS = {
    "a field more": (lambda page: page["data"][0].update(mood="glad"), 3, 3, None),
    "no entities": (lambda page: page["data"][0].pop("entities"), 3, 3, None),
    "no newest_id": (lambda page: page["meta"].pop("newest_id"), 3, 3, None),
    "an id that is a number": (lambda page: page["data"][0].update(id=int(page["data"][0]["id"])), 2, 3, None),
    "a text that is null": (lambda page: page["data"][0].update(text=None), 2, 3, None),
    "no author": (lambda page: page["data"][0].pop("author_id"), 2, 3, None),
    "a list among posts": (lambda page: page["data"].insert(0, ["x"]), 3, 4, None),
    "an object of posts": (lambda page: page.update(data={"0": page["data"][0]}), 0, 0, "answer_broken"),
    "other names": (lambda page: (page.update(items=page.pop("data")), page.pop("meta")), 0, 0, "answer_broken"),
}


@pytest.mark.parametrize(("drift", "read", "landed", "problem"), DRIFTS.values(), ids=DRIFTS)
def test_FS12_a_changed_schema_costs_what_cannot_be_read_and_no_more(search, drift, read, landed, problem):
    answers = X([post(n) for n in range(3)])

    def drifted(path, query, headers):
        status, page = answers(path, query, headers)
        drift(page := json.loads(json.dumps(page)))
        return status, page

    got = search(drifted)
    assert (len(got.messages), len(got.raw_ids), got.told) == (read, landed, [problem] if problem else [])
    assert (got.cursor is None) == bool(problem)


def test_FS13_nothing_where_something_was_is_told_and_forgets_nothing(search):
    answers = X([post(1)])
    first = search(answers)
    answers.posts.clear()
    empty = search(answers, first.cursor)
    assert (empty.told, empty.messages) == (["nothing_found"], [])
    assert [told["newest"] for told in empty.cursor.values()] == [told["newest"] for told in first.cursor.values()]
    fresh = search(X([]))
    assert fresh.told == ["nothing_found"] and search(X([]), fresh.cursor).told == []


def test_errors_beside_the_posts_take_nothing_away(search):
    def with_errors(path, query, headers):
        status, page = answers(path, query, headers)
        gone = {"resource_id": answers.posts[0]["id"], "type": "https://api.x.com/2/problems/resource-not-found"}
        return status, page | {"errors": [gone | {"title": "Not Found Error"}]}

    answers = X([post(1)])
    got = search(with_errors)
    assert (got.ids, got.notices, got.messages[0].set_aside) == (ids(answers.posts), [], None)


def test_an_empty_page_in_the_middle_does_not_end_the_walk(search):
    answers = X([post(n) for n in range(12)], page=4)

    def sparse(path, query, headers):
        if query.get("next_token", "").startswith("hollow-"):
            return answers(path, query | {"next_token": query["next_token"].removeprefix("hollow-")}, headers)
        status, page = answers(path, query, headers)
        if "next_token" in query and "next_token" in page["meta"]:
            return 200, {"meta": {"result_count": 0, "next_token": f"hollow-{query['next_token']}"}}
        return status, page

    assert search(sparse).ids == ids(answers.posts)


def _until(at: datetime):
    told = {"x_rate_limit_reset": f"{at.timestamp():.0f}"}
    return lambda _: [answer("429 Too Many Requests", b'{"title":"Too Many Requests"}', **told)]


def test_a_rate_limit_keeps_what_came_and_the_cursor(search):
    answers = X([post(n) for n in range(9)], page=4)
    soon = datetime.now(NOW.tzinfo) + timedelta(minutes=15)
    got = search(api.Api(answers, {1: _until(soon)}))
    assert (got.cursor, got.told, len(got.messages)) == (None, ["rate_limited"], 4)
    assert {*got.ids, *search(answers).ids} == {*ids(answers.posts)}


@pytest.mark.parametrize("module", [x_hashtag, x_dm], ids=["search", "messages"])
def test_S02_the_token_is_nowhere(pull, module, monkeypatch, tmp_path: Path):
    answers = X([post(1)], [event(1, f"#{TAG} 話です")])
    good = pull(module, answers)
    refused = pull(module, api.Api(answers, api.closed))
    monkeypatch.setenv("X_TEST_TOKEN", f"{BEARER}\n")
    odd = pull(module, answers)
    assert (refused.told, odd.told) == (["not_allowed"], ["header_refused"])
    monkeypatch.delenv("X_TEST_TOKEN")
    none = pull(module, answers)
    assert none.notices == [("no_secret", "X_TEST_TOKEN")]
    files = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert BEARER.encode() not in repr([good, refused, odd, none]).encode() + files


BOMBS = {
    "nested": b'{"data": [' + b"[" * 100_000,
    "nested and closed": b'{"meta": {}, "data": [{"id": "1", "text": ' + b"[" * 900 + b"]" * 900 + b"}]}",
    "1e400": b'{"meta": {}, "data": [{"id": "1", "author_id": "2", "text": "x", "n": 1e400}]}',
    "a number of ten megabytes": b'{"meta": {}, "data": [{"id": "1", "n": ' + b"9" * 10_000_000 + b"}]}",
    "keys twice": b'{"meta": {}, "data": [{"id": "1", "id": "2", "author_id": "3", "text": "x", "text": "y"}]}',
    "NaN": b'{"meta": {}, "data": [{"id": "1", "text": NaN}]}',
    "a lone surrogate": b'{"meta": {}, "data": [{"id": "1", "author_id": "3", "sender_id": "3", "text": "\\ud83d x"}]}',
    "beyond 64 bits": b'{"meta": {}, "data": [{"id": "1", "author_id": "3", "text": "x", "n": ' + b"9" * 99 + b"}]}",
}


@pytest.mark.parametrize("module", [x_hashtag, x_dm], ids=["search", "messages"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_Z07_JSON_bombs_by_the_live_door_and_as_files(pull, module, bomb: bytes, tmp_path: Path, server):
    api_of = api.Api(lambda *_: (200, {}), lambda _: [answer("200 OK", bomb, Content_Type="application/json")])
    got = pull(module, api_of, hashtags=["x"])
    assert set(got.told) <= {"answer_broken", "paging_loop"}
    file = tmp_path / "bomb.json"
    file.write_bytes(bomb)
    try:
        items = list(module.cut(file, {}))
    except Unreadable as unreadable:
        assert unreadable.problem == "json_broken"
        return
    assert items and all(isinstance(raw_id("x", item), str) for item in items)
    [_read(module, item) for item in items]


# Direct messages


def chat() -> list[dict]:
    """Hanako's, who carries the hashtag; a friend's and a group's, which do not."""
    hanako = [event(10, f"#{TAG} 出版社から連絡が来ました"), event(9, "つづきです"), event(8, "はい", OWNER, "6001")]
    friend = [event(n, f"{SECRET} {n}", "6002") for n in (7, 6, 5)]
    return [*hanako, *friend, event(4, f"{SECRET} 会合", "6003", group="2030000000000000001")]


def test_only_chosen_conversations_are_kept_and_the_rest_counted(inbox, tmp_path: Path):
    answers = X(events=chat(), page=3)
    first = inbox(answers)
    assert (first.ids, first.outside, first.notices) == (ids(answers.events[:3]), 4, [])
    assert {message.author_name for message in first.messages} == {"名6001", f"名{OWNER}"}
    answers.events += [event(1, "そのあと仕事になりました"), event(0.5, f"{SECRET} また", "6002")]
    second = inbox(answers, first.cursor)
    assert answers.events[-2]["id"] in second.ids, "a chosen conversation goes on without its hashtag"
    written = json.dumps([first.cursor, second.cursor, first.notices, second.notices]).encode()
    for told in (written, *first.kept, *second.kept, *(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())):
        for trace in ("6002", "6003", "2030000000000000001", SECRET, *ids(answers.events[3:7])):
            assert trace.encode() not in told and json.dumps(trace).encode() not in told


NAMED = [(["*"], 7), ([f"{OWNER}-6002"], 3), ([MINE, "2030000000000000001"], 4), ([], 0)]


@pytest.mark.parametrize(("named", "count"), NAMED)
def test_conversations_by_name(inbox, named: list[str], count: int):
    answers = X(events=chat())
    first = inbox(answers, conversations=named)
    assert (len(first.messages), first.outside) == (count, 7 - count)
    assert len(inbox(answers, first.cursor, conversations=[]).messages) == 0, "what is no longer ticked is not kept"


def test_what_began_after_opening_is_not_known_live(inbox):
    assert inbox(X(events=chat()), hashtags=[], opens=NOW - timedelta(days=1)).messages == []


def test_a_conversation_that_is_chosen_late_is_asked_for_what_it_said_before(inbox):
    before = [event(hours, f"{SECRET} {hours}", "6002") for hours in (30, 40, 50)]
    answers = X(events=[event(24 * 9, "はじめまして"), event(24 * 8, "前の話です"), *before, *chat()[3:]], page=2)
    first = inbox(answers)
    assert first.messages == []
    answers.events.append(event(-24 * 2.5, f"#{TAG} をつけ忘れました"))
    second = inbox(answers, first.cursor, NOW + timedelta(days=4))
    assert second.ids == ids([e for e in answers.events if e["sender_id"] == "6001"])
    answers.asked.clear()
    answers.events += [event(-24 * day, f"{SECRET} {day}", "6002") for day in (2.7, 2.8, 5, 6, 7)]
    answers.events.append(event(-24 * 8, "その後です"))
    third = inbox(answers, second.cursor, NOW + timedelta(days=8))
    assert third.ids == [answers.events[-1]["id"]] and {path for path, _ in answers.asked} == {"/2/dm_events"}


def test_a_pull_walks_back_to_the_last_one_and_ends_on_an_empty_page(inbox):
    answers = X(events=[event(n, f"#{TAG} {n}") for n in range(0, 600, 6)], page=10)
    first = inbox(answers)
    assert (first.ids, len(answers.asked)) == (
        ids(answers.events),
        11,
    )  # the tenth page has a token; nothing is below it
    answers.asked.clear()
    again = inbox(answers, first.cursor)
    assert len(answers.asked) == 2 and again.raw_ids <= first.raw_ids


def test_the_first_pull_goes_no_further_back_than_the_opening(inbox):
    answers = X(events=[event(n, f"#{TAG} {n}") for n in range(0, 600, 6)], page=10)
    got = inbox(answers, opens=NOW - timedelta(hours=100))
    assert (got.ids, len(answers.asked), got.notices) == (ids(answers.events[:17]), 3, [])


@pytest.mark.parametrize("accepts", ["post", "tweet"])
def test_messages_in_the_spelling_that_the_service_takes(inbox, accepts: str):
    answers = X(events=chat(), accepts=[accepts])
    assert inbox(answers).ids == ids(answers.events[:3])


def test_FS08_a_circle_of_messages_ends_and_keeps_what_was_chosen(inbox):
    answers = X(events=chat(), page=3)

    def circling(path, query, headers):
        return answers(path, {k: v for k, v in query.items() if k != "pagination_token"}, headers)

    answers.events = answers.events[:4]
    got = inbox(circling)
    assert (got.cursor, got.told, len(answers.asked)) == (None, ["paging_loop"], 2)
    assert {*got.ids, *inbox(answers).ids} == {*ids(answers.events[:3])}


def test_a_pull_that_breaks_keeps_what_was_chosen_so_far(inbox):
    answers = X(events=[*chat(), event(20, "はじめまして")], page=3)
    soon = datetime.now(NOW.tzinfo) + timedelta(minutes=15)
    got = inbox(api.Api(answers, {3: _until(soon)}))
    assert (got.cursor, got.told, got.ids) == (None, ["rate_limited"], ids([*chat()[:3], answers.events[-1]]))
    nothing_yet = inbox(api.Api(answers, {1: _until(soon)}))
    assert (nothing_yet.ids, nothing_yet.outside) == ([], 3) and inbox(answers).ids == got.ids


def test_more_than_thirty_days_are_a_gap(inbox):
    answers = X(events=chat())
    assert inbox(answers, opens=NOW - timedelta(days=40)).told == ["gap"]
    first = inbox(answers)
    answers.now = NOW + timedelta(days=31)
    second = inbox(answers, first.cursor, answers.now)
    assert second.told == ["gap", "nothing_found"]
    assert inbox(answers, second.cursor, answers.now).told == [], "an inbox that stays quiet is told once"


def test_a_span_of_messages(inbox):
    answers = X(events=[event(n, f"#{TAG} {n}") for n in range(48)], page=10)
    span = {"since": NOW - timedelta(hours=20, minutes=1), "until": NOW - timedelta(hours=10)}
    got = inbox(answers, span=span)
    assert got.ids == ids(answers.events[11:21]) and got.outside == 0


def test_FS12_an_answer_of_another_shape_is_told(inbox):
    for odd in ({"data": "x"}, {"items": []}, [], {"data": None}):
        got = inbox(lambda *_, odd=odd: (200, odd))
        assert (got.cursor, got.told, got.kept) == (None, ["answer_broken"], [])


def test_oauth1_signs_as_the_published_example_does():
    # docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature: keys, nonce and signature of that page
    keys = (
        "xvz1evFS4wEEPTGEFPHBog",
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    query = {"status": "Hello Ladies + Gentlemen, a signed OAuth request!", "include_entities": "true"}
    url = "https://api.x.com/1.1/statuses/update.json"
    nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"
    told = x_api.oauth1(url, query, keys, nonce, 1318622958, "POST")
    assert 'oauth_signature="Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"' in told, told


def test_messages_signed_with_four_secrets(inbox, monkeypatch):
    names = [f"X_TEST_{n}" for n in range(4)]
    for name in names:
        monkeypatch.setenv(name, f"secret-{name}")
    seen: list[str] = []

    def answers(path, query, headers):
        seen.append(headers["authorization"])
        return 200, {"meta": {"result_count": 0}}

    settings = ("consumer_key_env", "consumer_secret_env", "access_token_env", "access_secret_env")
    options = dict(zip(settings, names, strict=True))
    assert inbox(answers, **options).told == ["nothing_found"]
    assert seen[0].startswith("OAuth ") and 'oauth_token="secret-X_TEST_2"' in seen[0]
    assert "secret-X_TEST_1" not in seen[0] and "secret-X_TEST_3" not in seen[0]
    monkeypatch.delenv("X_TEST_3")
    assert inbox(answers, **options).notices == [("no_secret", "X_TEST_3")]


def test_ids_tell_their_time():
    assert x_api.time_of("1212092628029698048") == datetime.fromisoformat("2019-12-31T19:26:16.771000+00:00")
    assert x_api.time_of(x_api.earlier(id_at(NOW), timedelta(hours=1))) == NOW - timedelta(hours=1)
    assert [x_api.time_of(odd) for odd in (None, "", "x", "12", "９９９９９９９９９９９９９９９９９", "1" * 30)] == [
        None
    ] * 6


def test_a_tag_is_a_word():
    assert x_search.query_of(["a", "本"], 99) == "(#a OR #本) -is:retweet"
    with pytest.raises(Unreachable, match="option_missing"):
        x_search.query_of(["a"], 5)
