"""Mail from a real server through the whole intake: landed once, whichever way it came, and the cursor after it."""

from __future__ import annotations

import shutil

import pytest

from flows.ingest import ingest
from tasks import conform
from tests.standins import dovecot

pytestmark = pytest.mark.service


def letter(number: int) -> bytes:
    head = (
        f"Message-ID: <{number}@example.jp>\r\nDate: Fri, 13 Mar 2026 20:00:00 +0900\r\nFrom: a{number}@example.jp\r\n"
    )
    return (
        head + "Content-Type: text/plain; charset=utf-8\r\n\r\nブログを見た編集者から声がかかりました。\r\n"
    ).encode()


@pytest.fixture
def mailbox(real_home, monkeypatch):
    if not (dovecot.BINARY and shutil.which("openssl")):
        pytest.skip("no dovecot or no openssl here (Debian: apt install dovecot-imapd openssl)")
    monkeypatch.setenv("MAIL_PASSWORD", dovecot.PASSWORD)
    with dovecot.dovecot() as server:
        where = f'host = "localhost"\nport = {server.tls}\nca = "{server.ca}"\nuser = "author"\nfolder = "応募"\n'
        more = f'[channels.email]\nlive = true\n{where}password_env = "MAIL_PASSWORD"\n'
        file = real_home.path / "neta.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("[channels.email]", more + "#"), encoding="utf-8")
        yield server


def test_a_mailbox_file_and_the_server_bring_a_mail_once(real_home, mailbox):
    mails = [letter(n) for n in range(3)]
    mailbox.fill("応募", mails)
    first = ingest(real_home.settings, "email")
    assert (first.new, first.notices) == (3, [])
    assert len(real_home.settings.lake.raw_files("email")) == 1, "one raw file a batch, not one a mail"
    assert list((real_home.path / "inbox" / "email").rglob("*.zip")) == [], "what is landed waits no longer"
    assert ingest(real_home.settings, "email").items == 0

    line = b"From a@example.jp Fri Mar 13 11:00:00 2026"
    inbox = real_home.path / "inbox" / "email"
    (inbox / "crlf.mbox").write_bytes(b"".join(line + b"\r\n" + mail + b"\r\n" for mail in mails))
    same = ingest(real_home.settings, "email")
    assert (same.new, same.known) == (0, 3)
    lines = [mail.replace(b"\r\n", b"\n") for mail in mails]
    (inbox / "lf.mbox").write_bytes(b"".join(line + b"\n" + mail + b"\n" for mail in lines))
    same = ingest(real_home.settings, "email")
    assert (same.new, same.known) == (0, 3)
    told = conform.messages(real_home.settings.lake).to_pylist()
    assert {m["submission_id"] for m in told} == {f"mail:{n}@example.jp" for n in range(3)}
    assert len({m["body"] for m in told}) == 1


def test_a_pull_that_lands_nothing_moves_no_cursor(real_home, mailbox, monkeypatch):
    mailbox.fill("応募", [letter(1)])
    with monkeypatch.context() as broken:
        broken.setattr("warehouse.lake.Lake.write_raw", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            ingest(real_home.settings, "email")
    assert ingest(real_home.settings, "email").new == 1
