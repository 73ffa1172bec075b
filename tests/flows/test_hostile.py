"""What strangers may send, beside what friends sent: each costs one record, is told by its reason, and nothing stops."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from flows.verbs import run_day_and_show
from tasks import conform
from warehouse import store

GOOD = (
    "会社員です。noteに書いた記事を読んだ編集者から声をかけていただき、本を出すことになりました。とてもうれしかったです"
)
HEAD = "From: a@example.jp\nDate: Wed, 1 Apr 2026 12:00:00 +0900\n"


def mail(text: str, more: str = "Content-Type: text/plain; charset=utf-8\n") -> bytes:
    return f"{HEAD}{more}\n{text}\n".encode()


def nested(depth: int) -> bytes:
    parts = (f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return (HEAD + "".join(parts)).encode()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("messages/inbox/a_1/message_1.json", b"0" * 300_000_000)
    return file.getvalue()


def export(content: str) -> bytes:
    message = {"sender_name": "Hanako", "timestamp_ms": 1_775_000_000_000, "content": content}
    page = {"participants": [{"name": "Hanako"}], "messages": [message], "title": "Hanako", "thread_path": "inbox/h_1"}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("messages/inbox/h_1/message_1.json", json.dumps(page))
    return file.getvalue()


def feed(entry: str) -> bytes:
    item = f"<item><title>題</title><link>https://example.jp/1</link>{entry}</item>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>b</title>{item}</channel></rss>".encode()


FRIENDS = {
    "email/good.eml": mail(GOOD),
    "facebook_messenger/good.zip": export(
        GOOD.replace("本を", "\ud800本を") + " #本のネタにしてもいいよ"
    ),  # half of a pair, as a cut-off emoji leaves
    "blog/good.xml": feed(f"<description>{GOOD}</description>"),
}


def strangers() -> dict[str, tuple[bytes, str]]:
    """File -> what it holds, and the reason for which it is told."""
    return {
        "email/subject.eml": (mail("話", "Subject: " + "=?utf-8?b?44GC?=\n " * 20_000 + "x\n"), "too_large"),
        "email/nested.eml": (nested(1000), "mail_broken"),
        "email/parts.eml": (mail("--b\n\nx\n" * 20_000, "Content-Type: multipart/mixed; boundary=b\n"), "too_large"),
        "facebook_messenger/bomb.zip": (bomb(), "too_large"),
        "blog/attributes.xml": (feed("<a " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"), "feed_broken"),
        "blog/laughs.xml": (
            b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + feed("<title>&b;</title>"),
            "feed_broken",
        ),
        "x_hashtag/deep.json": (b'{"data":' + b"[" * 100_000, "json_broken"),
    }


def test_each_stranger_costs_one_record(real_home, capsys):
    sent = strangers()
    for name, data in {**FRIENDS, **{name: data for name, (data, _) in sent.items()}}.items():
        path = Path(real_home.path / "inbox" / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert run_day_and_show(real_home.path, no_prefect=True, as_json=True) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["failures"] == {}
    held = [m for m in conform.messages(real_home.settings.lake).to_pylist() if m["set_aside"] == "unreadable"]
    reasons = sorted((m["channel"], m["detail"]) for m in held)
    assert reasons == sorted((name.partition("/")[0], problem) for name, (_, problem) in sent.items())
    with store.reading(real_home.settings.lake, "Asia/Tokyo") as con:
        counted = "SELECT channel, count(*) FROM fct_submission GROUP BY ALL ORDER BY ALL"
        assert con.execute(counted).fetchall() == [("blog", 1), ("email", 1), ("facebook_messenger", 1)]
