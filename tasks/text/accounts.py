"""Accounts that a teller names as their own: in a text, below a mail, in a form's answer. Never a mention of another.

An account is told as `<kind> <place>:<name>`: kind is how it was named (mail, url, handle, form_answer), the rest what it
is, the same however it is written: `x:tanaka` for @Tanaka, x.com/tanaka and twitter.com/tanaka. When in doubt it is
nobody's: what is missed costs nothing, what is wrong asks a person about strangers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from urllib.parse import unquote, urlsplit

from tasks.text.quotes import signature

FAR = 80  # characters around an account that are looked at
MANY = 200  # accounts in one text that are looked at: whoever writes more of them is no teller
SIGNED_LINES = 10  # so near to the end a line that says nothing but 「note: https://…」 is a signature

_SERVICES = {
    "x": r"(?<![A-Za-z])X(?![A-Za-z])|Twitter|ツイッター|エックス",
    "note": r"(?<![A-Za-z])note(?![A-Za-z])|ノート",
    "facebook": r"Facebook|フェイスブック|(?<![A-Za-z])FB(?![A-Za-z])",
    "instagram": r"Instagram|インスタグラム|インスタ|(?<![A-Za-z])IG(?![A-Za-z])",
    "threads": r"Threads|スレッズ",
    "bluesky": r"Bluesky|ブルースカイ|ブルスカ",
    "mastodon": r"Mastodon|マストドン",
    "linkedin": r"LinkedIn|リンクトイン",
}
_SERVICE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _SERVICES.items()), re.I)
_ANY = "(?:" + "|".join(_SERVICES.values()) + ")"

# Whose page an address is: host and path -> name. What follows the name (an article, a post) is theirs too.
_PAGES = tuple((place, re.compile(pattern, re.I | re.ASCII)) for place, pattern in (
    ("x", r"(?:x|twitter)\.com/@?(?!(?:i|home|search|hashtag|share|intent|explore)(?:/|$))(\w{1,15})(?![\w.-])"),
    ("note", r"note\.(?:com|mu)/(?!(?:hashtag|tag|search|contest|topic|n|m)(?:/|$))([\w-]+)"),
    ("facebook", r"(?:[a-z-]+\.)?facebook\.com/profile\.php\?id=(\d+)"),
    ("facebook", r"(?:[a-z-]+\.)?facebook\.com/"
                 r"(?!(?:groups|watch|sharer|share|events|pages|hashtag|photo|photos|story|permalink)(?:[/.]|$))([\w.]{3,})"),
    ("instagram", r"instagram\.com/(?!(?:p|reel|reels|explore|stories|tv)(?:/|$))([\w.]+)"),
    ("threads", r"threads\.(?:net|com)/@([\w.]+)"),
    ("bluesky", r"bsky\.app/profile/([\w.:-]+)"),
    ("linkedin", r"(?:[a-z]+\.)?linkedin\.com/in/([^/?#]+)"),
    ("ameblo", r"ameblo\.jp/([\w-]+)"),
    ("hatena", r"([\w-]+)\.(?:hatenablog\.(?:com|jp)|hateblo\.jp|hatenadiary\.(?:com|jp|org))(?:/|$)"),
    ("blogspot", r"([\w-]+)\.blogspot\.(?:com|jp)(?:/|$)"),
    ("wordpress", r"([\w-]+)\.wordpress\.com(?:/|$)"),
))  # fmt: skip
_SERVICE_HOSTS = frozenset("x.com twitter.com note.com note.mu facebook.com instagram.com bsky.app ameblo.jp".split())
# https://mstdn.example.jp/@tanaka, but not youtube.com/@tanaka
_FEDIVERSE = re.compile(r"(?!(?:youtube|tiktok|medium)\.com)([a-z0-9.-]+)/(?:@|users/)(\w+)/?$", re.I | re.ASCII)
# Written without https://: x.com/tanaka, note.com/tanaka
_BARE_PAGE = r"(?:www\.)?(?:x|twitter|facebook|instagram|threads|note|bsky)\.(?:com|net|app|mu)/"
_HOST = r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"
_ACCOUNT = re.compile(
    rf"""
    (?P<url>https?://[!-~]+|(?<![A-Za-z0-9@./-]){_BARE_PAGE}[!-~]+)
  | (?P<mail>(?<![A-Za-z0-9._%+@-])[A-Za-z0-9][A-Za-z0-9._%+-]*@{_HOST}(?![A-Za-z0-9@-]))
  | (?P<handle>(?<![A-Za-z0-9_.])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@{_HOST})?)
    """,
    re.VERBOSE,
)
_SIGNS = ("@", "＠", "http", ".com/", ".net/", ".app/", ".mu/", "アカウント", "ユーザー名", "垢", "ID", "ＩＤ")
_OFFICE = re.compile(  # an address of a house, not of a person
    r"(?:info|contact|support|office|sales|mail|news|press|pr|hello|admin|webmaster|soumu|kouhou|recruit)@", re.I
)
_BLOG = re.compile(r"ブログ|blog|日記|ポートフォリオ|個人サイト", re.I)
_OPEN, _CLOSE = r"[「『(\"\[<]?", r"[」』)\"\]>]?"

# Somebody else is spoken of: 「友人のアカウント」「田中さんの@…」「@…さん」「…している方」「おすすめは@…」
_HONORIFIC = r"(?:さん|様|さま|氏|先生|ちゃん|くん|君)"
_ANOTHER = re.compile(
    rf"(?<!皆)(?<!みな){_HONORIFIC}(?:の|が|は|も|から|に|、|,|$)"
    r"|(?:友人|友達|友だち|知人|知り合い|同僚|上司|部下|師匠|先輩|後輩|夫|妻|旦那|主人|息子|娘|母|父|兄|姉|弟|妹|相手|先方|彼|彼女"
    r"|社長|編集者|担当者?|著者|作家|作者|会社|弊社|当社|勤務先|お店|主催者?|本人|お客様?|(?<!当)方|人)(?:の|が|は|も|から|に)"
    r"|公式|公募|募集|おすすめ|オススメ|お勧め|好きな|推し|憧れ|あこがれ|尊敬|引用|転載|フォローし(?:て(?:いる|います|い)|た|始)"
    r"|(?:る|た|な)(?:人|方|かた|アカウント)"
    r"|(?<![A-Za-z])(?:RT|via|cc|by|from|photo)(?![A-Za-z])",
    re.I,
)
_TO_ANOTHER = re.compile(
    rf"{_CLOSE}\s*(?:{_HONORIFIC}|の(?:投稿|記事|ポスト|ツイート|つぶやき|写真|動画|本|話)|でし?(?:ょう|す)(?:か|よね))"
)
_IS_ANOTHERS = re.compile(r"[^。]*(?:る|た)(?:人|方|かた)")  # という名前で活動している方

_NAMED = r"(?:アカウント|垢|ID|ユーザー名|ハンドル(?:ネーム)?|プロフィール)(?:名)?"
_THING = rf"(?:{_ANY}|{_NAMED}|ブログ|blog|ページ|サイト|ホームページ|HP|チャンネル|マガジン|記事|連絡先|メール(?:アドレス)?)"
_ME = r"(?:私|わたし|わたくし|僕|ぼく|俺|自分|小生|当方|自身)"
# 「出版社のX」「師匠のアカウント」 are theirs; 「仕事用のアカウント」「別の垢」「Xのアカウント」 may be one's own.
_POSSESSED = re.compile(rf"([^\s、。()「」]{{1,12}})の\s*{_THING}", re.I)
_OWN_KIND = re.compile(
    rf"(?:{_ME}|{_ANY}|SNS|仕事用?|趣味|個人|別|今|いま|現在|昔|以前|普段|いつも|メイン|サブ|裏|本名|実名|匿名|絵|写真|ほか|他|連絡先?|問い合わせ先?|こちら|こっち|以下|下記|こ)$",
    re.I,
)
# What stands before an account that is one's own, whatever follows.
_OWN_BEFORE = re.compile("|".join((
    # 私のアカウントは · 自分のブログ( · 僕のnoteです →
    rf"{_ME}の\s*{_THING}[^、。]{{0,14}}$|拙(?:ブログ|note)\s*$",
    # noteはこちらです。 · インスタやってます→
    rf"^\W*(?:{_ANY}|ブログ)(?:は(?:こちら|これ)(?:です)?|を?やって(?:い|おり)?ます)[^、A-Za-z@]{{0,4}}$",
    # 連絡は · 返信はメール(
    r"(?:連絡|返信|返事)先?(?:は|:)(?:メール)?\s*\(?\s*$",
    # 私( · 僕がやっているのは · …を連載している者です(
    rf"{_ME}\s*\($|{_ME}が(?:やって|書いて|運営して|使って)いる[^、。]{{0,6}}は\s*{_OPEN}$|者です\s*\($",
    # アカウントは · XのID: · ハンドルネームは「
    rf"{_NAMED}\s*(?:は|[:→⇒=])\s*{_OPEN}$",
    # 確認はこちらの垢まで · 連絡はこっちのアドレスへ
    r"(?:こちら|こっち|以下|下記)の?(?:アカウント|垢|アドレス|DM)(?:まで|へ|に)(?:お願いします)?\s*[:→]?\s*$",
    # noteに書きました · ブログにまとめました↓
    r"(?:note|ブログ)(?:に|へ|を|で)[^。@]{0,20}"
    r"(?:(?:書き|投稿し|公開し|更新し|アップし|まとめ)ました|(?:書いて|載せて|まとめて)(?:い|あり|おり)ます)[^A-Za-z@]{0,8}$",
)), re.I)  # fmt: skip
# What has to stand before and after: 「Xでは」@…「です」 · 「はじめまして、」@…「と申します」
_TOPIC_BEFORE = re.compile(
    rf"(?:{_ANY}|SNS|ブログ|メール)(?:の?{_NAMED})?(?:\([^()]{{1,8}}\))?\s*(?:では?|でも|にて|は|も)\s*、?\s*{_OPEN}$"
    rf"|^\s*(?:{_ANY}の|[^@、]{{0,12}}、)?\s*{_OPEN}$|(?:^|、){_ME}(?:は|が)\s*$|(?:名前|ペンネーム)(?:は|も)\s*{_OPEN}$",
    re.I,
)
_IS_ME = re.compile(rf"{_CLOSE}\s*(?:です(?!か|が、?(?:ご存知|知って))|と申し|といい|と言い|の中の人|こと)")
# 「インスタ(」@…「)で写真を載せています」 · 「XのDM(」@…「)まで」
_BESIDE = (
    (
        re.compile(rf"(?:{_ANY}|{_NAMED}|ブログ)\s*\($", re.I),
        re.compile(r"\)\s*(?:で|に|を)[^。]{0,30}(?:て(?:い|おり)?ま(?:す|した)|ている者)"),
    ),
    (
        re.compile(r"DM\s*[(は:]?\s*$", re.I),
        re.compile(r"\)?\s*(?:まで|へ|でお願い|に(?:ください|お願い)|が(?:一番|早))(?!、?と)"),
    ),
)
# 「インスタのアカウントは kinako_rei です」
_WORD = re.compile(
    rf"(?P<service>{_ANY})の?{_NAMED}\s*(?:は|[:=])\s*{_OPEN}"
    r"(?P<name>[A-Za-z0-9_][A-Za-z0-9_.]{2,29})(?![A-Za-z0-9_.@/:-])(?!\s*で(?:す|しょう)(?:か|よね))",
    re.I,
)
# What stands behind an account that is one's own, whatever comes before: 「…という名前で発信しています」
_OWN_AFTER = re.compile(
    rf"{_CLOSE}\s*(?:(?:という|の)(?:名前|名|{_NAMED})(?:で|です)|と申し|の(?:管理人|中の人|運営者|筆者)"
    r"|として[^。]{0,20}て(?:い|おり)?ます|で(?:通って|名乗って|お願い)"
    r"|で(?:やって|活動|発信|投稿し|書い|描い|つぶや|呟|更新し|ツイートし|ポストし|載せ|続け)|を(?:やって|書いて|運営|更新して|続けて))"
)
# 「X: @…」「note → https://…」「ブログ https://…」 and nothing else on the line; 「田中(@…)」 as the last one
_LABEL_LINE = re.compile(
    rf"\W*(?P<label>{_THING})(?:\([^()]{{1,12}}\))?\s*(?:{_NAMED}|URL|アドレス)?\s*[:=/|→⇒\s]\s*{_OPEN}$", re.I
)
_NAME_LINE = re.compile(r"[\s\-―─—~〜]*[^\s@。、:!?]{1,12}(?:\s[^\s@。、:!?]{1,12})?\s?[(<]?")
_SENTENCE_END = re.compile(r"[。!?\n]")


def page_of(url: str) -> str | None:
    """The account whose page an address is, or is on; the address itself where no service is known.

    None for what is no address, and for a service's pages that are nobody's.
    """
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return None
    host = parts.netloc.casefold().removeprefix("www.").removeprefix("mobile.")
    if "." not in host:
        return None
    place = f"{host}{unquote(parts.path)}{'?' + parts.query if parts.query else ''}"
    for name, pattern in _PAGES:
        if found := pattern.match(place):
            return f"{name}:{found[1].casefold().rstrip('.')}"
    if found := _FEDIVERSE.match(place):
        return f"mastodon:{found[2]}@{found[1]}".casefold()
    return None if host in _SERVICE_HOSTS else f"url:{host}{parts.path.rstrip('/')}"


def known_as(namespace: str, author_id: str | None, url: str | None) -> list[str]:
    """Accounts of a submission's author that its own source vouches for: `<kind> <place>:<name>`."""
    if author_id and namespace in ("mail", "form"):
        return [f"mail mail:{author_id.casefold()}"]
    if author_id and "://" in author_id:  # blogs, Mastodon, LinkedIn
        return [f"url {page}"] if (page := page_of(author_id)) else []
    if author_id and namespace in ("note", "threads", "bluesky"):
        return [f"handle {namespace}:{author_id.casefold()}"]
    page = page_of(url) if namespace == "x" and url else None
    return [f"handle {page}"] if page else []


