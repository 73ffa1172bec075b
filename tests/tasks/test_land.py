"""Landing: nothing twice, nothing lost, and the cursor moves last, even when the process is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks import worker
from tasks.inbox import land_inbox
from tasks.land import land
from warehouse.lake import Lake, read_parquet

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def page(*numbers: int) -> dict:
    """An answer of X's search with these posts; the like count is another one every time."""
    posts = [
        {
            "id": f"17{n:017d}",
            "author_id": "42",
            "text": f"{n}番目の話 #本のネタにしてもいいよ",
            "created_at": "2026-03-01T00:00:00.000Z",
            "public_metrics": {"like_count": random.randrange(10**6)},
        }
        for n in numbers
    ]
    return {"data": posts, "meta": {"result_count": len(posts)}}


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def landed(lake: Lake, paths: list[Path], run: str = "run", later: int = 0):
    return land(lake, "x_hashtag", paths, {}, NOW + timedelta(days=later), run)


def raw_ids(lake: Lake) -> list[str]:
    return sorted(i for file in lake.raw_files() for i in read_parquet(file, ["raw_id"])["raw_id"].to_pylist())


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path / "home")


def test_a_file_landed_again_brings_nothing(lake, tmp_path):
    file = write(tmp_path / "a.json", page(1, 2, 3))
    first, again = landed(lake, [file]), landed(lake, [file], "second", later=1)
    assert (first.items, first.new, first.known) == (3, 3, 0)
    assert (again.items, again.new, again.known) == (3, 0, 3)
    assert len(raw_ids(lake)) == len(set(raw_ids(lake))) == 3


def test_overlapping_files_in_any_order_bring_each_item_once(tmp_path):
    pages = [page(1, 2, 3), page(3, 4), page(4, 5, 1), page(2)]
    found = []
    for turn, order in enumerate(([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1])):
        lake = Lake(tmp_path / str(turn))
        done = [landed(lake, [write(tmp_path / f"{turn}-{n}.json", pages[n])]) for n in order]
        assert sum(d.new for d in done) == 5 and sum(d.known for d in done) == 4
        found.append(raw_ids(lake))
    assert found[0] == found[1] == found[2] and len(found[0]) == 5


def test_an_item_twice_in_one_file_lands_once(lake, tmp_path):
    done = landed(lake, [write(tmp_path / "a.json", [page(1), page(1)])])
    assert (done.items, done.new, done.known, len(raw_ids(lake))) == (2, 1, 1, 1)


def test_a_source_that_cannot_be_read_costs_one_row_and_no_other_source(lake, tmp_path):
    (tmp_path / "cut.json").write_text('{"data": [{"id": "1", "te', encoding="utf-8")
    paths = [tmp_path / "cut.json", tmp_path / "gone.json", write(tmp_path / "good.json", page(1))]
    done = landed(lake, paths)
    assert [(name, problem) for name, problem, _ in sorted(done.notices)] == [
        ("cut.json", "json_broken"),
        ("gone.json", "not_found"),
    ]
    assert (done.new, dict(done.problems)) == (2, {"json_broken": 1})
    assert landed(lake, paths).new == 0


def test_small_sources_share_a_raw_file_and_large_ones_get_several(lake, tmp_path, monkeypatch):
    files = [write(tmp_path / f"{n}.json", page(n)) for n in range(9)]
    assert landed(lake, files).new == 9 and len(lake.raw_files()) == 1
    monkeypatch.setattr("tasks.land.PARCEL_BYTES", 300)
    landed(lake, [write(tmp_path / f"{n}.json", page(n)) for n in range(10, 30)])
    assert len(lake.raw_files()) > 5 and len(raw_ids(lake)) == 29


def test_the_cursor_moves_only_when_all_is_durable(lake, tmp_path):
    inbox = write(tmp_path / "inbox" / "a.json", page(1, 2)).parent
    lake.state.mkdir(parents=True)
    (lake.state / "cursors").write_text("in the way")  # raw can be written, the cursor cannot
    with pytest.raises(FileExistsError):
        land_inbox(lake, "x_hashtag", inbox, {}, NOW, "first")
    assert len(raw_ids(lake)) == 2
    (lake.state / "cursors").unlink()
    second = land_inbox(lake, "x_hashtag", inbox, {}, NOW, "second")
    assert (second.sources, second.new, second.known, len(raw_ids(lake))) == (1, 0, 2, 2)
    third = land_inbox(lake, "x_hashtag", inbox, {}, NOW, "third")
    assert (third.sources, third.skipped, third.items) == (0, 1, 0)


