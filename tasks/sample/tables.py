"""Sample tables: the call's Google Form as CSV and as Excel saved it again, and what an editor typed off from DMs."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

from tasks.sample.tellings import JST, Telling, number, tellings
from warehouse.codebook import BUILT_IN, load

_QUESTIONS = (
    "タイムスタンプ",
    "あなたの話を聞かせてください",
    "活動の場(複数選択可)",
    "掲載時のお名前について",
    "お名前(ペンネームでもかまいません)",
    "メールアドレス",
)
_RESAVED = 20  # the last answers, saved once more by Excel; a few of them are in both files
_IN_BOTH = 5
_WISHES = {"named_ok": "実名可", "anonymous": "匿名希望"}
_MISTYPED = (
    "x_dm",
    "打ち間違い",
    "2062/03/14 21:05",
    "日付を打ち間違えた行です。届いた時刻より後なので、検査で保留になります。",
)
_TYPED = ("届いた経路", "名前", "日付", "本文")


def write_form(inbox: Path) -> None:
    rows = [_answer(telling) for telling in tellings("form")]
    table = _csv([_QUESTIONS, *rows[:-_RESAVED]]) + '"2026/03/09 10:11:12 午前 GMT+9","途中で切れた行"\r\n'
    (inbox / "answers.csv").write_bytes(table.encode())
    resaved = [row for row in rows[-_RESAVED - _IN_BOTH :] if _fits("".join(row))]
    (inbox / "answers_resaved.csv").write_bytes(_csv([_QUESTIONS, *resaved], csv.QUOTE_MINIMAL).encode("cp932"))
    others = [row for row in rows[-_RESAVED:] if row not in resaved]
    (inbox / "answers_others.csv").write_bytes(_csv([_QUESTIONS, *others]).encode("utf-8-sig"))


def write_pasted(inbox: Path) -> None:
    rows = [_typed(telling) for telling in tellings("x_dm")]
    file, *again = tellings("pasted")
    rows += [*(_typed(telling) for telling in again), _MISTYPED]
    (inbox / "dm.csv").write_bytes(_csv([_TYPED, *rows], csv.QUOTE_MINIMAL).encode("utf-8-sig"))
    (inbox / "dm_again.txt").write_bytes(file.text.encode("cp932"))


def _answer(telling: Telling) -> tuple[str, ...]:
    labels = {code.code: code.ja for code in load(BUILT_IN).by_name["platform"].codes}
    ticks = telling.platforms if number(telling.id, "ticks", 3) == 0 else ()
    named = number(telling.id, "gives a name", 3) > 0
    return (
        _google(telling.at.astimezone(JST)),
        telling.text,
        ";".join(labels[code] for code in ticks),
        _WISHES.get(telling.attribution, ""),
        telling.person.name if named else "",
        telling.person.address,
    )


def _typed(telling: Telling) -> tuple[str, ...]:
    return ("x_dm", telling.person.nickname, f"{telling.at.astimezone(JST):%Y/%m/%d %H:%M}", telling.text)


def _google(at: datetime) -> str:
    """2020/02/11 9:01:33 午後 GMT+9, as the CSV download has it."""
    half = "午前" if at.hour < 12 else "午後"
    return f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {half} GMT+9"


def _csv(rows: list[tuple[str, ...]], quoting: int = csv.QUOTE_ALL) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _fits(text: str) -> bool:
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
