"""New mail of one IMAP folder, read only: EXAMINE and BODY.PEEK, so that no flag and no message on the server changes.

Settings host; user; folder (a label or folder made for the call, never silently the whole mailbox); password_env or
         oauth_token_env, the name of the variable that holds the secret; tls = "tls" | "starttls" | "none" (own machine
         only); port; ca, a PEM file that vouches for the server; since, a date before which nothing is asked for.
Cursor   by user, server, folder and since: UIDVALIDITY, the highest UID that was looked at, and the UIDs of messages
         that are there and were not given. UIDs only grow while UIDVALIDITY stays (RFC 3501, 2.3.1.1); when it changes,
         everything is asked for again, and landing knows it by its bytes.
Kept     messages in ZIPs of a few megabytes, their bytes as the server gives them (one file, one fsync, one raw file
         a batch). A message over the cap stays on the server; a note with its headers and size is kept.
Traps    `n+1:*` always finds the last message, however low its UID: a run asks up to UIDNEXT only, in windows, since a
         line of more than 1,000,000 bytes is refused by Python's imaplib. A server that does not hand over one message
         answers NO to the whole batch. A refused XOAUTH2 token is a challenge that wants an empty answer.
Source   RFC 3501, 5530 (codes of a refusal), Google's and Microsoft's pages on XOAUTH2; IMAPClient 4.1.0.
"""

from __future__ import annotations

import io
import ipaddress
import json
import logging
import re
import socket
import ssl
import threading
import time
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta

import certifi
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from tasks.live import Well
from tasks.sources.mailboxes import MESSAGE_CAP
from tasks.wire import Unreachable

CONNECT_SECONDS, READ_SECONDS = 20.0, 60.0
RUN_SECONDS = 3600.0  # one pull, with all its connections
TRIES = 4  # connections in a row that bring nothing
BATCH_BYTES, BATCH_MAILS = 16_000_000, 200
WINDOW = 50_000  # UIDs of one search
SIZES_AT_ONCE = 500
HEADER_BYTES = 65_536  # of a message that stays on the server
SLACK = timedelta(days=1)  # a server searches by day, in a zone of its own

_PASSING = (OSError, IMAPClientAbortError)
_BUSY = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b|too many simultaneous", re.I)  # it may pass
_SIZE, _WHOLE, _HEADER = b"RFC822.SIZE", b"BODY[]", b"BODY[HEADER]<0>"

logging.getLogger("imapclient").setLevel(logging.WARNING)  # at DEBUG it repeats what is said to the server


@dataclass(frozen=True)
class _House:
    """Where the mail is, as the settings name it."""

    host: str
    port: int
    user: str
    folder: str
    tls: str
    is_token: bool
    secret: str = field(repr=False)
    authorities: ssl.SSLContext | None = field(repr=False)
    since: date | None

    @property
    def place(self) -> str:
        since = [f"{self.since}"] if self.since else []
        return " ".join([self.user, f"{self.host}:{self.port}", self.folder, *since])


@dataclass
class _Mark:
    """How far a folder was read. withheld: UIDs up to `uid` that the server has and did not give."""

    uidvalidity: int | None = None
    uid: int = 0
    withheld: list[int] = field(default_factory=list)


def pull(well: Well, left: str) -> Mapping:
    """Keep every new message of the folder; the new cursor. left: suffix of a note on a message that stayed there.

    A connection that breaks is made again and goes on behind the last batch that was kept. Raises NoSecret, Unreachable
    (nothing could be read at all): option_missing, certificate, tls_missing, login_refused, folder_missing,
    no_connection, server_error, answer_broken, run_too_long.
    """
    house = _house(well)
    known = {} if well.since or well.until else well.cursor.get(house.place, {})
    mark, ends = _Mark(**known), time.monotonic() + RUN_SECONDS
    start, failure, tries = replace(mark), None, 0
    while tries < TRIES:
        before = mark.uid, len(well.kept)
        try:
            with _connected(house, ends) as client:
                _Visit(client, house, mark, well, left, one_by_one=tries > 0).read()
            break
        except Unreachable as error:
            failure, tries = error, TRIES
        except _PASSING as error:
            is_late, what = time.monotonic() >= ends, f"{house.host}: {type(error).__name__}"
            failure = Unreachable("run_too_long" if is_late else "no_connection", what)
            tries = TRIES if is_late else tries + 1 if before == (mark.uid, len(well.kept)) else 1
        except (IMAPClientError, ValueError) as error:
            failure, tries = Unreachable("answer_broken", f"{house.host}: {type(error).__name__}"), TRIES
        if tries < TRIES:
            well.http.sleep(2.0**tries)
    else:
        if mark == start:
            raise failure
        well.tell(failure.problem, failure.detail)
    return {**well.cursor, house.place: asdict(mark)}