def declared(text: str) -> list[str]:
    """Accounts that a text names as its writer's own, sorted."""
    if not any(sign in text for sign in _SIGNS):
        return []
    text = unicodedata.normalize("NFKC", text)
    signed_from = _start_of_last_lines(text)
    found = {account for match in _accounts(text) if (account := _own(text, match, signed_from))}
    return sorted(found.union(_words(text), signed(signature(text))))


def signed(lines: str) -> list[str]:
    """Accounts in a signature or a profile: all are its writer's own, but for a firm's site and its shared addresses."""
    text = unicodedata.normalize("NFKC", lines)
    found = set()
    for match in _accounts(text):
        before, after = _around(text, match, "\n")
        account = _told(match, before)
        is_firms = account and " url:" in account and not _BLOG.search(before + match[0])
        if account and not is_firms and not _TO_ANOTHER.match(after):
            found.add(account)
    return sorted(found)


def answered(cell: str, title: str) -> list[str]:
    """Accounts in a form's answer to a question for them, as form_answer; a bare word is one where the title tells the
    service: 「XのID」 → tanaka.
    """
    text, title = (unicodedata.normalize("NFKC", part) for part in (cell, title))
    found = [_told(match, title + text[: match.start()]) for match in _accounts(text)]
    services = {match.lastgroup for match in _SERVICE.finditer(title)}
    if not found and len(services) == 1 and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{2,29}", text.strip()):
        found = [f"handle {services.pop()}:{text.strip().casefold()}"]
    return sorted({f"form_answer {account.partition(' ')[2]}" for account in found if account})


