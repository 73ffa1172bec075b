"""Full names by lists: a known surname beside a known given name, in kanji, kana or Latin letters, wherever they stand.

`names` finds what its surroundings introduce; here the name itself is the evidence. Lists: the package
japanese-personal-name-dataset (2,000 surnames, 70,000 given names, their readings), and ours: surnames.txt,
rare_surnames.txt (漢字/よみ), foreign_names.txt. What no list and no title shows stays: an unlisted name, a foreign name
without a title, a kana name without a gap behind a common surname.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from japanese_personal_name_dataset import load_dataset

_HERE = Path(__file__).parent


def _lists(file: str) -> dict[str, list[str]]:
    lines = (_HERE / file).read_text(encoding="utf-8").splitlines()
    return {name: words.split() for name, words in (line.split(" ", 1) for line in lines)}


_MEN, _WOMEN, _FAMILIES = load_dataset(include_last_names=True)
_FOREIGN = _lists("foreign_names.txt")
_COMMON = (_HERE / "surnames.txt").read_text(encoding="utf-8").split()
_RARE = dict(name.split("/") for name in (_HERE / "rare_surnames.txt").read_text(encoding="utf-8").split())
SURNAMES = frozenset(_FAMILIES).union(_COMMON, _RARE)
GIVEN = frozenset(kanji for names in (_MEN, _WOMEN) for name in names.values() for kanji in name["kanji"])
_SURNAME_READINGS = frozenset(family["reading"] for family in _FAMILIES.values()).union(_RARE.values())
_GIVEN_READINGS = frozenset(_MEN) | frozenset(_WOMEN)
_KATAKANA, _LATIN, _CHINESE = (frozenset(_FOREIGN[name]) for name in ("katakana", "latin", "chinese"))
# Surnames in the list that are rather places, times or things before a word in kana or kanji.
_PLACES = frozenset(
    "北海道 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山 石川 福井 山梨 長野 岐阜 静岡 愛知 三重"
    " 滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島 沖縄 札幌"
    " 仙台 横浜 川崎 名古屋 神戸 堺 金沢 松山 渋谷 新宿 池袋 上野 銀座 品川 浅草 吉祥寺 中野 梅田 難波 博多 天神 日本 国内 海外 平成"
    " 昭和 令和 大正 明治 今日 明日 昨日 毎日 毎朝 今年 去年 来年 先月 来月 今月 時々 一番 本当 大変 全部 結局 自分 最近 最初 最後".split()
)
_HONORIFIC = "さん|さま|くん|ちゃん|先生|様|氏|殿|君"
_OFFICE = "監督|社長|店長|部長|課長|係長|会長|園長|院長|校長|編集長|所長|教授|医師|記者|選手|社員|巡査|住職|女将|棟梁"
_TITLE = f"(?:{_HONORIFIC}|{_OFFICE}|おばあ|おじい|おばさん|おじさん|夫妻|親子)"
_given_signs = dict(line.split(" ", 1) for line in (_HERE / "given_names.txt").read_text(encoding="utf-8").splitlines())
_TELLING = re.compile(
    f"(?!(?:{_given_signs['words'].replace(' ', '|')})$)[{_given_signs['first']}][{_given_signs['last']}]"
)
_TITLED = re.compile(_TITLE)
# What may follow a given name in kana that nothing else marks.
_AFTER = re.compile(
    rf"{_TITLE}|[をがはにのともや、。，．・/／「」『』()（）!！?？:：@＠＆&…\s〔]|で(?:す|し|は|も|[、。])|から|より|という|って|いわく|だ|$"
)

_KANJI = "一-龥々〆ヶノ𠮷髙﨑"
_GIVEN_PART = f"[{_KANJI}]{{1,7}}|[ぁ-ん]{{2,8}}子?|[ァ-ヴー]{{2,8}}子?"
_CANDIDATE = re.compile(
    rf"""
    (?<![{_KANJI}])(?P<spaced>[{_KANJI}]{{1,7}})[ 　](?=(?P<given>{_GIVEN_PART}))
  | (?<![{_KANJI}])(?P<run>[{_KANJI}]{{2,8}})(?P<tail>[ぁ-ん]{{2,6}}|[ァ-ヴー]{{2,6}}子?)?
  | (?<![ァ-ヴー・])(?P<katakana>[ァ-ヴー]{{2,12}})(?P<more>(?:[・＝][ァ-ヴー]{{1,12}})+|[ 　][ァ-ヴー]{{2,8}}|)(?![ァ-ヴー・＝])
  | (?<![ぁ-ん])(?P<soft>[ぁ-ん]{{2,6}})[ 　](?=(?P<soft_given>[ぁ-ん]{{2,8}}))
  | (?<![A-Za-z])(?P<latin>[A-Z][a-z]+)(?:[ ][A-Z]\.?)?[ ][A-Z][A-Za-z'-]+(?![A-Za-z])
    """,
    re.VERBOSE,
)
_MIDDLE = re.compile(rf"[ 　](?:[{_KANJI}]{{1,2}}|[ァ-ヴー]{{2,6}})(?={_TITLE})")  # 森下 ルイーズ 恵さん
_ENDS_IN_TITLE = re.compile(f"(?<=.)(?:{_TITLE})$")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヴ") + 1)}


def find(text: str) -> Iterator[tuple[int, int, str | None]]:
    """(start, end, surname in kanji) of each full name, in order, none overlapping."""
    done = 0
    for match in _CANDIDATE.finditer(text):
        if match.start() < done:
            continue
        found = _FINDERS[match.lastgroup](text, match)
        if found:
            start, done, surname = found
            yield start, done, surname


def _spaced(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    run, at = match["spaced"], match.start("given")
    surname = (
        run if run in SURNAMES else next((run[-n:] for n in (3, 2) if run[-n:] in SURNAMES and n < len(run)), None)
    )
    end, is_titled = _given(text, at, match["given"], 1 if surname and len(surname) > 1 else 2)
    if not end or (surname in _PLACES and not is_titled):
        return None
    if surname is None:
        if not is_titled or len(run) > 4:
            return None
        surname = run
    more = _MIDDLE.match(text, end)
    return match.end("spaced") - len(surname), more.end() if more else end, surname


def _given(text: str, at: int, run: str, least: int) -> tuple[int, bool]:
    """(end of the longest listed given name that `run` at `at` begins with and that may end there, titled?); (0, False)."""
    is_kanji = not "ぁ" <= run[0] <= "ヿ"
    for length in range(min(len(run), 3 if is_kanji else 6), 0, -1):
        name, end = run[:length], at + length
        is_titled = bool(_TITLED.match(text, end))
        if is_kanji:
            ends = is_titled or (length == len(run) and length >= least)
            known = name in GIVEN
        else:
            ends = _AFTER.match(text, end)
            known = length > 1 and (name.rstrip("子").translate(_HIRAGANA) in _GIVEN_READINGS or name in _KATAKANA)
        if known and ends:
            return end, is_titled
    return 0, False


def _soft(text: str, match: re.Match[str]) -> tuple[int, int, None] | None:
    if match["soft"] not in _SURNAME_READINGS:
        return None
    end, _ = _given(text, match.start("soft_given"), match["soft_given"], 2)
    return (match.start(), end, None) if end else None


def _run(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    """No gap: 真鍋由紀夫先生, 高橋あずさ, 氷室達也."""
    run, tail = match["run"], match["tail"]
    if tail and run in SURNAMES and not _TITLED.match(tail):
        end, is_titled = _given(text, match.start("tail"), tail, 2)
        long_enough = is_titled or (end - match.start("tail") > 2 and run not in _PLACES)
        return (match.start(), end, run) if end and long_enough and len(run) > 1 else None
    title = _ENDS_IN_TITLE.search(run)
    core = run[: title.start()] if title else run
    if core in SURNAMES or len(core) < 3:
        return None
    is_titled = bool(title or _TITLED.match(text, match.end("run")))
    for length in (2, 3, 1):
        surname, given = core[:length], core[length:]
        if surname in SURNAMES and given in GIVEN and _is_sure(surname, given, is_titled):
            return match.start(), match.start() + len(core), surname
    return None


def _is_sure(surname: str, given: str, is_titled: bool) -> bool:
    if is_titled:
        return len(surname) > 1 or len(given) > 1
    return len(surname) > 1 and len(given) == 2 and surname not in _PLACES and bool(_TELLING.fullmatch(given))


def _katakana(text: str, match: re.Match[str]) -> tuple[int, int, None] | None:
    first, more = match["katakana"], match["more"]
    is_titled = bool(_TITLED.match(text, match.end()))
    if more and more[0] in "・＝":
        sure = is_titled or first in _KATAKANA
    elif more:
        reading, given = first.translate(_HIRAGANA), more[1:].translate(_HIRAGANA)
        sure = (reading in _SURNAME_READINGS and given in _GIVEN_READINGS) or (is_titled and first in _KATAKANA)
    else:
        sure = is_titled and len(first) > 4 and _is_joined(first.translate(_HIRAGANA))
    return (match.start(), match.end(), None) if sure else None


def _is_joined(name: str) -> bool:
    return any(name[:n] in _SURNAME_READINGS and name[n:] in _GIVEN_READINGS for n in range(2, len(name) - 1))


def _latin(text: str, match: re.Match[str]) -> tuple[int, int, None] | None:
    sure = match["latin"] in _LATIN or _TITLED.match(text, match.end())
    return (match.start(), match.end(), None) if sure else None


# By the last group that took part: what the regex sees last in each alternative.
_FINDERS = {
    "given": _spaced,
    "run": _run,
    "tail": _run,
    "more": _katakana,
    "soft_given": _soft,
    "latin": _latin,
}
