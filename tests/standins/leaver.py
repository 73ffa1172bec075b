"""One who withdraws, invented, the home that they are in, and how to see whether anything of them is left."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from email.message import EmailMessage
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from flows.build import build
from flows.forgetting import forget
from flows.home import Answers, init
from flows.ingest import ingest
from flows.settings import load
from warehouse import ledger, store
from warehouse.lake import read_parquet

TAG = "本のネタにしてもいいよ"
ME = "author@owner.example.jp"
# One who withdraws, invented: twenty tokens that nobody else has.
ADDRESS, NAME = "ginkgo.sabo@letters.example.jp", "銀杏茶房 しおり"
TOKENS = [
    ADDRESS, NAME, "withdraw-0001@letters.example.jp", "withdraw-0002@letters.example.jp", "青磁色の回覧板",
    "七番倉庫の夜勤明け", "かりんとう同好会", "手書きの週報を三年", "琥珀町商店街", "経理の引き継ぎノート", "朝礼の三分話",
    "雨どい修理の動画", "祖母の糠床", "名刺の裏の似顔絵", "社史編纂室の窓", "点字の献立表", "廃線跡の写真部",
    "二足わらじの保険外交", "港の見える面接", "折り紙の名札",
]  # fmt: skip
FIRST = (
    "会社員です。{4}に{5}のことを書き、{6}のブログに{7}続けたら、{8}の方から仕事の相談をいただきました。"
    "{9}や{10}も好評でした。"
).format(*TOKENS)
SECOND = (
    "追伸。{11}と{12}の記事、{13}、{14}の話も読まれました。{15}や{16}、{17}、{18}、{19}にもつながりました。"
).format(*TOKENS)
OTHER = (
    "営業をしています。毎週noteに書いていた業界の読み解きを読んだ会社から、講演を頼まれました。本当にうれしかったです。"
)


def mail(body: str, sender: str, number: str, to: str = ME, charset: str = "iso-2022-jp", **more: str) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, "応募します"
    letter["Message-ID"], letter["Date"] = f"<{number}>", "Mon, 02 Mar 2026 09:00:00 +0900"
    for name, value in more.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(body, charset=charset)
    return letter.as_bytes()


LETTERS = {
    "1.eml": mail(FIRST, f'"{NAME}" <{ADDRESS}>', TOKENS[2]),
    "2.eml": mail(SECOND, f'"{NAME}" <{ADDRESS}>', TOKENS[3], charset="utf-8"),
    "3.eml": mail(OTHER, "matsuda@others.example.jp", "other-1@others.example.jp"),
}
REPLY = mail(
    "ありがとうございます。\n> " + FIRST.replace("。", "。\n> "), ME, "reply-1@owner.example.jp", to=ADDRESS,
    In_Reply_To=f"<{TOKENS[2]}>",
)  # fmt: skip


def fill(home: Path, with_person: bool = True) -> None:
    """Letters of two people, a text of one of them pasted by hand, the owner's answer, a post of a third."""
    inbox = home / "inbox"
    for name, data in LETTERS.items():
        if with_person or name == "3.eml":
            (inbox / "email" / name).write_bytes(data)
    post = {"id": "1700000000000000055", "author_id": "5566778899", "text": f"{OTHER[:20]}と言われた人事です。 #{TAG}"}
    page = {"data": [post | {"created_at": "2026-03-01T00:00:00.000Z"}], "meta": {"result_count": 1}}
    (inbox / "x_hashtag" / "a.json").write_text(json.dumps(page), encoding="utf-8")
    if with_person:
        (inbox / "email" / "reply.eml").write_bytes(REPLY)
        (inbox / "pasted" / "memo.txt").write_text(f"\n{FIRST}\n", encoding="utf-8")


def make(home: Path, with_person: bool = True, key: str = "ab" * 32) -> Path:
    init(home, Answers(me={"mail": [ME]}, channels=["email", "x_hashtag", "pasted"]))
    (home / "secret.key").write_text(key)
    fill(home, with_person)
    for channel in ("email", "x_hashtag", "pasted"):
        ingest(load(home), channel)
    return home


def live_in(room: Path) -> Path:
    """A home that was built twice, with a decision, a cursor and Prefect's database, all of which name the person."""
    home = make(room / "call")
    build(load(home))
    lake = load(home).lake
    ledger.append(lake.ledger, "editor", "asked", f"mail:{TOKENS[2]}", {"of": [f"mail:{TOKENS[3]}"]}, f"{NAME}さんの話")
    ledger.append(lake.ledger, "editor", "asked", "mail:other-1@others.example.jp", {"n": 1}, "読んだ")
    build(load(home))
    (lake.state / "pulled").mkdir()
    (lake.state / "pulled" / "note.json").write_text(json.dumps({"keys": [TOKENS[2]]}))
    (lake.state / "prefect").mkdir()
    with sqlite3.connect(lake.state / "prefect" / "prefect.db") as con:
        con.execute("CREATE TABLE log (message TEXT)")
        con.executemany("INSERT INTO log VALUES (?)", [(f"{NAME}.eml: zip_broken {n}",) for n in range(200)])
    con.close()
    (lake.state / "prefect-server.log").write_text(f"{NAME}.eml")
    return home


def readable(home: Path) -> str:
    """Everything under a home as one text, read here by other means than the proof's."""
    parts = []
    for file in (f for f in home.rglob("*") if f.is_file()):
        data = file.read_bytes()
        parts += [file.name, *(data.decode(e, "ignore") for e in ("utf-8", "iso2022_jp", "cp932", "utf-16-le"))]
        parts.append(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), data.decode("utf-8", "ignore")))
        if file.suffix == ".parquet":
            for row in pq.ParquetFile(file).read().to_pylist():
                parts += [
                    v.decode(e, "ignore") for v in row.values() if isinstance(v, bytes) for e in ("utf-8", "iso2022_jp")
                ]
                parts.append(json.dumps(row, ensure_ascii=False, default=str))
        elif file.suffix == ".duckdb":
            with duckdb.connect(file, read_only=True) as con:
                tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
                parts += [str(con.execute(f"FROM {name}").fetchall()) for name in tables]
        elif data.startswith(b"SQLite"):
            parts += list(sqlite3.connect(file).iterdump())
    return "".join(unicodedata.normalize("NFKC", "\n".join(parts)).casefold().split())


def seen(home: Path) -> set[str]:
    text = readable(home)
    return {t for t in TOKENS if "".join(t.split()).casefold() in text}


def fingerprint(home: Path) -> str:
    with store.reading(load(home).lake, "Asia/Tokyo") as con:
        return store.fingerprint(con)


def ids(home: Path) -> list[str]:
    return sorted(i for f in load(home).lake.raw_files() for i in read_parquet(f, ["item_id"])["item_id"].to_pylist())


def without_person(home: Path, name: str = f"mail:{ADDRESS}") -> int:
    return forget(home, name, False, "channel", "editor", "本人から", True, False)
