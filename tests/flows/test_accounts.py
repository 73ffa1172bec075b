"""`neta user`, and that the pages do not open to others before there are accounts."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.home import Answers, init
from tests.warehouse.cheap import cheap_hashes
from warehouse import audit
from warehouse.accounts import Accounts
from warehouse.lake import Lake

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    with cheap_hashes():
        yield


@pytest.fixture
def home(tmp_path) -> Path:
    init(tmp_path / "home", Answers(channels=("pasted",)))
    return tmp_path / "home"


def neta(home: Path, *words: str, said: str = PASSWORD) -> tuple[int, str]:
    """Exit code and what was told, as a script would run it: the password is a line of standard input."""
    done = CliRunner().invoke(main, [*words, "--home", str(home)], input=f"{said}\n")
    return done.exit_code, done.output


def test_accounts_from_a_script(home):
    assert neta(home, "user", "list")[1].startswith("利用者はいません")
    code, told = neta(home, "user", "add", "田中", "--role", "editor")
    assert code == 1 and "最初の一人は著者に" in told
    assert neta(home, "user", "add", "著者", "--role", "author") == (0, "著者 を加えました: 著者(すべて)\n")
    assert neta(home, "user", "add", "田中", "--role", "editor")[0] == 0
    listed = json.loads(neta(home, "user", "list", "--json")[1])
    assert listed == [{"name": "田中", "role": "editor"}, {"name": "著者", "role": "author"}]
    assert neta(home, "user", "role", "田中", "--role", "analyst")[0] == 0
    held = Accounts(Lake(home).accounts)
    assert held.find("田中").role == "analyst"
    assert neta(home, "user", "password", "田中", said="another horse battery")[0] == 0
    assert held.sign_in("田中", PASSWORD, "") is None and held.sign_in("田中", "another horse battery", "")
    assert neta(home, "user", "remove", "田中")[0] == 0
    assert "サインインなしで開けます" in neta(home, "user", "remove", "著者")[1]
    looks = [(look.what, look.subject) for look in audit.read(Lake(home).audit)]
    told = "user_added 著者 user_added 田中 user_role 田中 user_password 田中 user_removed 田中 user_removed 著者"
    assert looks == list(zip(*[iter(told.split())] * 2, strict=True))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "<script>", "--role", "author"), "名前に使えません"),
        (("add", "著者", "--role", "author"), "もうあります"),
        (("add", "だれか", "--role", "author"), "12字以上"),
        (("password", "nobody"), "という利用者はいません"),
        (("remove", "nobody"), "という利用者はいません"),
        (("role", "著者", "--role", "editor"), "著者が一人もいなくなります"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(home, words, told):
    Accounts(Lake(home).accounts).add("著者", "author", PASSWORD)
    code, said = neta(home, "user", *words, said="too short" if "12字" in told else PASSWORD)
    assert code == 1 and told in said and said.count("\n") == 1
    assert list(audit.read(Lake(home).audit)) == []


def on_a_terminal(home: Path, *typed: str) -> tuple[int, str]:
    """`neta user add` with somebody who types: exit code and everything that stood on the screen."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "flows.cli", "user", "add", "著者", "--role", "author", "--home", str(home)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    shown, asked = b"", iter(typed)
    try:
        while piece := os.read(master, 1000):
            shown += piece
            if piece.endswith(b": ") and (line := next(asked, None)):
                os.write(master, f"{line}\n".encode())
    except OSError:
        pass  # the other end was closed
    return child.wait(timeout=60), shown.decode()


def test_on_a_terminal_the_password_is_asked_for_twice_and_never_shown(home):
    code, shown = on_a_terminal(home, PASSWORD, "another horse battery")
    assert code == 1 and "2回の入力が違います" in shown and not Accounts(Lake(home).accounts).any()
    code, shown = on_a_terminal(home, PASSWORD, PASSWORD)
    assert code == 0 and "著者 を加えました" in shown and PASSWORD not in shown


def wanting(home: Path, hosts: str) -> None:
    file = home / "neta.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[web]\nhosts = {hosts}\n", encoding="utf-8")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.jp"])
def test_others_find_no_pages_before_there_are_accounts(home, host):
    code, told = neta(home, "web", "--host", host)
    assert code == 1 and "neta user add" in told and told.count("\n") == 1
    wanting(home, '["neta.example.jp"]')  # behind a proxy, on loopback
    code, told = neta(home, "web")
    assert code == 1 and "neta user add" in told


def test_pages_on_every_address_need_a_name(home):
    Accounts(Lake(home).accounts).add("著者", "author", PASSWORD)
    code, told = neta(home, "web", "--host", "0.0.0.0")
    assert code == 1 and "[web] hosts" in told


@pytest.mark.parametrize(
    "hosts", ['["https://neta.example.jp"]', '["a b"]', '["NETA"]', '"x"', '["x"]\nport = 1', '["x"]\nhttps = 1']
)
def test_names_that_are_none_are_told(home, hosts):
    wanting(home, hosts)
    code, told = neta(home, "user", "list")
    assert code == 1 and "[web]" in told


def raw(port: int, request: bytes) -> bytes:
    """What the server says to bytes that no browser would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(request)
        return line.makefile("rb").readline()


def test_the_real_server_asks_who_and_reads_no_more_than_it_must(home):
    Accounts(Lake(home).accounts).add("著者", "author", PASSWORD)
    wanting(home, '["neta.example.jp"]')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "flows.cli", "web", "--home", str(home), "--port", str(port)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        here = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
        for _ in range(300):
            try:
                answer = here.get("/stories", headers={"Host": "neta.example.jp", "X-Forwarded-For": "203.0.113.5"})
                break
            except httpx.TransportError:
                time.sleep(0.2)
        assert answer.headers["location"] == "/signin?next=%2Fstories" and "server" not in answer.headers
        assert here.get("/signin").headers["set-cookie"].startswith("__Host-neta_session=")
        both = b"POST /signin HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
        assert raw(port, both).startswith((b"HTTP/1.1 411", b"HTTP/1.1 400"))
        endless = b"POST /signin HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\nx"
        assert raw(port, endless).startswith(b"HTTP/1.1 413")
        split = b"GET /signin?next=/\r\nX-Injected: 1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        assert raw(port, split).startswith(b"HTTP/1.1 400")
        twice = b"GET /signin HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n"
        assert raw(port, twice).startswith(b"HTTP/1.1 400")
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