@dataclass
class _Visit:
    """One connection's work: `mark` moves behind everything that was kept, so that the next one can go on there."""

    client: IMAPClient
    house: _House
    mark: _Mark
    well: Well
    left: str
    one_by_one: bool  # after a connection broke, a message must not depend on those beside it

    def read(self) -> None:
        last = self._open()
        for end, uids in self._windows(last):
            for some in _batched(uids, SIZES_AT_ONCE):
                for group, size in self._groups(some):
                    self.mark.withheld = [*self.mark.withheld, *self._take(group, size)]
                    self.mark.uid = group[-1]
            self.mark.uid = end
        self._ask_again()

    def _open(self) -> int:
        """Select the folder to be read only; the highest UID that this visit looks at."""
        try:
            told = self.client.select_folder(self.house.folder, readonly=True)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            raise _no_folder(self.client, self.house) from None
        validity = told.get(b"UIDVALIDITY")
        if self.mark.uidvalidity not in (None, validity):
            self.well.tell("mail_renumbered", self.house.folder)
            self.mark.uid, self.mark.withheld = 0, []
        self.mark.uidvalidity = validity
        return told[b"UIDNEXT"] - 1 if b"UIDNEXT" in told else max(self.client.search(["UID", "*"]), default=0)

    def _windows(self, last: int) -> Iterator[tuple[int, list[int]]]:
        """(highest UID of a window, the UIDs in it that are there), from the mark to `last`."""
        span = _span(self.house, self.well)
        for first in range(self.mark.uid + 1, last + 1, WINDOW):
            end = min(first + WINDOW - 1, last)
            found = self.client.search(["UID", f"{first}:{end}", *span])
            yield end, sorted(uid for uid in set(found) if first <= uid <= end)

    def _groups(self, uids: Sequence[int]) -> Iterator[tuple[list[int], int]]:
        """(UIDs to fetch at once, their bytes); one over the cap comes alone."""
        sizes = self._given(uids, _SIZE, _SIZE)
        room, most = min(BATCH_BYTES, MESSAGE_CAP), 1 if self.one_by_one else BATCH_MAILS
        group, total = [], 0
        for uid in uids:
            size = sizes.get(uid, 0)
            if group and (len(group) == most or total + size > room):
                yield group, total
                group, total = [], 0
            group, total = [*group, uid], total + size
        if group:
            yield group, total

    def _take(self, uids: list[int], size: int) -> list[int]:
        """Keep messages; the UIDs of those that were not given."""
        if size > MESSAGE_CAP:
            got = self._given(uids, b"BODY.PEEK[HEADER]<0.%d>" % HEADER_BYTES, _HEADER)
            for header in got.values():
                note = {"header": header.decode("latin-1"), "size": size}
                self.well.keep(json.dumps(note).encode(), self.left)
        else:
            got = self._given(uids, b"BODY.PEEK[]", _WHOLE)
            if got:
                self.well.keep(_zipped(got), ".zip")
        return [uid for uid in uids if uid not in got]

    def _given(self, uids: Sequence[int], item: bytes, name: bytes) -> dict[int, object]:
        """What the server gives of messages, by UID, in their order. It answers NO to all where one cannot be read."""
        try:
            answers = self.client.fetch(uids, [item])
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            if len(uids) == 1:
                return {}
            return {uid: value for one in uids for uid, value in self._given([one], item, name).items()}
        return {uid: answers[uid][name] for uid in uids if answers.get(uid, {}).get(name) is not None}

    def _ask_again(self) -> None:
        """Messages that were not given: those deleted meanwhile are forgotten, the others asked for once more."""
        for some in _batched(sorted(self.mark.withheld), SIZES_AT_ONCE):
            there = set(some) & set(self.client.search(["UID", ",".join(map(str, some))]))
            self._settle(set(some) - there, ())
            for group, size in self._groups(sorted(there)):
                self._settle(group, self._take(group, size))
        if self.mark.withheld:
            self.well.tell("mail_withheld", f"{self.house.folder}: {len(self.mark.withheld)}")

    def _settle(self, uids: Collection[int], missing: Collection[int]) -> None:
        self.mark.withheld = [uid for uid in self.mark.withheld if uid not in uids or uid in missing]