def test_a_file_whose_reader_was_killed_is_read_again(lake, tmp_path):
    inbox = write(tmp_path / "inbox" / "a.json", page(1, 2)).parent
    ended = worker.Worker()
    ended._process.kill()
    ended._process.wait()
    worker._idle.append(ended)  # as one that lay idle when memory ran short
    first = land_inbox(lake, "x_hashtag", inbox, {}, NOW, "first")
    assert [problem for _, problem, _ in first.notices] == ["too_slow"]
    second, third = (land_inbox(lake, "x_hashtag", inbox, {}, NOW, run) for run in ("second", "third"))
    assert (second.new, second.skipped, third.skipped) == (2, 0, 1)


@pytest.mark.parametrize("is_named", [True, False])
def test_what_cannot_be_opened_is_told_and_stops_no_other(lake, tmp_path, is_named, monkeypatch):
    inbox = write(tmp_path / "inbox" / "a.json", page(1)).parent
    closed = write(inbox / "closed.json", page(2))
    closed.chmod(0)
    may_read = os.access  # who runs the tests as root may read everything
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and may_read(path, mode))
    os.mkfifo(inbox / "pipe.json")  # to open one waits for ever
    paths = sorted(inbox.iterdir())
    way, where = (land, paths) if is_named else (land_inbox, inbox)
    done = way(lake, "x_hashtag", where, {}, NOW, "run")
    told = {(name, problem) for name, problem, _ in done.notices}
    assert done.new == 1 and ("closed.json", "not_permitted") in told
    assert ("pipe.json", "not_a_file" if is_named else "not_taken") in told


def test_a_file_is_read_again_when_its_bytes_or_the_options_changed(lake, tmp_path):
    file = write(tmp_path / "inbox" / "a.json", page(1))
    land_inbox(lake, "x_hashtag", file.parent, {}, NOW, "run")
    assert land_inbox(lake, "x_hashtag", file.parent, {"hashtags": ["x"]}, NOW, "run").sources == 1
    write(file, page(1, 2))
    assert land_inbox(lake, "x_hashtag", file.parent, {}, NOW, "run").new == 1


# Ingests in a forked child that is killed at its n-th touch of what is kept, then once more here.
KILLED = """
import json, os, signal, sys
from pathlib import Path
import pandas, pyarrow.parquet  # once, not in every child
from flows.home import Answers, init
from flows.ingest import ingest
from flows.settings import load
from tasks import land, worker
from tasks.channels import x_hashtag

land.PARCEL_ITEMS = 2  # two raw files

def child(work):
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def killed_at(home, n):
    touched = 0
    def hook(event, args):
        nonlocal touched
        kept = str(args[0]).startswith((f"{home}/raw", f"{home}/state/cursors")) if args else False
        if event in ("open", "os.rename", "os.remove") and kept:
            touched += 1
            if touched == n:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    worker._idle.clear()  # those that lie idle are the parent's
    ingest(load(home), "x_hashtag")

folder, pages = Path(sys.argv[1]), json.loads(sys.argv[2])
for n in range(1, 200):
    home = folder / str(n)
    init(home, Answers(channels=["x_hashtag"]))
    for name, page in enumerate(pages):
        (home / "inbox" / "x_hashtag" / f"{name}.json").write_text(json.dumps(page))
    code = child(lambda: killed_at(home, n))
    known = len(list(home.glob("raw/*/*/[!.]*.parquet")))
    cursor = (home / "state/cursors/x_hashtag.json").exists()
    print(json.dumps({"code": code, "files": known, "cursor": cursor}), flush=True)
    ingest(load(home), "x_hashtag")
    if code == 0:
        break
"""


def test_killed_anywhere_the_next_run_ends_at_the_same_place(tmp_path):
    pages = [page(1, 2), page(2, 3, 4)]
    command = [sys.executable, "-c", KILLED, str(tmp_path), json.dumps(pages)]
    told = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    tries = [json.loads(line) for line in told.stdout.splitlines()]
    *kills, last = tries
    assert last["code"] == 0 and len(kills) >= 10, told.stderr
    assert {k["code"] for k in kills} == {-signal.SIGKILL}
    assert {k["files"] for k in kills} == {0, 1, 2}  # before, between and after the two raw files
    assert all(k["files"] == 2 for k in tries if k["cursor"])
    for home in tmp_path.iterdir():
        lake = Lake(home)
        assert len(raw_ids(lake)) == len(set(raw_ids(lake))) == 4, home.name
        assert (lake.state / "cursors" / "x_hashtag.json").exists()
        assert list(lake.raw.rglob(".tmp-*")) == []
