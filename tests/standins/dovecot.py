"""A real Dovecot, alone on loopback ports, with one mailbox, a certificate of its own and nothing outside its folder.

Settings as doc.dovecot.org describes them for a server that does not run as root (HowTo/Rootless).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from tests.standins.raw import unused_port

USER, PASSWORD, TOKEN = "author", "pass word-5", "token-7"
BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_location = maildir:{home}/mail
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {home}/passwd
}}
passdb {{
  driver = static
  mechanisms = xoauth2
  args = password={token}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server. plain, tls: ports of 127.0.0.1; ca: its certificate, for the name localhost."""

    home: Path
    plain: int
    tls: int

    @property
    def ca(self) -> Path:
        return self.home / "cert.pem"

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Somebody who delivers and deletes: not what is tested."""
        with IMAPClient("127.0.0.1", self.plain, ssl=False, timeout=20) as client:
            client.login(USER, PASSWORD)
            yield client

    def fill(self, folder: str, mails: Sequence[bytes], at: datetime | None = None) -> None:
        """Put messages into a folder, which is made if it is not there."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for mail in mails:
                client.append(folder, mail, msg_time=at)

    def state(self, folder: str) -> dict:
        """Everything that a reader could have changed: flags, \\Recent, UIDs, sizes, UIDVALIDITY."""
        with self.client() as client:
            told = client.select_folder(folder, readonly=True)
            got = client.fetch(client.search(), ["FLAGS", "RFC822.SIZE", "INTERNALDATE"])
            return {"messages": got, **{name: told[name] for name in (b"UIDVALIDITY", b"UIDNEXT", b"EXISTS")}}


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Start one; its folder is removed afterwards. Started by root, it runs as nobody: Dovecot serves no mail as root."""
    user, group = ("nobody", _group_of("nobody")) if os.getuid() == 0 else (_me(), _group_of(_me()))
    home = Path(tempfile.mkdtemp(prefix="dovecot-"))  # short: a socket's path has room for 107 bytes
    server = Dovecot(home, unused_port(), unused_port())
    _write(server, user, group)
    command = [BINARY, "-F", "-c", str(home / "dovecot.conf")]
    process = subprocess.Popen(command, user=user if os.getuid() == 0 else None, group=group if os.getuid() == 0 else None)
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home)


def _write(server: Dovecot, user: str, group: str) -> None:
    home = server.home
    conf = _CONFIGURATION.format(home=home, user=user, group=group, token=TOKEN, plain=server.plain, tls=server.tls)
    (home / "dovecot.conf").write_text(conf)
    (home / "passwd").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
    make_certificate(home / "cert.pem", home / "key.pem")
    if os.getuid() == 0:
        for path in (home, *home.iterdir()):
            shutil.chown(path, user, group)


def make_certificate(certificate: Path, key: Path) -> None:
    """A self-signed certificate for localhost, valid for a day."""
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *name]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)


def _wait_for(server: Dovecot, process: subprocess.Popen) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", server.tls), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    log = server.home / "log"
    raise RuntimeError(f"dovecot did not start: {log.read_text() if log.exists() else 'no log'}")


def _me() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _group_of(user: str) -> str:
    import grp
    import pwd

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