def _accounts(text: str) -> Iterable[re.Match]:
    return islice(_ACCOUNT.finditer(text), MANY)


def _own(text: str, match: re.Match, signed_from: int) -> str | None:
    """The account of a match if the words around it say that it is the writer's own."""
    before, after = _around(text, match, "。!?\n")
    account = _told(match, before)
    if account is None or _TO_ANOTHER.match(after) or re.search(r"[「『][^」』]+$", before):
        return None
    if _is_labelled(text, match, signed_from):
        return account
    if not before.strip() and match.lastgroup == "url":  # an address by itself speaks with the sentence before it
        before = _sentence_before(text, match)
    if _is_anothers(before):
        return None
    is_me = _TOPIC_BEFORE.search(before) and _IS_ME.match(after)
    is_named = _OWN_AFTER.match(after) and not _IS_ANOTHERS.match(after)
    is_beside = any(left.search(before) and right.match(after) for left, right in _BESIDE)
    return account if is_me or is_named or is_beside or _OWN_BEFORE.search(before) else None


def _is_anothers(before: str) -> bool:
    return bool(_ANOTHER.search(before)) or not all(_OWN_KIND.search(found[1]) for found in _POSSESSED.finditer(before))


def _words(text: str) -> Iterable[str]:
    """Accounts without a sign of one, told by the name of their service."""
    for match in _WORD.finditer(text):
        before, _ = _around(text, match, "。!?\n")
        if not _is_anothers(before + match["service"]):
            yield f"handle {_SERVICE.search(match['service']).lastgroup}:{match['name'].casefold().rstrip('.')}"


