"""Names of persons in a text: the teller's own, which we are told, and those that Japanese shows by their surroundings.

A full name is masked, and then its surname everywhere in the same text. A surname that nobody introduces stays:
「田中さん」 alone tells of nobody. Word lists: surnames.txt (the commonest 320) and given_names.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tasks.text import full_names

_HERE = Path(__file__).parent
_SURNAMES = (_HERE / "surnames.txt").read_text(encoding="utf-8").split()
_GIVEN = dict(line.split(" ", 1) for line in (_HERE / "given_names.txt").read_text(encoding="utf-8").splitlines())
_FIRST, _LAST = _GIVEN["first"], _GIVEN["last"]
_PLACES = [
    "石川",
    "福島",
    "宮崎",
    "千葉",
    "山口",
    "福井",
    "長崎",
    "香川",
    "徳島",
    "上野",
    "中野",
    "川崎",
    "大塚",
    "大久保",
    "竹田",
    "津田",
    "神田",
]

_KANJI = "一-龥々〆ヶノ"
_TOKEN = r"〔[^〔〕\n]{1,6}〕"


def _one_of(names: Iterable[str]) -> str:
    """Regex for the longest of `names`, refused quickly by the first character."""
    names = sorted(names, key=lambda name: (-len(name), name))
    initials = "".join(sorted({name[0] for name in names}))
    return f"(?=[{initials}])(?:{'|'.join(map(re.escape, names))})"


_LISTED = _one_of(name for name in _SURNAMES if len(name) > 1 and name not in _PLACES)
_KANA = _one_of(_GIVEN["kana"].split())
_WORDS = _one_of(_GIVEN["words"].split())  # look like given names, and are not
_TELLING = f"(?!{_WORDS})[{_FIRST}][{_LAST}]{{1,2}}"
_LOOSE = f"(?:[{_KANJI}]{{1,3}}|[{_KANJI}]{{0,2}}[ぁ-ん]{{2,4}}|[ぁ-ん]{{1,3}}[子美江代枝恵香]|[ァ-ヴー]{{2,5}})"
_LIKELY = (
    f"(?:[{_KANJI}]|[{_KANJI}]{{1,2}}[{_LAST}]|[{_FIRST}][{_KANJI}]{{1,2}}|[ぁ-ん]{{1,3}}[子美江代枝恵香]|[ァ-ヴー]{{2,5}}"
    f"|(?!なし|あり|など|まで|から|より|くらい|ほど|だけ|こと|もの|とき|ため|くもり|はれ|さん|です|ます)[ぁ-ん]{{2,4}})"
)

_TITLE = "さん|さま|様|氏|先生|くん|君|ちゃん"
_INTRODUCED = r"と申します(?!か|が?と)|と申す者"
_OFFICE = "税理士|弁護士|行政書士|司法書士|社労士|診療所|医院|クリニック|事務所"
_CALLED = rf"(?={_TITLE}|{_INTRODUCED}|です(?:[。!！\n]|$)|[、。]?と?(?:名前|実名|本名)|[ 　]?(?:\n|$|〔))"
_CLOSED = rf"(?={_TITLE}|{_INTRODUCED}|です(?:[。!！、\n]|$)|[、。（(／/]|[ 　]?(?:\n|$|〔|TEL|電話|{_OFFICE}))"
_SPACED = f"(?:{_LIKELY}{_CLOSED}|{_LOOSE}(?={_TITLE}|{_INTRODUCED}))"
_OPEN = r"(?<![^\s、。，・「（(の:：/／>＞])"
# Ends of what a firm, a desk or a trade is called; 阿部 and 土屋 are surnames, 業務部 and 工務店 are not.
_ROLE = "代表|店長|社長|担当|部長|課長|所長|編集|営業|広報|電話|住所|氏名|名前|職業|件名|本文|追伸|以上|敬具"
_NO_NAME = f"(?!{_ROLE}|[{_KANJI}]{{2,3}}[部課係室店社会所院屋園業館組士師長家者員当日][ 　])"

_NAMED = re.compile(
    rf"""
    (?:
        {_OPEN}{_NO_NAME}(?P<spaced>[{_KANJI}]{{2,4}}|[{_KANJI}](?=[ 　][{_KANJI}ぁ-んァ-ヴー]{{2}}))[ 　](?P<given>{_SPACED})
      | (?<![{_KANJI}ァ-ヴー])(?:
            (?P<kana>[{_KANJI}]{{2,4}}){_KANA}{_CLOSED}
          | (?P<kanji>{_LISTED}|(?:(?![一二三四五六七八九十百千万])[{_KANJI}]){{2,4}}?){_TELLING}{_CALLED}
          | (?P<alone>[{_KANJI}]{{2,5}})(?={_INTRODUCED})
          | (?<![はが])(?P<listed>{_LISTED})(?=です(?:[。!！\n]|$)|と(?:言|い)います)
        )
    )
    (?:[（(][ぁ-んァ-ヴー]{{2,7}}[ 　]?[ぁ-んァ-ヴー]{{1,6}}[)）])?
    """,
    re.VERBOSE,
)
_SURNAME_KINDS = ("spaced", "kana", "kanji", "alone", "listed")
_KANJI_TITLES = ("", "様", "氏", "先生", "君")
_RUN = re.compile(rf"{_TOKEN}|(?<![{_KANJI}])(?P<run>[{_KANJI}]{{2,8}})(?:[ 　]{_LOOSE}(?={_OFFICE}))?")
_NAMED_SIGN = re.compile(rf"[{_KANJI}][ 　]|{_TITLE}|と申|です|ます|名前|実名|本名|[{_KANJI}ぁ-ん](?:[、。（(／/\n]|$)")


def mask_names(text: str, own: Sequence[str] = ()) -> str:
    """`text` with 〔名前〕 for the names in `own` (display name, handle; two characters or more) and for names it shows."""
    forms = [form for name in own for form in _forms(name, text)]
    if forms:
        text = _any_of(forms).sub(_replace, text)
    known: set[str] = set()

    def learn(match: re.Match[str]) -> str:
        known.update(match[kind] for kind in _SURNAME_KINDS if match[kind] and len(match[kind]) > 1)
        if match["given"]:
            known.add(match["spaced"] + match["given"])
        return "〔名前〕"

    if _NAMED_SIGN.search(text):
        text = _NAMED.sub(learn, text)
    text = _listed(text, known)
    return _again(known, text) if known else text


def _listed(text: str, known: set[str]) -> str:
    """Full names that the lists know are masked; their surnames are `known` from then on."""
    parts, at = [], 0
    for start, end, surname in full_names.find(text):
        parts += [text[at:start], "〔名前〕"]
        at = end
        known.update([surname] if surname and len(surname) > 1 else [])
    return "".join([*parts, text[at:]]) if parts else text


def _replace(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("〔") else "〔名前〕"


def _again(known: set[str], text: str) -> str:
    """Known names wherever they stand alone or before a title: after 門倉 also 門倉さん and 門倉先生, never 門倉町."""

    def name_or_same(match: re.Match[str]) -> str:
        run = match["run"] or ""
        titles = (title for title in _KANJI_TITLES if run.endswith(title))
        title = next((title for title in titles if run[: len(run) - len(title)] in known), None)
        return match[0] if title is None else f"〔名前〕{title}"

    return _RUN.sub(name_or_same, text)


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(set(forms), key=lambda form: (-len(form), form))
    return re.compile("|".join([_TOKEN, *longest_first]), re.IGNORECASE)


def _forms(name: str, text: str) -> list[str]:
    """Regexes for a name as shown, if `text` may hold it: whole, and each of two spaced parts (a surname tells too)."""
    parts = re.sub("[〔〕@＠]", " ", name).split()
    if not any(part.lower() in text.lower() for part in parts):
        return []
    whole = r"[ 　]?".join(map(re.escape, parts))
    alone = [re.escape(part) for part in parts if len(part) >= (3 if part.isascii() else 2)] if len(parts) == 2 else []
    bounded = r"(?<![A-Za-z0-9_]){}(?![A-Za-z0-9_])"
    return [bounded.format(form) if form.isascii() else form for form in (whole, *alone) if len("".join(parts)) > 1]
