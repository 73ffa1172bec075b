"""Retry: what was mended leaves the quarantine, what was not stays, nothing is lost and nothing doubled."""

from __future__ import annotations

import contextlib
import io
import json

import pytest

from flows.build import build
from flows.failures import Refused
from flows.holding import held_now, let_go_before, on_show
from flows.ingest import ingest
from flows.retrying import put_back, retry_and_tell
from tasks import conform
from tests.flows.conftest import new_home
from warehouse import ledger, store

HEAD = "タイムスタンプ,あなたの話\n"
GOOD = '2026/04/01 10:00:00,"noteを読んだ人から仕事の相談をいただきました"\n2026/04/01 12:00:00,ブログが縁で本になりました\n'
BROKEN = '2026/04/01 11:00:00,"Xの投稿を見た編集者から声がかかり\n'
MENDED = '2026/04/01 11:00:00,"Xの投稿を見た編集者から声がかかり、連載になりました"\n'


@pytest.fixture(scope="module")
def form_once(tmp_path_factory):
    home = new_home(tmp_path_factory.mktemp("form"))
    (home.path / "inbox/form/応募.csv").write_text(HEAD + GOOD + BROKEN, encoding="utf-8")
    home.say("posts.json", "本が出ました", 1)
    posts = home.path / "inbox/x_hashtag/posts.json"
    posts.write_bytes(posts.read_bytes()[:-20])
    for channel in ("form", "x_hashtag"):
        ingest(home.settings, channel)
    build(home.settings)
    return home


@pytest.fixture
def form(form_once, tmp_path):
    """A home with a form's table of three rows, the last one broken, and a post cut off; landed and built."""
    return form_once.copied(tmp_path)


def held(home) -> list[tuple[str, str]]:
    with on_show(home.settings) as con:
        return [(one.row.file, one.detail) for one in held_now(home.settings, con)]


def outcomes(home) -> dict[str, int]:
    """Outcome → raw items: all that came in, wherever it went."""
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return dict(con.execute("SELECT outcome, count(*) FROM fct_item GROUP BY ALL").fetchall())


def retry(home, *refs, files=()) -> dict:
    """What `neta retry --json` tells."""
    with contextlib.redirect_stdout(io.StringIO()) as told:
        retry_and_tell(home.path, refs, files, "editor", as_json=True)
    return json.loads(told.getvalue())


def test_what_was_mended_leaves_and_what_was_not_stays(form):
    assert held(form) == [("応募.csv", "csv_row"), ("posts.json", "json_broken")]
    assert outcomes(form) == {"counted": 2, "held": 2}
    assert retry(form) == {"tried": 2, "new": 0, "mended": 0, "left": 2}
    (form.path / "inbox/form/応募.csv").write_text(HEAD + GOOD + MENDED, encoding="utf-8")
    assert retry(form) == {"tried": 2, "new": 1, "mended": 1, "left": 1}
    assert held(form) == [("posts.json", "json_broken")]
    assert outcomes(form) == {"counted": 3, "held": 1, "duplicate": 1}, "5 came in: 4 rows and a file; none is gone"
    form.say("posts.json", "本が出ました", 1)
    assert retry(form) == {"tried": 1, "new": 1, "mended": 1, "left": 0}
    assert outcomes(form) == {"counted": 4, "duplicate": 2}
    assert retry(form) == {"tried": 0, "new": 0, "mended": 0, "left": 0}
    assert [one.row.file for one in let_go_before(form.settings)] != [] and outcomes(form)["counted"] == 4
    build(form.settings, empty_cache=True)
    assert outcomes(form) == {"counted": 4, "duplicate": 2}, "a rebuild remembers it"


def test_another_file_of_the_same_name_mends_nothing(form):
    """Next week's table, with other answers: the broken row of this week is not in it, and is not mended by that."""
    other = HEAD + '2026/04/08 10:00:00,"新しい週の応募です。取材の依頼が来ました"\n'
    (form.path / "inbox/form/応募.csv").write_text(other, encoding="utf-8")
    assert retry(form)["mended"] == 0
    assert ("応募.csv", "csv_row") in held(form) and outcomes(form)["counted"] == 3


def test_a_file_that_is_named_may_hold_less_but_must_be_readable(form, tmp_path):
    with on_show(form.settings) as con:
        ref = next(one.source for one in held_now(form.settings, con) if one.row.file == "応募.csv")
    broken = tmp_path / "直した.csv"
    for text in (HEAD + GOOD + BROKEN, "名前だけ\n山田\n"):
        broken.write_text(text, encoding="utf-8")
        assert retry(form, ref, files=[broken])["mended"] == 0
    broken.write_text(HEAD + MENDED, encoding="utf-8")
    assert retry(form, ref, files=[broken])["mended"] == 1
    assert ("応募.csv", "csv_row") not in held(form)


def test_it_can_be_held_again_and_all_of_it_is_on_record(form):
    form.say("posts.json", "本が出ました", 1)
    retry(form)
    (one,) = let_go_before(form.settings)
    put_back(form.path, [one.source], "author", as_json=True)
    assert ("posts.json", "json_broken") in held(form) and outcomes(form) == {"counted": 3, "held": 2}
    told = ledger.read(form.settings.lake.ledger, "mended")
    assert [(e.who, e.subject, e.payload["is_mended"]) for e in told] == [
        ("editor", one.row.raw_id, True),
        ("author", one.row.raw_id, False),
    ]
    retry(form)
    assert outcomes(form) == {"counted": 3, "held": 1, "duplicate": 1}


def test_what_landed_since_the_build_is_told_already(form):
    (form.path / "inbox/pasted/空.txt").write_bytes(b"\xff\xfe\x00")
    ingest(form.settings, "pasted")
    with on_show(form.settings) as con:
        new = [one for one in held_now(form.settings, con) if one.row.file == "空.txt"]
    assert len(new) == 1 and not new[0].is_built
    with pytest.raises(Refused):
        retry(form, "q000000000000000")


def test_nothing_that_could_not_be_read_is_remembered_as_such(form):
    cached = form.path / "cache" / "conform"
    assert len(list(cached.glob("*.parquet"))) == 2
    conform.forget_unreadable(form.settings.lake)
    assert list(cached.glob("*.parquet")) == []
