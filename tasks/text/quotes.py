"""Own words: a mail's text without the mail it answers and without the signature.

Patterns are data, each with a real line beside it. When in doubt the text stays: a quotation left in costs a reader a
second, a story cut away is lost.
"""

from __future__ import annotations

import re

SIGNATURE_LINES = 10  # a signature is no longer, and nothing follows it
_HEADER_LINES = 3  # mailers fold "On … wrote:" over up to three lines

# "> text" · "＞ text" · ">> text" · " > text"; but "＞田中さん" is how chats and boards address somebody
_QUOTED_LINE = re.compile(r"[ \u3000]?[>＞](?!\S{1,12}(?:さん|様|さま|氏|くん|君|ちゃん|先生)[、,!！]?\s*$)")

_DATE = r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
_TIME = r"(?:午前|午後)?\d{1,2}[:時]\d{2}"

# What stands above a quotation, on one line or folded.
_ABOVE = tuple(re.compile(pattern) for pattern in (
    # 2024年5月3日(金) 21:05 田中 <tanaka@example.jp>: · 2024年5月3日(金) 21:05 田中 <tanaka@example.jp> のメール
    rf"{_DATE} ?(?:\([月火水木金土日]\))?[ 、,]*{_TIME}[^\n]{{0,80}}<[^<>\s]+@[^<>\s]+> ?(?:のメール)?[:：]?",
    # 2024/05/03 21:05、田中 <tanaka@example.jp>のメール: · 2024/05/03 21:05、田中のメール：
    rf"{_DATE}[^\n]{{0,10}}{_TIME}[^\n]{{0,80}}のメール ?[:：]?",
    # (2024/05/03 21:05), 田中 wrote: · 2024/05/03 21:05, Tanaka wrote:
    rf"\(?{_DATE} {_TIME}(?::\d\d)?\)?[, ]+[^\n]{{1,80}} wrote ?[:：]",
    # On Fri, May 3, 2024 at 9:05 PM Taro Tanaka <tanaka@example.jp> wrote: · On 2024/05/03 21:05, 田中 wrote:
    r"On [^\n]{6,200} wrote ?[:：]",
))  # fmt: skip

# Too much like a sentence of a story: believed only where marked lines follow.
_ABOVE_IF_MARKED = tuple(re.compile(pattern) for pattern in (
    # 田中さんは書きました: · 田中太郎 <tanaka@example.jp> さんは 2024年5月3日 に書きました：
    r"[^\n]{1,100}(?:さん|様|氏)?は[^\n。]{0,40}書きました ?[:：]",
    # 田中さん wrote:
    r"[^\n。]{1,60}(?:さん|様) ?wrote ?[:：]",
))  # fmt: skip

# From here on everything belongs to somebody else.
_BELOW_IS_FOREIGN = tuple(re.compile(pattern, re.I) for pattern in (
    # -----Original Message----- · ----- 元のメッセージ -----
    r"-{2,} ?(?:original message|(?:元|オリジナル)の?メッセージ|元のメール|original mail) ?-{2,}",
    # 差出人: 田中 / 送信日時: 2024年5月3日 21:05 — Outlook's block; the second line is asked for as well
    r"(?:差出人|送信者)[ \u3000]?[:：][^\n]*\n(?:送信日時|日時|日付|宛先)[ \u3000]?[:：]",
    # From: Tanaka <tanaka@example.jp> / Sent: Friday, May 3, 2024 9:05 PM
    r"\*?from:\*? [^\n]*\n\*?(?:sent|date|to):\*? ",
))  # fmt: skip

# Somebody sends on what a friend told: below a block of headers, marked with > by Apple Mail.
# ---------- Forwarded message --------- · -------- 転送メッセージ -------- · Begin forwarded message:
# 転送されたメッセージ:
_FORWARDED = re.compile(
    r"-{2,} ?(?:forwarded message|転送(?:された)?の?メッセージ) ?-{2,}"
    r"|(?:begin forwarded message|転送されたメッセージ) ?[:：]",
    re.I,
)
_FORWARDED_HEADER = re.compile(
    r"\*?(?:from|sent|date|subject|to|cc|reply-to)\*?:"
    r"|(?:差出人|送信者|送信日時|日時|日付|件名|宛先|CC|返信先)[ \u3000]?[:：]",
    re.I,
)

_FOREIGN_BEGINS = ("--", "差出人", "送信者", "*", "F", "f")

# "-- " · "--" · "----------" · "＝＝＝＝" · "━━━━━" · "*****" · "＊＊＊" · "____" · "☆☆☆" · "-*-*-*-" · "=-=-=-="
_RULE = re.compile(r"[\-－―─━=＝_＿*＊~～☆★◇◆□■○●・‥…+＋#＃:：.。 \u3000]{2,}")
_RULE_CORE = re.compile(r"([\-－―─━=＝_＿*＊~～☆★◇◆□■])[^\w]*?\1")
_SENTENCE_END = re.compile(r"[。！？!?」』…♪笑w)）]\s*$")
_LONGEST_SIGNATURE_LINE = 60
# 匿名希望 · ペンネーム:ねこ · 追伸 · 実名を出してもらって構いません: said to the author, whatever stands above it
_TO_THE_READER = re.compile(r"匿名|実名|本名|仮名|ペンネーム|ハンドル|掲載|追伸|P\.?S\b|[Pp]en ?name")

