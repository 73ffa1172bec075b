"""A home whose ledger lies in PostgreSQL: decide, build, back up, restore, withdraw, and come there from a file."""

from __future__ import annotations

import pytest

from flows.build import build
from flows.failures import Refused
from flows.forgetting import forget
from flows.keeping import backup, restore
from flows.moving_ledger import export, take_in
from flows.reviewing import decide
from flows.settings import SettingsError, load
from tests.standins.ledgers import postgresql  # noqa: F401
from warehouse import ledger, store

POST = "x:1700000000000000007"
NAME = "NETA_TEST_LEDGER"


def set_to_server(path) -> None:
    toml = path / "neta.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + f'\n[ledger]\nurl_env = "{NAME}"\n', encoding="utf-8")


@pytest.fixture
def served(told, request, monkeypatch):
    """A home that began with a file and moved to a server."""
    decide(told.path, POST, "benefit=other", "editor", None)
    export(told.path, told.path.parent / "ledger.jsonl", "editor")
    set_to_server(told.path)
    monkeypatch.setenv(NAME, request.getfixturevalue("postgresql").database())
    take_in(told.path, told.path.parent / "ledger.jsonl")
    told.settings.lake.ledger_file.unlink()
    return told


def benefit(path) -> list[tuple]:
    with store.reading(load(path).lake, "Asia/Tokyo") as con:
        return con.execute("SELECT code FROM fct_coding WHERE coder = 'person:editor'").fetchall()


@pytest.mark.service
def test_a_home_with_its_ledger_on_a_server(served, request, monkeypatch, tmp_path, capsys):
    lake = served.settings.lake
    build(served.settings)
    assert benefit(served.path) == [("other",)] and not lake.ledger_file.exists()
    backup(served.path, tmp_path / "backup.tar", "editor")
    kept = ledger.read(lake.ledger)
    with pytest.raises(SettingsError, match=NAME):
        monkeypatch.delenv(NAME)
        load(served.path)

    monkeypatch.setenv(NAME, (other := request.getfixturevalue("postgresql").database()))
    restore(tmp_path / "backup.tar", tmp_path / "new", [], "editor")
    assert ledger.read(other)[:-1] == kept and benefit(tmp_path / "new") == [("other",)]
    assert not (tmp_path / "new" / "ledger.sqlite").exists() and ledger.verify(other) == []
    assert "neta@" not in repr(load(tmp_path / "new"))

    capsys.readouterr()
    assert forget(tmp_path / "new", POST, False, "channel", "editor", None, True, False) == 0, capsys.readouterr().out
    assert "1700000000000000007" not in "".join(ledger.lines(other)) and ledger.verify(other) == []

    monkeypatch.setenv(NAME, (foreign := request.getfixturevalue("postgresql").database()))
    ledger.append(foreign, "editor", "code", "x:1", {})
    with pytest.raises(Refused):
        restore(tmp_path / "backup.tar", tmp_path / "third", [], "editor")
    assert not (tmp_path / "third").exists() and len(ledger.read(foreign)) == 1


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite:///x"])
def test_a_server_that_is_not_named_is_told_and_its_password_never(told, monkeypatch, url):
    set_to_server(told.path)
    monkeypatch.setenv(NAME, url)
    with pytest.raises(SettingsError, match=NAME):
        load(told.path)
    monkeypatch.setenv(NAME, "postgresql://neta:geheim@127.0.0.1:1/none")
    assert "geheim" not in repr(load(told.path)) + ledger.named(load(told.path).lake.ledger)
