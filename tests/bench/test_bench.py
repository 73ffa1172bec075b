"""The bench runs and its figures add up. What it measures is for a person to judge: no test asserts a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.channels import feeds
from tasks.sample import tellings
from tasks.text.html import readable
from tests.bench import calls, letters, linking, reviewing
from tests.bench import feeds as bench_feeds
from tests.bench import ledger as bench_ledger
from tests.bench.exports import land_export, write_export
from tests.bench.mails import WAYS
from tests.bench.posts import write_pages
from tests.bench.retellings import read, score
from warehouse import ledger, schema
from warehouse.lake import Lake

ROOT = Path(__file__).parent.parent.parent


def _posts(folder: Path) -> list[dict]:
    lines = [line for file in sorted(folder.iterdir()) for line in file.read_bytes().splitlines()]
    return [post for line in lines for post in json.loads(line)["data"]]


def test_the_same_seed_gives_the_same_posts(tmp_path):
    write_pages(tmp_path / "one", 300)
    write_pages(tmp_path / "two", 300)
    assert _posts(tmp_path / "one") == _posts(tmp_path / "two")


def test_the_same_seed_gives_the_same_call_and_another_another():
    once, again, other = calls.inputs(150), calls.inputs(150), calls.inputs(150, seed=1)
    assert once.keys() == schema.INPUTS.keys() and all(again[name].equals(table) for name, table in once.items())
    assert not other["in_coding"].equals(once["in_coding"])
    told = once["in_submission"].to_pandas()
    assert told["story_id"].nunique() == 150 and told["submission_ref"].is_unique and len(told) > 150
    assert 100 < told["body_masked"].str.len().mean() < 250, "as long as those of the sample (171)"


def test_posts_are_as_many_and_as_mixed_as_promised(tmp_path):
    write_pages(tmp_path / "pages", 1000)
    posts = _posts(tmp_path / "pages")
    assert len({post["id"] for post in posts}) == len(posts) == 1000
    assert sum("referenced_posts" in post for post in posts) == 20
    assert sum(len(post["edit_history_post_ids"]) > 1 for post in posts) == 10
    assert sum("note_post" in post for post in posts) == 30
    assert len({post["text"] for post in posts}) > 960


def test_mails_are_read_right_and_their_peer_is_judged_by_the_same():
    read = letters.race(len(WAYS))
    assert read["wrong"]["neta"] == 0 and {way[3] for way in WAYS} < set(read["microseconds"])
    beyond = [way for way in WAYS if way[1] == "cp50220" or way[:2] == ("UTF-8", "cp932")]
    assert read["wrong"]["email.policy.default"] == len(beyond) > 0


def test_a_large_ledger_is_written_to_and_read(tmp_path):
    told = bench_ledger.measure(tmp_path, 3, 50)
    assert "append to 50" in told["writes"] and set(told["reads"]) >= {"read", "verify"}
    assert len(ledger.read(tmp_path / "large.sqlite")) == 53 and len(ledger.read(tmp_path / "small.sqlite")) == 27


def test_M15_a_mailbox_is_taken_in_mail_by_mail(tmp_path):
    """100,000 mails and more are for `make bench`; here a few large ones, which together would take 750 MB."""
    run = [sys.executable, "-m", "tests.bench.letters", "mailbox", str(tmp_path), "22", "5000000"]
    box = json.loads(subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    assert (box["landed"], box["understood"]) == (22, 22)
    assert box["peak_landed"] < 600, "the process that lands and the worker that cuts, together"


@pytest.mark.parametrize("name", bench_feeds.SHAPES)
def test_feeds_are_read_whole_by_both(name: str, tmp_path):
    """The two may be compared: what feedparser gives by its defaults, neta gives too."""
    data = bench_feeds.written()[name]
    (tmp_path / "feed.xml").write_bytes(data)
    theirs = [_visible(entry) for entry in bench_feeds.by_default(data)]
    ours = [_visible(json.loads(item.payload)) for item in feeds.entries(tmp_path / "feed.xml")]
    assert len(ours) >= 10 and ours == theirs
    assert data == bench_feeds.written()[name], "the same seed gives the same bytes"


def _visible(entry: dict) -> tuple[str, str]:
    texts = [part["value"] for part in entry.get("content", ())] or [entry["summary"]]
    return entry["title"], readable(max(texts, key=len))


def test_every_contender_loads_every_post():
    pytest.importorskip("dlt", reason="dlt is installed by `make bench` only")
    run = [sys.executable, "-m", "tests.bench", "--rows", "300", "--mails", "13", "--mailbox", "100", "--json"]
    used = json.loads(subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True).stdout)["used"]
    assert used["dlt_arrow"]["loaded"] == used["duckdb_sql"]["loaded"] == 297  # 3 of 300 are later versions
    assert used["neta"]["loaded"] == 291  # 6 are reposts
    stages = {"land", "conform", "turns", "accept", "mask", "link", "code", "load", "publish"}
    assert used["neta"]["cpu"].keys() == stages


def test_an_export_is_landed_whole_and_chosen_by_its_hashtag(tmp_path):
    pages = write_export(tmp_path / "a.zip", 1)["pages"]
    chosen = land_export(tmp_path / "a.zip", tmp_path / "home", "few")
    assert (pages, chosen["landed"], chosen["outside"]) == (1, 10_000, 0)
    assert land_export(tmp_path / "a.zip", tmp_path / "home", "all")["landed"] == 0, "all are known"


def test_retellings_are_counted_as_pairs_and_what_is_found_beside_them():
    told = "写真を毎日載せていたら、隣町の水族館から図録の仕事をいただきました。飼育員さんに取材する日々です"
    again = "隣町の水族館から図録の仕事をいただきました。写真を毎日載せていたおかげです"
    lines = [
        {"id": "a", "text": told},
        {"id": "b", "text": again, "same_story_as": "a"},
        {"id": "c", "text": f"{told}!!"},
    ]
    assert score(lines, authors_known=True) == {("pair", "same"): 1, ("beside", "same"): 1}
    beside = {("beside", "same"): 1, ("beside", "perhaps"): 1}  # the third text is a copy of the first
    assert score(lines, authors_known=False) == {("pair", "perhaps"): 1, **beside}


def test_no_two_of_the_samples_428_texts_are_taken_for_one_story():
    assert len(lines := read(Path(tellings.__file__).parent / "stories.jsonl")) == 428
    assert not score(lines, authors_known=False)


def test_texts_to_link_are_the_same_every_time_and_their_copies_are_found():
    made = linking.measure("neta", 1_000)
    assert list(linking.texts(50)) == list(linking.texts(100))[:50]
    assert (made["planted"], made["right"], made["beside"]) == (20, 20, 0)


def test_a_story_after_the_other_is_confirmed_in_the_browser(tmp_path):
    home = reviewing.home_of(300, tmp_path)
    told = reviewing.measure(home, 5)
    assert told.keys() == {"start s", "peak MB", "first ms", "p50 ms", "p95 ms", "CPU ms"} and told["p95 ms"] > 0
    assert len({entry.subject for entry in ledger.read(Lake(home).ledger, "code")}) == 5