# iPhoneから送信 · Androidから送信 · iPadから送信されました · Outlook for iOS を入手 · Sent from my iPhone
# Yahoo!メール アプリから送信
_DEVICE = re.compile(
    r"\S[^\n。]{0,40}から送信(?:しました|されました|しています)?。?|Sent from (?:my |Mail )[^\n]{1,40}"
    r"|(?:Outlook for (?:iOS|Android)|Android 版 Outlook|iOS 版 Outlook)[^\n]{0,60}"
    r"|(?:Get|Sent from) Outlook for [^\n]{1,60}",
    re.I,
)

# Without one of these words, and without a line that begins like this, a text has nothing to be taken off.
_CUE_WORDS = (
    "wrote", "のメール", "@", "差出人", "送信者", "orwarded message", "転送されたメッセージ",
    "から送信", "Sent from", "sent from", "Outlook",
)  # fmt: skip
_CUE_LINE = re.compile(
    r"^[ \t\u3000]*(?:[>＞]|\*?from:|[\-－―─━=＝_＿*＊~～☆★◇◆□■○●・‥+＋#＃]{2})", re.MULTILINE | re.I
)


def own_words(text: str) -> tuple[str, bool]:
    """A mail's text → (what its writer wrote, whether anything was taken off). Lines end in \\n.

    Quoted lines go wherever they stand, with the line above that announces them; what such a line announces without
    marking it, and what follows "Original Message" or a block of mail headers, goes to the end. A mail that is sent on
    stays, without its headers. Then the signature goes: the last 10 lines at most, under a rule, or the line that a
    telephone adds. If nothing would be left, all stays.
    """
    if not any(word in text for word in _CUE_WORDS) and not _CUE_LINE.search(text):
        return text, False
    return _taken_apart(text)


def signature(text: str) -> str:
    """The lines that `own_words` takes off as a signature; "" where there is none, or where a mail was sent on, whose
    signature may be another's.
    """
    if not _CUE_LINE.search(text):
        return ""
    lines = _without_quotes(text.split("\n"))
    if any(_FORWARDED.fullmatch(line.strip()) for line in text.split("\n")):
        return ""
    return "\n".join(lines[len(_without_signature(lines)) :])


def _taken_apart(text: str) -> tuple[str, bool]:
    lines = text.split("\n")
    kept = _without_signature(_without_quotes(lines))
    if not any(line.strip() for line in kept):
        return text, False
    if [line for line in kept if line.strip()] == [line for line in lines if line.strip()]:
        return text, False
    return "\n".join(kept).strip("\n"), True


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at, was_sent_on = 0, False
    while at < len(lines):
        if _FORWARDED.fullmatch(lines[at].strip()):
            lines = lines if was_sent_on else _unmarked(lines, at + 1)
            at, was_sent_on = _past_headers(lines, at + 1), True
        elif _QUOTED_LINE.match(lines[at]):
            at += 1
        elif _is_foreign_below(lines, at):
            break
        elif height := _announces(lines, at):
            if not _is_followed_by_quotation(lines, at + height):
                return kept if any(map(str.strip, kept)) else lines
            at += height
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _unmarked(lines: list[str], start: int) -> list[str]:
    """The lines with the marks off from `start` on, if every one there has a mark."""
    if all(line.startswith(">") for line in lines[start:] if line.strip()):
        return lines[:start] + [line.removeprefix(">").removeprefix(" ") for line in lines[start:]]
    return lines


def _past_headers(lines: list[str], at: int) -> int:
    while at < len(lines) and (not lines[at].strip() or _FORWARDED_HEADER.match(lines[at].strip())):
        at += 1
    return at


def _is_foreign_below(lines: list[str], at: int) -> bool:
    if not lines[at].lstrip().startswith(_FOREIGN_BEGINS):
        return False
    two = "\n".join(line.strip() for line in lines[at : at + 2])
    return any(pattern.match(two) for pattern in _BELOW_IS_FOREIGN)


def _announces(lines: list[str], at: int) -> int:
    """How many lines from here announce a quotation: 0 to 3."""
    line = lines[at].strip()
    if not line or not (line.startswith("On ") or line[0] in "(<" or line[0].isdigit() or line[-1] in ":：>ル"):
        return 0
    for height in range(1, _HEADER_LINES + 1):
        joined = " ".join(part.strip() for part in lines[at : at + height])
        if any(pattern.fullmatch(joined) for pattern in _ABOVE):
            return height
        if any(pattern.fullmatch(joined) for pattern in _ABOVE_IF_MARKED):
            return height if _is_followed_by_quotation(lines, at + height) else 0
    return 0


def _is_followed_by_quotation(lines: list[str], at: int) -> bool:
    following = next((lines[n] for n in range(at, len(lines)) if lines[n].strip()), "")
    return bool(_QUOTED_LINE.match(following))


def _without_signature(lines: list[str]) -> list[str]:
    lines = _rstrip(lines)
    if lines and _DEVICE.fullmatch(lines[-1].strip()):
        lines = _rstrip(lines[:-1])
    written = [n for n, line in enumerate(lines) if line.strip()]
    for position in range(max(1, len(written) - SIGNATURE_LINES - 1), len(written)):
        rule = written[position]
        if _is_rule(lines[rule]) and _is_signature(lines[rule], lines[rule + 1 :]):
            return _rstrip(lines[:rule])
    return lines


def _rstrip(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _is_rule(line: str) -> bool:
    return line == "-- " or (bool(_RULE.fullmatch(line.strip())) and bool(_RULE_CORE.search(line)))


def _is_signature(rule: str, below: list[str]) -> bool:
    """Under "-- " (RFC 3676, 4.3) all but a word to the reader is; under another rule no sentences either."""
    if any(_TO_THE_READER.search(line) for line in below):
        return False
    if rule == "-- ":
        return True
    return not any(len(line) > _LONGEST_SIGNATURE_LINE or _SENTENCE_END.search(line) for line in below)
