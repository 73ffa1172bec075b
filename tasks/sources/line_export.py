"""LINE's chat history (.txt) taken apart: where a message begins, whose it is, and where it ends.

Two forms. Mobile: a head, then TIME<TAB>NAME<TAB>TEXT, with texts of several lines in quotes. PC: no head,
`TIME NAME TEXT` with blanks, also inside names, and nothing that tells where a text of several lines ends. In both a
line of a text may look like a row or a date, so each has to prove itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

# [LINE] 山田花子とのトーク履歴 · [LINE] 読書会のトーク履歴 · [LINE] Chat history with Hanako · [LINE] 與花子的聊天記錄
_HEADS = tuple(re.compile(pattern) for pattern in (
    r"(?:\[LINE\] ?)?(?P<chat>.+?)(?:との|の)トーク履歴", r"(?:\[LINE\] ?)?Chat history (?:with|in) (?P<chat>.+)",
    r"(?:\[LINE\] ?)?[與与](?P<chat>.+)的聊天[記记][錄录]", r"\[LINE\] ?(?P<chat>.+)",
))  # fmt: skip
# 保存日時：2021/04/30 午後1:16 · Saved on: 2021/04/30 13:16 · 儲存日期：…
_SAVED = re.compile(r"(?:保存日時|Saved on|儲存日期|保存日期) ?[：:].*")
_COUNT = re.compile(r" ?\(\d+\)$")  # members of a group; also what a browser adds to a second download

_DAYS = {day: n for n, days in enumerate(("月一", "火二", "水三", "木四", "金五", "土六", "日")) for day in days}
_DAYS |= {day: n for n, day in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])}
# 2021/1/1(金) · 2021.1.1 金曜日 · 2021/01/02（週六）
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})"
    r" ?[(（]?(?:週|星期|周)?(?P<weekday>[月火水木金土日一二三四五六]|[A-Za-z]{3})[a-z]*(?:曜日?)?[)）]?"
)
# Wed, 1/30/2026
_DAY_FIRST = re.compile(r"(?P<weekday>[A-Za-z]{3})[a-z]*\.?, (?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})")

# 10:23 · 午前11:24 · 午後05:38 · 10:23 AM · 上午11:24
_CLOCK = r"(?:(?:午前|午後|上午|下午|AM|PM) ?)?\d{1,2}:\d{2}(?: ?[AaPp][Mm])?"
_MOBILE = re.compile(rf"(?P<time>{_CLOCK})\t(?:(?P<name>[^\t]*)\t)?(?P<text>.*)")
_PC = re.compile(rf"(?P<time>{_CLOCK}) (?P<rest>\S.*)")
_LONGEST_NAME = 4  # words; LINE allows 20 characters
_ENOUGH = 3  # rows that must agree before a second word is taken for a part of a name


@dataclass(slots=True)
class Row:
    """One message: lines of its text without time and name, and without the quotes around several lines.

    name: "" for what LINE itself says. day: ISO, "" before the first date line. is_open: quotes that never closed.
    """

    day: str
    time: str
    name: str
    lines: list[str]
    is_guessed: bool = False  # the name was told from the text by its neighbours only
    is_open: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip("\n")


@dataclass(slots=True)
class History:
    chat: str
    rows: list[Row] = field(default_factory=list)


def read_history(text: str, file_stem: str, names: Sequence[str] = ()) -> History | None:
    """A whole history; None if there is no row in it. names: everybody who speaks, for PC files."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    chat, start = _head(lines)
    chat = chat or _from_file_name(file_stem)
    body = lines[start:]
    first = next((line for line in body if _MOBILE.fullmatch(line) or _PC.fullmatch(line)), "")
    rows = list(_mobile_rows(body) if _MOBILE.fullmatch(first) else _pc_rows(body, chat, names))
    return History(chat, rows) if rows else None


def _head(lines: Sequence[str]) -> tuple[str, int]:
    """(name of the chat or "", number of lines that are head)."""
    saved = next((n for n, line in enumerate(lines[:3]) if _SAVED.fullmatch(line.strip())), None)
    first = lines[0].strip()
    if saved is None and not first.startswith("[LINE]"):
        return "", 0
    found = next((m for head in _HEADS if (m := head.fullmatch(first))), None)
    return _COUNT.sub("", found["chat"]).strip() if found else "", (saved or 0) + 1


def _from_file_name(stem: str) -> str:
    """[LINE]山田花子 (1) → 山田花子. macOS takes names of files apart (か + ゛), others do not."""
    name = unicodedata.normalize("NFC", stem)
    return _COUNT.sub("", name.removeprefix("[LINE]")).strip(" _")


