"""Live mail against a real Dovecot: everything once, nothing half, nothing changed on the server, no secret told."""

from __future__ import annotations

import base64
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tasks.channels import Item, email
from tasks.items import raw_id
from tasks.live import Well, draw
from tasks.sources import imap
from tests.standins import dovecot
from tests.standins.proxy import Proxy
from tests.standins.raw import unused_port

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRETS = {"MAIL_PASSWORD": dovecot.PASSWORD, "MAIL_TOKEN": dovecot.TOKEN}


def letter(number: int, text: str = "noteを書いていたら取材が来ました。", lines: int = 3) -> bytes:
    head = (
        f"Message-ID: <{number}@example.jp>\r\nDate: Fri, 13 Mar 2026 20:00:00 +0900\r\nFrom: a{number}@example.jp\r\n"
        "Subject: hanashi\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return (head + f"{text}\r\n" * lines).encode()


@dataclass
class Pulled:
    cursor: Mapping | None
    notices: list[tuple[str, str]]
    items: list[Item]
    kept: list[bytes]
    waits: list[float]

    @property
    def mails(self) -> list[bytes | None]:
        return [item.payload for item in self.items]

    @property
    def told(self) -> list[str]:
        return [problem for problem, _ in self.notices]


@pytest.fixture
def pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """pull(settings, cursor, **span): one pull, and what `cut` makes of what was kept."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def one(settings: Mapping, cursor: Mapping | None = None, **span) -> Pulled:
        waits: list[float] = []
        http = SimpleNamespace(sleep=waits.append)  # of the HTTP client, mail needs patience only
        well = Well(tmp_path / "inbox", settings, cursor or {}, NOW, http, **span)
        new = draw(email, well)
        items = [item for path in well.kept for item in email.cut(path, {})]
        kept = [path.read_bytes() for path in well.kept]
        well.empty()
        return Pulled(json.loads(json.dumps(new)), well.notices, items, kept, waits)

    return one


# --- settings, which need no server

GOOD = {"host": "localhost", "user": "author", "folder": "応募", "password_env": "MAIL_PASSWORD"}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"folder": None}, "folder"),
        ({"folder": " "}, "folder"),
        ({"host": None}, "host"),
        ({"password_env": None}, "password_env | oauth_token_env"),
        ({"oauth_token_env": "MAIL_TOKEN"}, "password_env | oauth_token_env"),
        ({"tls": "none", "host": "imap.example.jp"}, "tls"),
        ({"tls": "none", "host": "192.168.1.2"}, "tls"),
        ({"tls": False}, "tls"),
        ({"port": "993"}, "port"),
        ({"since": "昨日"}, "since"),
        ({"ca": "/nowhere.pem"}, "ca"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named_before_anybody_is_asked(pull, wrong: dict, named: str):
    got = pull(GOOD | wrong)
    assert (got.cursor, got.notices) == (None, [("option_missing", f"[channels.email] {named}")])


def test_a_secret_that_is_not_set(pull, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MAIL_PASSWORD")
    assert pull(GOOD).notices == [("no_secret", "MAIL_PASSWORD")]


def test_a_server_that_is_not_there(pull):
    got = pull(GOOD | {"host": "127.0.0.1", "port": unused_port(), "tls": "none"})
    assert (got.cursor, got.told, len(got.waits)) == (None, ["no_connection"], imap.TRIES - 1)


# --- a real server

service = pytest.mark.service


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    if not (dovecot.BINARY and shutil.which("openssl")):
        pytest.skip("no dovecot or no openssl here (Debian: apt install dovecot-imapd openssl)")
    with dovecot.dovecot() as running:
        yield running


@pytest.fixture
def folder(request) -> str:
    """A folder of the test's own."""
    return f"応募/{request.node.name}"


@pytest.fixture
def settings(server, folder) -> dict:
    return GOOD | {"port": server.tls, "ca": str(server.ca), "folder": folder}


@service
def test_everything_once_and_then_only_what_is_new(server, pull, folder, settings):
    mails = [letter(n) for n in range(5)]
    server.fill(folder, mails)
    first = pull(settings)
    assert (first.mails, first.notices) == (mails, [])
    second = pull(settings, first.cursor)
    assert (second.items, second.kept, second.cursor) == ([], [], first.cursor), "n+1:* would find the last one again"
    server.fill(folder, [letter(5)])
    third = pull(settings, second.cursor)
    assert third.mails == [letter(5)]


@service
def test_a_folder_without_mail(server, pull, folder, settings):
    server.fill(folder, [])
    got = pull(settings)
    assert (got.items, got.notices) == ([], []) and got.cursor
    server.fill(folder, [letter(1)])
    assert pull(settings, got.cursor).mails == [letter(1)]


@service
@pytest.mark.parametrize("told", [b"[UIDNEXT", b"[UIDNAXT"], ids=["with UIDNEXT", "without"])
def test_the_last_message_is_not_news_when_the_server_tells_no_next_uid(server, pull, folder, settings, told):
    server.fill(folder, [letter(n) for n in range(3)])
    reword = lambda data: data.replace(b"[UIDNEXT", told)  # noqa: E731
    with Proxy(server.plain, reword=reword) as proxy:
        settings |= {"host": "127.0.0.1", "port": proxy.port, "tls": "none"}
        first = pull(settings)
        second = pull(settings, first.cursor)
    assert (len(first.mails), second.mails) == (3, [])


@service
def test_windows_batches_and_gaps_lose_nothing(server, pull, folder, settings, monkeypatch):
    monkeypatch.setattr(imap, "WINDOW", 7)
    monkeypatch.setattr(imap, "SIZES_AT_ONCE", 5)
    monkeypatch.setattr(imap, "BATCH_BYTES", 1500)
    mails = [letter(n, lines=1 + n % 9) for n in range(40)]
    server.fill(folder, mails)
    with server.client() as client:
        client.select_folder(folder)
        client.delete_messages(range(9, 30))
        client.expunge()
    got = pull(settings)
    assert got.mails == mails[:8] + mails[29:]
    assert all(len(kept) < 5000 for kept in got.kept) and len(got.kept) > 5


@service
def test_FS15_uidvalidity_changes(server, pull, folder, settings):
    mails = [letter(n) for n in range(3)]
    server.fill(folder, mails)
    first = pull(settings)
    with server.client() as client:
        client.delete_folder(folder)
    server.fill(folder, [letter(9), *mails])
    second = pull(settings, first.cursor)
    assert second.told == ["mail_renumbered"] and first.cursor != second.cursor
    ids = [{raw_id("email", item) for item in pulled.items} for pulled in (first, second)]
    assert len(ids[1] - ids[0]) == 1 and ids[0] < ids[1], "what was there is known, what is new comes"
    assert pull(settings, second.cursor).items == []


@service
def test_FS17_nothing_on_the_server_changes(server, pull, folder, settings, monkeypatch):
    monkeypatch.setattr(imap, "MESSAGE_CAP", 2000)
    server.fill(folder, [letter(1), letter(2, lines=100), letter(3)])
    with server.client() as client:
        client.select_folder(folder)
        client.add_flags([3], [b"\\Flagged", b"\\Deleted"])
    before = server.state(folder)
    assert len(pull(settings).items) == 3
    assert server.state(folder) == before and b"\\Seen" not in str(before).encode()


@service
def test_FS17_messages_that_go_meanwhile_are_no_loss(server, pull, folder, settings, monkeypatch):
    server.fill(folder, [letter(n) for n in range(6)])
    monkeypatch.setattr(imap, "BATCH_MAILS", 2)
    keep, expunged = Well.keep, []

    def keep_and_expunge(self, data: bytes, suffix: str):
        if not expunged:
            with server.client() as client:
                client.select_folder(folder)
                client.delete_messages([1, 4])
                client.expunge([1, 4])
            expunged.append(True)
        return keep(self, data, suffix)

    monkeypatch.setattr(Well, "keep", keep_and_expunge)
    got = pull(settings)
    assert got.mails == [letter(n) for n in (0, 1, 2, 4, 5)] and got.notices == []
    assert pull(settings, got.cursor).items == []


def plain(settings: dict, port: int) -> dict:
    return settings | {"host": "127.0.0.1", "port": port, "tls": "none"}


@service
def test_FS16_cut_once_after_any_number_of_bytes(server, pull, folder, settings):
    mails = [letter(n, lines=2 + n) for n in range(6)]
    server.fill(folder, mails)
    with Proxy(server.plain) as proxy:
        cursor = pull(plain(settings, proxy.port)).cursor
    for cut in [0, 1, 60, 150, *range(300, 7000, 670)]:
        with Proxy(server.plain, [cut]) as proxy:
            got = pull(plain(settings, proxy.port))
        assert got.mails == mails and got.notices == [], f"cut after {cut} bytes"
        assert list(got.cursor.values()) == list(cursor.values())
        assert proxy.connections <= 2


@service
@pytest.mark.parametrize("cut", [40, 700, 1800, 3000])
def test_FS16_cut_every_time(server, pull, folder, settings, cut: int):
    mails = [letter(n, lines=8) for n in range(9)]
    server.fill(folder, mails)
    with Proxy(server.plain, [cut] * 100) as proxy:
        address = plain(settings, proxy.port)
        broken = pull(address)
        proxy._cuts.clear()
        rest = pull(address, broken.cursor)
    assert set(broken.mails) <= set(mails), "a half message was kept"
    assert broken.told == ([] if set(broken.mails) == set(mails) else ["no_connection"])
    assert {*broken.mails, *rest.mails} == set(mails)
    assert cut < 3000 or not rest.mails, "where one message fits through, all come, one after the other"
    assert broken.mails == [] or len(rest.mails) < len(mails), "what came is not asked for again"


@service
def test_a_message_over_the_cap_stays_there_and_a_note_lands(server, pull, folder, settings, monkeypatch):
    monkeypatch.setattr(imap, "MESSAGE_CAP", 2000)
    large = letter(2, lines=100)
    server.fill(folder, [letter(1), large, letter(3)])
    got = pull(settings)
    assert got.mails == [letter(1), None, letter(3)] and got.notices == []
    note = got.items[1]
    assert (note.item_id, note.problem, note.context["size"]) == ("2@example.jp", "too_large", len(large))
    assert note.context["header"].encode("latin-1") == large.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert not any(b"\xe5\x8f\x96" in kept for kept in got.kept[1:2]), "its text was fetched"


class Poisoned(imap.IMAPClient):
    """A client whose server says NO to every fetch that holds UID 2, as Exchange does for a damaged message."""

    mended = False

    def fetch(self, messages, data, modifiers=None):
        if 2 in messages and not Poisoned.mended and data != [b"RFC822.SIZE"]:
            raise imap.IMAPClientError("fetch failed: [SERVERBUG]")
        return super().fetch(messages, data, modifiers)


@service
def test_a_message_that_is_withheld_is_told_and_asked_for_again(server, pull, folder, settings, monkeypatch):
    monkeypatch.setattr(imap, "IMAPClient", Poisoned)
    server.fill(folder, [letter(n) for n in (1, 2, 3)])
    first = pull(settings)
    assert (first.mails, first.told) == ([letter(1), letter(3)], ["mail_withheld"])
    second = pull(settings, first.cursor)
    assert (second.mails, second.told) == ([], ["mail_withheld"])
    monkeypatch.setattr(Poisoned, "mended", True)
    third = pull(settings, second.cursor)
    assert (third.mails, third.told) == ([letter(2)], [])
    assert pull(settings, third.cursor).items == []


@service
def test_a_folder_that_is_not_there_is_told_with_the_name_that_may_be_meant(server, pull, settings):
    server.fill("受信/ネタ", [letter(1)])
    got = pull(settings | {"folder": "ネタ"})
    assert (got.cursor, got.notices) == (None, [("folder_missing", "ネタ → 受信/ネタ ?")])
    assert pull(settings | {"folder": "無い"}).notices == [("folder_missing", "無い")]


WAYS = {
    "password": ({"password_env": "MAIL_PASSWORD"}, "MAIL_PASSWORD"),
    "token": ({"password_env": None, "oauth_token_env": "MAIL_TOKEN"}, "MAIL_TOKEN"),
}


@service
@pytest.mark.parametrize("tls", ["tls", "starttls", "none"])
@pytest.mark.parametrize(("way", "variable"), WAYS.values(), ids=WAYS)
def test_ways_in(server, pull, folder, settings, tls: str, way: dict, variable: str):
    server.fill(folder, [letter(1)])
    got = pull(settings | {"tls": tls, "port": server.tls if tls == "tls" else server.plain} | way)
    assert (got.mails, got.notices) == ([letter(1)], [])


@service
@pytest.mark.parametrize("capability", [b"AUTH=PLAIN", b"AUTH=PLAIX"], ids=["AUTHENTICATE", "LOGIN"])
@pytest.mark.parametrize(("way", "variable"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("wrong", ["Wr0ng-Geheim", "ひみつの語", 'a"b\\c'])
def test_a_wrong_secret_is_one_clear_notice_without_it(
    server, pull, folder, settings, caplog, monkeypatch, capability, way, variable, wrong
):
    server.fill(folder, [])
    monkeypatch.setenv(variable, wrong)
    reword = lambda data: data.replace(b"AUTH=PLAIN", capability)  # noqa: E731
    with caplog.at_level(logging.DEBUG), Proxy(server.plain, reword=reword) as proxy:
        got = pull(plain(settings, proxy.port) | way)
    assert (got.cursor, got.notices) == (None, [("login_refused", "author 127.0.0.1")])
    assert proxy.connections == 1, "asked again with a wrong password, an account gets locked"
    assert wrong not in caplog.text and "auth=" not in caplog.text


@service
def test_LOGIN_where_nothing_else_is_offered(server, pull, folder, settings):
    server.fill(folder, [letter(1)])
    with Proxy(server.plain, reword=lambda data: data.replace(b"AUTH=PLAIN", b"AUTH=PLAIX")) as proxy:
        assert pull(plain(settings, proxy.port)).mails == [letter(1)]
    assert b' LOGIN author "pass word-5"\r\n' in proxy.heard


@service
def test_a_refused_token_is_sent_once_and_its_challenge_gets_an_empty_answer(
    server, pull, folder, settings, monkeypatch
):
    server.fill(folder, [])
    monkeypatch.setenv("MAIL_TOKEN", "expired")
    with Proxy(server.plain) as proxy:
        got = pull(plain(settings, proxy.port) | WAYS["token"][0])
    sent = base64.b64encode(b"user=author\1auth=Bearer expired\1\1")
    assert (got.told, proxy.heard.count(sent)) == (["login_refused"], 1) and sent + b"\r\n\r\n" in proxy.heard


@service
@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(server, pull, folder, settings, tls: str):
    server.fill(folder, [])
    port = server.tls if tls == "tls" else server.plain
    for more in ({"ca": None}, {"host": "127.0.0.1"}):  # unknown authority; known, but for another name
        got = pull(settings | {"tls": tls, "port": port} | more)
        assert (got.cursor, got.told) == (None, ["certificate"])


@service
def test_a_server_without_starttls_gets_no_password(server, pull, folder, settings):
    reword = lambda data: data.replace(b"STARTTLS", b"STARTPLS")  # noqa: E731
    with Proxy(server.plain, reword=reword) as proxy:
        got = pull(settings | {"port": proxy.port, "tls": "starttls"})
    assert (got.cursor, got.told) == (None, ["tls_missing"])


@service
def test_a_span_is_asked_for_with_a_day_of_slack_and_moves_nothing_else(server, pull, folder, settings):
    for number, day in ((1, 1), (2, 10), (3, 20)):
        server.fill(folder, [letter(number)], datetime(2026, 3, day, 12, tzinfo=UTC))
    at = lambda day: datetime(2026, 3, day, tzinfo=UTC)  # noqa: E731
    whole = pull(settings)
    assert pull(settings, whole.cursor, since=at(11), until=at(12)).mails == [letter(2)]
    assert pull(settings, whole.cursor, until=at(9)).mails == [letter(1), letter(2)]
    assert pull(settings | {"since": at(11).date()}).mails == [letter(2), letter(3)]
    assert pull(settings | {"since": "2026-03-12"}).mails == [letter(3)]
    assert pull(settings | {"since": "2026-03-12"}, whole.cursor).mails == [letter(3)], "another span, another cursor"
