"""An export holds every chat of an account: of those that nobody ticked, no byte may be anywhere in the home."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.build import build
from flows.home import Answers, init
from flows.settings import load
from tests.standins.meta_exports import (
    AUTHOR,
    FACEBOOK_TEXT,
    HANAKO,
    ROOT,
    html_page,
    page,
    said,
    sealed,
    whispered,
    write_zip,
)
from warehouse import ledger, store

TOKENS = [f"zq{n:02}xk{n * 7919 % 1000:03}v" for n in range(20)]  # ASCII: they look the same in every encoding


def _exports(folder: Path) -> list[Path]:
    """Every place of an export where a chat leaves its names and words, with a token in each."""
    t = iter(TOKENS)
    ordinary = page(
        [
            said(f"母 {next(t)}", 0, f"お正月は {next(t)}", share={"link": f"https://example.com/{next(t)}"}),
            said(f"母 {next(t)}", 1, next(t), photos=[{"uri": f"photos/{next(t)}.jpg"}], is_unsent=True),
            said(AUTHOR, 2, next(t), reactions=[{"reaction": "❤", "actor": next(t)}], odd_field=next(t)),
        ],
        (f"母 {next(t)}", AUTHOR),
        f"inbox/{next(t)}",
    )
    mine = page([said(HANAKO, 0, FACEBOOK_TEXT), said(HANAKO, 1, next(t), is_unsent=True)])
    encrypted = sealed([whispered("父", 0, next(t)), whispered("父", 1, next(t), isUnsent=True)], f"父 {next(t)}", 7)
    as_html = html_page(f"姉 {next(t)}", [("姉", next(t), "2026年3月13日 9:00")])
    members = {
        f"{ROOT}/inbox/mother_1/message_1.json": ordinary,
        f"{ROOT}/inbox/damaged{next(t)}/message_1.json": f'{{"messages": [{{"content": "{next(t)}"'.encode(),
        f"{ROOT}/inbox/yamada_123/message_1.json": mine,
        f"{ROOT}/archived_threads/sister_3/message_1.html": as_html,
    }
    more = {
        f"{ROOT}/message_requests/r_4/message_1.json": page(
            [said("見知らぬ人", 0, next(t))], ("見知らぬ人", AUTHOR), "r_4"
        )
    }
    assert next(t, None) is None, "every token is planted"
    return [
        write_zip(folder / "facebook-a-1.zip", members),
        write_zip(folder / "facebook-a-2.zip", more),
        write_zip(folder / "messages.zip", {"chichi_7.json": encrypted}),
    ]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory, neta) -> tuple[Path, list[Path], str]:
    """(home, exports, what was printed) after --list, an ingest with one chat ticked, one from the inbox, a build."""
    folder = tmp_path_factory.mktemp("unticked")
    home, exports = folder / "home", _exports(folder)
    init(home, Answers(channels=("facebook_messenger",), me={"facebook": [AUTHOR]}))
    listed = neta("ingest", "facebook_messenger", *exports, "--list", "--home", home)
    assert listed.returncode == 0 and HANAKO in listed.stdout, listed.stderr
    done = neta("ingest", "facebook_messenger", *exports, "--conversation", HANAKO, "--home", home)
    assert done.returncode == 0, done.stdout + done.stderr
    waiting = [Path(shutil.copy(path, home / "inbox" / "facebook_messenger")) for path in exports]
    again = neta("ingest", "facebook_messenger", "--conversation", HANAKO, "--home", home)
    assert again.returncode == 0, again.stdout + again.stderr
    for path in waiting:
        path.unlink()
    build(load(home))
    ledger.append(load(home).lake.ledger, "editor", "used", "facebook:1", {"where": "第1章"})
    return home, exports, done.stdout + done.stderr + again.stdout + again.stderr


def test_the_tokens_do_stand_in_the_exports(ingested):
    together = b"".join(path.read_bytes() for path in ingested[1])
    assert [token for token in TOKENS if token.encode() not in together] == []


def test_no_token_of_an_unticked_chat_is_anywhere_in_the_home(ingested):
    home, _, printed = ingested
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {".parquet", ".duckdb", ".sqlite", ".json", ".jsonl", ".html"} <= {path.suffix for path in files}
    found = {str(path.relative_to(home)): hits for path in files if (hits := _found(str(path) + _everything(path)))}
    assert found == {} and _found(printed) == []


def test_the_ticked_chat_is_there(ingested):
    settings = load(ingested[0])
    with store.reading(settings.lake, str(settings.zone)) as con:
        assert con.execute("SELECT story_count FROM mart_total").fetchone() == (1,)


def _found(text: str) -> list[str]:
    return [token for token in TOKENS if token in text]


def _everything(path: Path) -> str:
    """A file's bytes, and what they hold once they are decompressed: cells of Parquet, DuckDB and SQLite."""
    text = path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        text += str(pq.read_table(path, partitioning=None).to_pylist())
    if path.suffix == ".sqlite":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as con:
            text += "\n".join(con.iterdump())
    if path.suffix == ".duckdb":
        text += _cells(path)
    return text


def _cells(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        assert len(names) > 5
        return str([con.execute(f'FROM "{name}"').fetchall() for name in names])