def _mobile_rows(lines: Sequence[str]) -> Iterator[Row]:
    day, row, at = "", None, 0
    while at < len(lines):
        line = lines[at]
        if new_day := _day_line(lines, at, day, _MOBILE):
            day = new_day
        elif found := _MOBILE.fullmatch(line):
            if row:
                yield row
            row = Row(day, found["time"], found["name"] or "", [found["text"]])
            if found["name"] and found["text"].startswith('"'):
                at = _quoted(lines, at, row)
        elif row:
            row.lines.append(line)
        at += 1
    if row:
        yield row


def _quoted(lines: Sequence[str], at: int, row: Row) -> int:
    """Fill in a text that begins with a quote, if it is one in quotes; where its last line is."""
    end = _closing(lines, at)
    if end is None:
        row.is_open = not _pairs_up(row.lines[0]) and _continues(lines, at + 1)
        return at
    inner = "\n".join([row.lines[0], *lines[at + 1 : end + 1]])[1:-1]
    # Some versions double the quotes inside. Where every quote stands in a run of even length, they did.
    if all(len(run) % 2 == 0 for run in re.findall('"+', inner)):
        inner = inner.replace('""', '"')
    row.lines = inner.split("\n")
    return end


def _closing(lines: Sequence[str], at: int) -> int | None:
    """The line that ends a text in quotes, None if the quote at its beginning is just a character.

    Only texts of several lines are put in quotes. A row that opens quotes of its own, or whose quotes pair up, was
    written by LINE: what came before it had ended.
    """
    for n in range(at + 1, len(lines)):
        line, row = lines[n], _MOBILE.fullmatch(lines[n])
        if row and row["name"] and row["text"].startswith('"'):
            return None
        is_whole_row = row and row["name"] and _pairs_up(row["text"])
        if line.endswith('"') and not is_whole_row and _is_boundary(lines, n + 1):
            return n
    return None


def _pairs_up(text: str) -> bool:
    return text.count('"') % 2 == 0


def _continues(lines: Sequence[str], at: int) -> bool:
    """Whether a line follows that is neither row nor date."""
    return at < len(lines) and bool(lines[at].strip()) and not _MOBILE.fullmatch(lines[at]) and not _date(lines[at])


def _is_boundary(lines: Sequence[str], at: int) -> bool:
    """Whether a message can end before this line: a row, or a date behind an empty line, or nothing follows."""
    if at < len(lines) and lines[at].strip():
        return bool(_MOBILE.fullmatch(lines[at]) or _date(lines[at]))
    following = next((line for line in lines[at:] if line.strip()), None)
    return following is None or bool(_date(following))


def _pc_rows(lines: Sequence[str], chat: str, names: Sequence[str]) -> Iterator[Row]:
    """The chat's name is the other's; where `names` tells of all who speak, nobody else is guessed."""
    certain = sorted({name for name in (chat, *names) if name}, key=len, reverse=True)
    likely = {} if names else _likely_names(lines, certain)
    day, row = "", None
    for at, line in enumerate(lines):
        if new_day := _day_line(lines, at, day, _PC):
            day = new_day
            continue
        found = _PC.fullmatch(line)
        new = found and _pc_row(day, found, certain, likely, row)
        if new:
            if row:
                yield row
            row = new
        elif row:
            row.lines.append(line)
    if row:
        yield row


def _pc_row(
    day: str, found: re.Match[str], certain: Sequence[str], likely: dict[str, str], last: Row | None
) -> Row | None:
    """The row a line begins, None if it is part of a text: a timetable, a pasted line.

    Known names are believed anywhere; others only where the clock has not gone back, and with a text behind them.
    """
    time, rest = found["time"], found["rest"]
    for name in certain:
        if rest.startswith(name + " "):
            return Row(day, time, name, [rest[len(name) + 1 :]])
    if is_notice(rest) and (" " not in rest or rest.startswith(tuple(certain))):
        return Row(day, time, "", [rest])
    guess = likely.get(rest.split(" ")[0])
    is_later = last is None or last.day != day or minutes(last.time) <= minutes(time)
    if guess and is_later and rest.startswith(guess + " "):
        return Row(day, time, guess, [rest[len(guess) + 1 :]], is_guessed=True)
    return Row(day, time, "", [rest]) if guess and is_notice(rest) and rest.startswith(guess) else None


def _likely_names(lines: Sequence[str], certain: Sequence[str]) -> dict[str, str]:
    """First word of a row → the name it begins: the words that all rows beginning with it have in common."""
    groups: dict[str, list[list[str]]] = {}
    for line in lines:
        rest = found["rest"] if (found := _PC.fullmatch(line)) else ""
        if " " in rest and not any(rest.startswith(name + " ") for name in certain):
            words = rest.split(" ")[: _LONGEST_NAME + 1]
            groups.setdefault(words[0], []).extend([] if is_notice(rest) else [words])
    return {first: _common(rows) if rows else first for first, rows in groups.items()}