def _is_labelled(text: str, match: re.Match, signed_from: int) -> bool:
    """One of the last lines, with nothing but what it is; the only one of its kind, or it is a list of other people."""
    before, after = _around(text, match, ("\n", " / ", "|"))
    if match.start() < signed_from or re.search(r"[^\s)>」』\]]", after):
        return False
    if found := _LABEL_LINE.fullmatch(before):
        again = rf"(?m)^\W*{re.escape(found['label'])}(?:\([^()]*\))?\s*(?:{_NAMED}|URL)?\s*[:=/|→⇒\s]\s*{_OPEN}[@h]"
        return len(re.findall(again, text, re.I)) <= 1 and not _ANOTHER.search(_line_above(text, match))
    is_last = not text[match.end() :].strip(" \n\t)>」』]") and "\n" in text[: match.start()].strip()
    return bool(is_last and match.lastgroup != "url" and _NAME_LINE.fullmatch(before) and not _ANOTHER.search(before))


def _sentence_before(text: str, match: re.Match) -> str:
    """On the same line or the one above."""
    told = text[max(match.start() - 2 * FAR, 0) : match.start()].rstrip().rstrip("。!?")
    return told[max(told.rfind(end) for end in "。!?\n") + 1 :]


def _line_above(text: str, match: re.Match) -> str:
    lines = [line for line in text[max(match.start() - 2 * FAR, 0) : match.start()].split("\n")[:-1] if line.strip()]
    return lines[-1] if lines else ""


