"""Mail: reading beside Python's own email package, and a large mailbox taken in. `python -m tests.bench.letters …`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from email import policy
from email.parser import BytesParser
from pathlib import Path

from tasks.channels import Item, email
from tasks.text import mail_body, mail_headers, mime
from tests.bench.mails import WAYS, Mail, mails
from tests.bench.meter import peak_megabytes

ROUNDS = 7  # the quickest counts: other work on the machine only makes one slower


def ours(mail: Mail) -> tuple[str, str, str]:
    """(subject, sender's address, body) parsed and decoded; the date too."""
    read = mime.read(mail.data)
    subject, sender = (read.fields[name][0] for name in ("subject", "from"))
    assert mail_headers.sent_at(read.fields, None)[0]
    return mail_headers.shown(subject)[0], mail_headers.sender(sender)[0], mail_body.body_of(read).own


def ours_whole(mail: Mail) -> tuple[str, str, str]:
    """The same as neta conforms a mail: quotations, signatures, ids, automatic mail and flags as well."""
    message = email.conform(Item("bench", mail.data, email.MEDIA_TYPE))
    return message.title, message.author_id, message.body


def theirs(mail: Mail) -> tuple[str, str, str]:
    """The same four by the email package as its documentation shows it, the date read as well."""
    message = BytesParser(policy=policy.default).parsebytes(mail.data)
    assert message["date"].datetime
    return str(message["subject"]), message["from"].addresses[0].addr_spec, _content(message)


def theirs_body_only(mail: Mail) -> str:
    return _content(BytesParser(policy=policy.default).parsebytes(mail.data))


def _content(message) -> str:
    return message.get_body(("plain", "html")).get_content().replace("\r\n", "\n")


READERS: dict[str, Callable] = {
    "neta": ours,
    "email.policy.default": theirs,
    "its body only": theirs_body_only,
    "neta, whole conform": ours_whole,
}


def race(count: int) -> dict:
    """{shape or "all": {reader: µs of CPU a mail}}, and how many mails each reader gets wrong."""
    told = list(mails(count))
    wrong = {name: sum(_is_wrong(read(mail), mail) for mail in told) for name, read in READERS.items()}
    shapes = {shape: [mail for n, mail in enumerate(told) if WAYS[n % len(WAYS)][3] == shape] for *_, shape in WAYS}
    shapes = {"text only": [*shapes["plain"], *shapes["alternative"]], **shapes, "all": told}
    return {"count": count, "wrong": wrong, "microseconds": {shape: _quickest(some) for shape, some in shapes.items()}}


def _is_wrong(got: tuple[str, str, str] | str, mail: Mail) -> bool:
    return got != (mail.body if isinstance(got, str) else (mail.subject, mail.sender, mail.body))


def _quickest(some: list[Mail]) -> dict[str, float]:
    best = dict.fromkeys(READERS, float("inf"))
    for _ in range(ROUNDS):
        for name, read in READERS.items():
            start = time.process_time()
            for mail in some:
                read(mail)
            best[name] = min(best[name], (time.process_time() - start) / len(some) * 1e6)
    return best


def mailbox(folder: Path, count: int, photo_bytes: int = 0) -> dict:
    """An mbox of `count` mails, landed and conformed: what it takes. photo_bytes: of a picture in each."""
    from flows.home import Answers, init
    from flows.ingest import ingest
    from flows.settings import load
    from tasks import conform

    init(folder / "home", Answers(channels=("email",)))
    size = _write_mailbox(folder / "home" / "inbox" / "email" / "large.mbox", count, photo_bytes)
    settings, start = load(folder / "home"), time.perf_counter()
    landed = ingest(settings, "email")
    seconds, peak_landed = time.perf_counter() - start, peak_megabytes()
    understood = sum(m is None for m in conform.messages(settings.lake)["set_aside"].to_pylist())
    return {
        "count": count,
        "megabytes": size / 1e6,
        "landed": landed.new,
        "understood": understood,
        "land_seconds": seconds,
        "conform_seconds": time.perf_counter() - start - seconds,
        "peak_landed": peak_landed,
        "peak": peak_megabytes(),
    }


def _write_mailbox(path: Path, count: int, photo_bytes: int) -> int:
    with path.open("wb") as file:
        for piece in _mailbox(count, photo_bytes):
            file.write(piece)
        return file.tell()


def _mailbox(count: int, photo_bytes: int) -> Iterable[bytes]:
    """Mails of 2 KB in ISO-2022-JP, each of its own number."""
    body = ("noteに書いた記事を読んだ編集者から声をかけていただきました。\n" * 25).encode("iso2022_jp")
    line = b"QUJD" * 19 + b"\n"
    photo = b"--b\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" + line * (photo_bytes // len(line))
    for n in range(count):
        yield (
            f"From a{n}@example.jp Fri Mar 13 11:00:00 2026\nMessage-ID: <{n}@example.jp>\n"
            f"Date: Fri, 13 Mar 2026 20:00:00 +0900\nFrom: a{n}@example.jp\nSubject: {n}\n"
        ).encode()
        text = b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + body + b"\n"
        yield text if not photo_bytes else b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + text
        yield photo + b"--b--\n\n" if photo_bytes else b"\n"


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "race":
        print(json.dumps(race(int(arguments[0]))))
    else:
        print(json.dumps(mailbox(Path(arguments[0]), *map(int, arguments[1:]))))