def _common(rows: Sequence[Sequence[str]]) -> str:
    length = 1
    if len(rows) >= _ENOUGH:
        longest = min(_LONGEST_NAME, *(len(row) - 1 for row in rows))
        while length < longest and len({row[length] for row in rows}) == 1 and not is_placeholder(rows[0][length]):
            length += 1
    return " ".join(rows[0][:length])


def _day_line(lines: Sequence[str], at: int, day: str, row: re.Pattern[str]) -> str | None:
    """The day a line begins, ISO; None if it begins none.

    A row must follow, the day must not go back, and the weekday must be right, or an empty line must stand before.
    """
    told = _date(lines[at])
    if told is None or told[0] < day:
        return None
    following = next((line for line in lines[at + 1 :] if line.strip()), None)
    if following is not None and not row.fullmatch(following) and not _date(following):
        return None
    stands_apart = at == 0 or not lines[at - 1].strip()
    return told[0] if told[1] or stands_apart else None


def _date(line: str) -> tuple[str, bool] | None:
    """(ISO date, whether its weekday is right) of a line that is a date and nothing else."""
    found = _YEAR_FIRST.fullmatch(line.strip()) or _DAY_FIRST.fullmatch(line.strip())
    if not found:
        return None
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    readings = [_real(year, month, day), _real(year, day, month) if found.re is _DAY_FIRST else None]
    weekday = _DAYS.get(found["weekday"].lower())
    real = [reading for reading in readings if reading]
    right = next((reading for reading in real if reading.weekday() == weekday), None)
    if right or real:
        return (right or real[0]).isoformat(), right is not None
    return None


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def clock(time: str) -> str:
    """A time as 午前11:24, which dates.py reads; 24-hour times as they are."""
    for half, words in {"午前": ("午前", "上午", "AM"), "午後": ("午後", "下午", "PM")}.items():
        if any(word in time.upper() for word in words):
            return half + re.search(r"\d{1,2}:\d{2}", time)[0]
    return time


def minutes(time: str) -> int:
    """Minutes since midnight."""
    told = clock(time)
    hour, minute = map(int, told.removeprefix("午前").removeprefix("午後").split(":"))
    is_half = told.startswith("午")
    return (hour % 12 if is_half else hour) * 60 + minute + (720 if told.startswith("午後") else 0)


# What LINE writes in place of what was sent. With brackets on phones, without them on a PC.
_THINGS = (
    "スタンプ|写真|画像|動画|ファイル|ボイスメッセージ|音声|連絡先|位置情報|アルバム|ノート|イベント|投票|プレゼント|ギフト|コイン"
    "|Sticker|Photo|Video|File|Voice message|Contact|Location|Album|Notes?|Event|Poll|Gift"
    "|貼圖|照片|影片|檔案|語音訊息|聯絡資訊|位置資訊|相簿|記事本"
)
_NAMED_THINGS = "ファイル|アルバム|ノート|イベント|投票|File|Album|Notes?|Event|Poll"
_PLACEHOLDERS = tuple(re.compile(pattern) for pattern in (
    rf"\[(?:{_THINGS})\]|(?:{_THINGS})|\[(?:{_NAMED_THINGS})\][^\n]*",
    r"☎.*",  # ☎ 通話時間 1:23 · ☎ 不在着信 · ☎ Missed call
    # 「夏の読書会」アルバムを作成しました · (夏の読書会)に写真を追加しました · ノートを投稿しました
    r"(?:アルバム)?[「『(][^\n]{1,60}[」』)](?:のアルバム|アルバム)?(?:を作成|を削除|に[^\n]{0,12}を?追加)しました。?",
    r"(?:アルバム|ノート|イベント)を(?:作成|投稿|更新|変更|削除)しました。?",
))  # fmt: skip
_UNSENT = re.compile(
    r"(?:[^\n]{1,40}が)?メッセージの送信を取り消しました。?|(?:[^\n]{1,40} )?unsent a message\.?|[^\n]{0,40}已收回訊息"
)
_NOTICES = re.compile(
    r"[^\n]{1,80}(?:が(?:グループ|トーク)?(?:に|から|を)?(?:参加|退出|退会)しました|を(?:グループに)?招待しました"
    r"|を(?:グループ|メンバー)から(?:退会|削除)させました|(?:グループ名|アイコン|プロフィール画像|背景)を[^\n]{0,40}変更しました"
    r"|を友だちに追加しました)。?"
)


def is_placeholder(text: str) -> bool:
    """Whether a whole text stands for something that is no text: a sticker, a picture, a call."""
    return any(pattern.fullmatch(text.strip()) for pattern in _PLACEHOLDERS)


def is_unsent(text: str) -> bool:
    """Whether a row only says that somebody took a message back."""
    return _UNSENT.fullmatch(text.strip()) is not None


def is_notice(text: str) -> bool:
    """Whether a PC row is LINE's own: somebody came, left, took a message back."""
    return is_unsent(text) or _NOTICES.fullmatch(text.strip()) is not None