def _told(match: re.Match, before: str) -> str | None:
    """`<kind> <place>:<name>` of a match; before: what was said, for the service of a bare handle."""
    written = match[0].rstrip(".,;:!?)]}>'\"")
    if match.lastgroup == "mail":
        return None if _OFFICE.match(written) else f"mail mail:{written.casefold()}"
    if match.lastgroup == "url":
        page = page_of(written)
        return page and f"url {page}"
    name = written[1:].casefold()
    if "@" in name:
        return f"handle mastodon:{name}"
    if name.endswith(".bsky.social"):
        return f"handle bluesky:{name}"
    services = [found.lastgroup for found in _SERVICE.finditer(_ACCOUNT.sub(" ", before))]
    return f"handle {services[-1] if services else 'x'}:{name}"


def _around(text: str, match: re.Match, ends: Iterable[str]) -> tuple[str, str]:
    """What stands before and after a match, up to the nearest of `ends`, and no farther than says anything of it."""
    before = text[max(match.start() - FAR, 0) : match.start()]
    after = text[match.end() : match.end() + FAR]
    start = max(at + len(end) if (at := before.rfind(end)) >= 0 else 0 for end in ends)
    stops = [at for end in ends if (at := after.find(end)) >= 0]
    return before[start:], after[: min(stops, default=FAR)]


def _start_of_last_lines(text: str) -> int:
    """Where the last lines begin that could be a signature."""
    at = len(text.rstrip())
    for _ in range(SIGNED_LINES):
        at = text.rfind("\n", 0, at)
        if at < 0:
            return 0
    return at