def _zipped(mails: Mapping[int, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for uid, data in mails.items():
            archive.writestr(zipfile.ZipInfo(f"{uid}.eml"), data)  # without the time: same mails, same bytes
    return buffer.getvalue()


def _span(house: _House, well: Well) -> list:
    since = well.since.date() if well.since else house.since
    criteria = ["SINCE", since - SLACK] if since else []
    return [*criteria, *(["BEFORE", well.until.date() + 2 * SLACK] if well.until else [])]


def _no_folder(client: IMAPClient, house: _House) -> Unreachable:
    """Why a folder cannot be opened; with the names that may have been meant, "INBOX.応募" for "応募"."""
    listed = [name for _, _, name in client.list_folders()]
    if house.folder in listed:
        return Unreachable("server_error", f"{house.host}: {house.folder}")
    near = [name for name in listed if isinstance(name, str) and _last_part(name) == _last_part(house.folder)]
    return Unreachable("folder_missing", " → ".join([house.folder, *([f"{' / '.join(near)} ?"] if near else [])]))


def _last_part(folder: str) -> str:
    return re.split(r"[./]", unicodedata.normalize("NFKC", folder).casefold())[-1]


# The way in.


def _house(well: Well) -> _House:
    """The settings, checked; Unreachable(option_missing) names the one to mend, before anybody is asked anything."""
    options = well.options
    named = {name: options.get(name) for name in ("host", "user", "folder")}
    wrong = [name for name, value in named.items() if not isinstance(value, str) or not value.strip()]
    tls, port = options.get("tls", "tls"), options.get("port")
    secrets = [name for name in ("password_env", "oauth_token_env") if options.get(name)]
    if len(secrets) != 1:
        wrong.append("password_env | oauth_token_env")
    if tls not in ("tls", "starttls") and not (tls == "none" and _is_here(named["host"])):
        wrong.append("tls")
    if port is not None and not (isinstance(port, int) and 0 < port < 65536):
        wrong.append("port")
    since, authorities = _date(options.get("since"), wrong), _authorities(options.get("ca"), wrong)
    if wrong:
        raise Unreachable("option_missing", f"[channels.email] {', '.join(wrong)}")
    return _House(
        **named,
        port=port or (993 if tls == "tls" else 143),
        tls=tls,
        is_token=secrets == ["oauth_token_env"],
        secret=well.secret(secrets[0]).strip("\r\n"),
        authorities=authorities,
        since=since,
    )


def _date(value: object, wrong: list[str]) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        wrong.append("since")
        return None


def _authorities(file: object, wrong: list[str]) -> ssl.SSLContext | None:
    """Whom we believe about certificates: the system and certifi, or the one `file` alone."""
    try:
        context = ssl.create_default_context(cafile=file or None)
    except (OSError, TypeError):
        wrong.append("ca")
        return None
    if not file:
        context.load_verify_locations(certifi.where())
    return context


def _is_here(host: object) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@contextmanager
def _connected(house: _House, ends: float) -> Iterator[IMAPClient]:
    """A connection that is logged in and does not outlive `ends` (time.monotonic), however slowly the server talks."""
    client = _dial(house)
    watch = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [client])
    watch.daemon = True
    watch.start()
    try:
        if house.tls == "starttls":
            _encrypt(client, house)
        _log_in(client, house)
        yield client
        client.logout()
    finally:
        watch.cancel()
        with suppress(*_PASSING):  # it may be gone already
            client.shutdown()


def _dial(house: _House) -> IMAPClient:
    is_tls, seconds = house.tls == "tls", SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
    context = house.authorities if is_tls else None
    try:
        client = IMAPClient(house.host, house.port, ssl=is_tls, ssl_context=context, timeout=seconds)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("certificate", f"{house.host}: {error.verify_message}") from None
    except IMAPClientError:  # BYE instead of a greeting: too many connections, maintenance
        raise ConnectionRefusedError from None
    client.normalise_times = False
    return client


def _encrypt(client: IMAPClient, house: _House) -> None:
    try:
        client.starttls(house.authorities)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("certificate", f"{house.host}: {error.verify_message}") from None
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        raise Unreachable("tls_missing", house.host) from None


def _cut(client: IMAPClient) -> None:
    with suppress(OSError):
        socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)  # below TLS: the thread that reads owns that


def _log_in(client: IMAPClient, house: _House) -> None:
    """Unreachable(login_refused) without a word of what the server said: it may repeat the secret."""
    refused = Unreachable("login_refused", f"{house.user} {house.host}")
    try:
        if house.is_token:
            once = iter([f"user={house.user}\1auth=Bearer {house.secret}\1\1"])
            client.sasl_login("XOAUTH2", lambda _: next(once, b""))
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(house.user, house.secret)
        elif (house.user + house.secret).isascii() and (house.user + house.secret).isprintable():
            client.login(house.user, house.secret)
        else:
            raise refused
    except LoginError as error:
        if isinstance(error.__context__, IMAPClientAbortError) or _BUSY.search(str(error)):
            raise ConnectionRefusedError from None
        raise refused from None


def _batched(uids: Sequence[int], count: int) -> Iterator[Sequence[int]]:
    return (uids[start : start + count] for start in range(0, len(uids), count))
