"""No author id, handle, name, address, number or Message-ID of the sample stands in anything made of it."""

from __future__ import annotations

import json
import unicodedata

import pytest

from flows.settings import load
from tasks import conform
from tasks.sample import personal_tokens
from warehouse import store


def comparable(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@pytest.fixture(scope="module")
def tokens() -> list[str]:
    """As they stand, and names also without the space between, as people type them."""
    whole = personal_tokens()
    return sorted({comparable(t) for token in whole for t in (token, token.replace(" ", ""))})


@pytest.fixture(scope="module")
def lake(sample_home):
    return load(sample_home.path).lake


def found(tokens: list[str], text: str) -> list[str]:
    text = comparable(text)
    return [token for token in tokens if token in text]


def test_the_tokens_do_stand_in_what_came_in(tokens, lake):
    came_in = json.dumps(conform.messages(lake).to_pylist(), ensure_ascii=False, default=str)
    assert len(found(tokens, came_in)) > 900


@pytest.fixture(scope="module")
def identities(lake) -> list[str]:
    """Native ids, names, threads and links of every message, as the sources tell them."""
    told = conform.messages(lake).select(["submission_id", "author_id", "author_name", "conversation_id", "url"])
    values = {value for row in told.to_pylist() for value in row.values() if value}
    return sorted({comparable(value.split(":", 1)[-1] if value[:1].islower() else value) for value in values})


def test_no_cell_of_any_table_names_anybody(tokens, identities, lake):
    assert len(identities) > 1000 and min(map(len, identities)) > 2
    tokens, leaks, cells = sorted({*tokens, *identities}), {}, 0
    with store.reading(lake, "Asia/Tokyo") as con:
        for table in store.tables(con):
            for row in con.execute(f"FROM {table}").fetchall():
                cells += len(row)
                if named := found(tokens, " \0 ".join(map(str, row))) if _texts(row) else []:
                    leaks.setdefault(table, []).append((named, row))
    assert leaks == {} and cells > 10_000


def _texts(row: tuple) -> bool:
    return any(isinstance(cell, str | list) for cell in row)


def test_the_report_and_the_logs_name_nobody(tokens, lake):
    files = [lake.reports / "validation.html", *lake.state.rglob("*.json*")]
    assert len(files) > 3
    assert {file.name: found(tokens, file.read_text(encoding="utf-8")) for file in files} == {f.name: [] for f in files}
