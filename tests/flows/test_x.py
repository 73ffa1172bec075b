"""X by its live doors, through a home: what lands, what is counted, what is taken back, and what must be nowhere."""

from __future__ import annotations

import json

import pytest

from flows.build import build
from flows.home import Answers, init
from flows.ingest import ingest
from tasks import conform
from tests.flows.conftest import Home
from tests.standins import api
from tests.standins.raw import RawServer
from tests.standins.x import BEARER, NOW, OWNER, TAG, X, event, post
from warehouse import counts, store

STORY = "会社員です。noteに書いた記事を読んだ編集者から声をかけていただき、本を出すことになりました"
SECRET = "柳小路のひみつの店"


@pytest.fixture
def live(tmp_path, monkeypatch):
    """(home, stand-in): x_hashtag and x_dm ask a server of their own."""
    monkeypatch.setenv("X_TEST_TOKEN", BEARER)
    monkeypatch.setattr("flows.runlog.now", lambda: NOW)
    answers = X()
    with RawServer(api.Api(answers)) as server:
        init(tmp_path / "call", Answers(me={"x": [OWNER]}, channels=["x_hashtag", "x_dm"]))
        settings = tmp_path / "call" / "neta.toml"
        own = f'live = true\ntoken_env = "X_TEST_TOKEN"\napi = "{server.url}"\ntrusted_hosts = ["127.0.0.1"]\n'
        text = settings.read_text(encoding="utf-8")
        for channel in ("x_hashtag", "x_dm"):
            text = text.replace(f'inbox = "inbox/{channel}"\n', f'inbox = "inbox/{channel}"\n{own}')
        settings.write_text(text, encoding="utf-8")
        yield Home(tmp_path / "call"), answers


def everything_in(home: Home) -> str:
    """All that a home holds: its files' names and bytes, and raw, which is compressed."""
    raw = json.dumps(conform.messages(home.settings.lake).to_pylist(), default=str, ensure_ascii=False)
    files = [path for path in home.path.rglob("*") if path.is_file()]
    return raw + "".join(f"{path}{path.read_bytes().decode('latin-1')}" for path in files)


def test_a_person_who_posts_and_writes_is_one_person_and_what_was_deleted_leaves_the_counts(live):
    home, answers = live
    answers.posts = [post(3, STORY, author_id="6001"), post(4, f"消すつもりの話。{STORY}", author_id="6001")]
    told = f"#{TAG} note経由で講演に呼ばれました。聞いてくれた会社の人と仕事もしました"
    answers.events = [event(2, told), event(1, "ご連絡ありがとう", OWNER, "6001")]
    done = [ingest(home.settings, channel) for channel in ("x_hashtag", "x_dm")]
    assert [(d.new, d.notices) for d in done] == [(2, []), (2, [])]
    line = {"id": answers.posts[1]["id"], "action": "delete", "reason": "deleted"}
    (home.path / "inbox" / "x_hashtag" / "gone.jsonl").write_text(json.dumps(line))
    assert [ingest(home.settings, "x_hashtag").new, ingest(home.settings, "x_hashtag").new] == [1, 0]
    build(home.settings)
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        totals = counts.totals(con)
    assert (totals["story_count"], totals["person_count"]) == (2, 1)


def test_S02_neither_the_token_nor_a_word_of_an_unchosen_chat_is_in_the_home(live, capfd):
    home, answers = live
    answers.posts = [post(3, STORY)]
    secrets = [event(1, SECRET, "6002"), event(0.5, SECRET, "6003", group="2030000000000000001")]
    answers.events = [event(2, f"#{TAG} {STORY}"), *secrets]
    done = [ingest(home.settings, channel) for channel in ("x_hashtag", "x_dm")]
    assert [d.outside for d in done] == [0, 2]
    build(home.settings)
    told = everything_in(home) + repr(done) + "".join(capfd.readouterr())
    assert "6001" in told and STORY in told
    for trace in (BEARER, SECRET, "6002", "6003", "2030000000000000001"):
        assert trace not in told and trace.encode().decode("latin-1") not in told
    assert SECRET.encode().decode("latin-1") not in told and json.dumps(SECRET)[1:-1] not in told


def test_the_cursor_moves_only_when_all_is_landed(live, monkeypatch):
    home, answers = live
    answers.posts, answers.page = [post(n, STORY, nth=n) for n in range(9)], 4
    state, whole = home.path / "state" / "pulled" / "x_hashtag.json", X.__call__
    with monkeypatch.context() as broken:
        broken.setattr(X, "__call__", lambda x, path, asked, headers: whole(x, path, asked, headers | {
            "authorization": "expired" if "next_token" in asked else headers["authorization"]
        }))  # fmt: skip
        first = ingest(home.settings, "x_hashtag")
    assert (first.new, [problem for _, problem, _ in first.notices], state.exists()) == (4, ["not_allowed"], False)
    second = ingest(home.settings, "x_hashtag")
    assert (second.new, second.notices, state.exists()) == (5, [], True)
    assert list((home.path / "inbox" / "x_hashtag" / "live").iterdir()) == []
