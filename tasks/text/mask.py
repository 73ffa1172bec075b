"""Personal data replaced by words in 〔〕: what may leave the lake. Patterns only; a person reads before a quote leaves.

Contacts, numbers and addresses are here, names of persons in `names`. Not masked: years, counts, prices, towns without
a house number, platforms, companies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.text.names import mask_names

_D = "[0-9０-９]"
_N = "[0-9０-９〇一二三四五六七八九十百]"  # old addresses write house numbers in kanji
_HYPHEN = "[-‐‑‒–—―−ー－]"
_GAP = rf"(?:{_HYPHEN}|[)）]{_HYPHEN}?|[(（ 　])"
_LOCAL = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９._%+-"
_DOMAIN = r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９-]+(?:[.．][A-Za-z0-9Ａ-Ｚａ-ｚ０-９-]+)+"
# What follows a count, so that "渋谷区で1-2回" is no address and "100-2000円" no post code.
_UNCOUNTED = (
    rf"(?!{_D}|[ 　]?(?:[人円年月回件個割倍歳才名冊本話通枚台軒店社点度分秒時万億千%％]|日間|ヶ月|か月|km|kg|PV))"
)

_TOP = r"(?:com|jp|net|org|info|biz|io|me|ly|cc|be|gl|ee|gg|tv|to|co|link|app|page|site|blog|shop|xyz|dev|tw|kr)"
# A bracket belongs to an address only with its partner: what stands in 「…/a(090-…」 is a number of its own.
_PATH = r"(?:[!-'*-~]|[(][!-'*-~]*[)])+(?<![\].,;:!?'\"])"
_SPELT = r"[A-Za-z0-9-]+(?:(?:[.．]|[ ]?[(\[（［]?(?:dot|ドット)[)\]）］]?[ ]?)[A-Za-z0-9-]+)+"  # example dot com

_CONTACT = re.compile(
    rf"""
    (?P<URL>
        (?<![A-Za-z])(?:h?ttps?|ftp)://{_PATH}
      | [hｈ]?[tｔ][tｔ][pｐ][sｓ]?[:：][/／]{{2}}[!-~！-～]*[A-Za-z0-9/Ａ-Ｚａ-ｚ０-９／]
      | (?<![\w@.])www\.[A-Za-z0-9-]+\.[!-~]*[A-Za-z0-9/]
      | (?<![A-Za-z0-9@./-])(?:[A-Za-z0-9-]+\.)+{_TOP}/{_PATH}
      | (?<![A-Za-z0-9@＠./-])(?=[a-z0-9]*-|[a-z0-9-]+\.(?!(?:co|ne|or|ac|go)\.jp)[a-z0-9-]+\.[a-z])  # not amazon.co.jp
        (?:[a-z0-9-]+\.)+{_TOP}(?![A-Za-z0-9@＠.-])
    )
  | (?P<メール>
        (?<![{_LOCAL}])[{_LOCAL}]++(?:[@＠]|[ ]?[(\[（［<]?(?:[@＠★☆●◎■]|アット(?:マーク)?)[)\]）］>]?[ ]?)(?:{_DOMAIN})
      | (?<![{_LOCAL}])[{_LOCAL}]++(?:[ ]at[ ]|[ ]?[(\[（［<]at[)\]）］>][ ]?){_SPELT}
    )
  | (?P<アカウント>
        (?<![A-Za-z0-9])[@＠]
        (?!(?:cosme|nifty|wiki|IT|type|peps)(?![A-Za-z0-9_]))  # services whose own name has the sign
        (?=[0-9_.]*[A-Za-z])[A-Za-z0-9_.]*[A-Za-z0-9_](?:[@＠]{_DOMAIN})?
      | (?<![A-Za-z0-9_.])[A-Za-z0-9_.]{{2,32}}\#[0-9]{{4}}(?![A-Za-z0-9])  # Discord's old tags
      | (?:(?<=[信ト][:：])|(?<=[信ト][:：]\ ))(?=[a-z.]*[0-9_])[A-Za-z0-9_.]{{4,}}
    )
  | (?P<郵便番号>
        〒[ 　]?{_D}{{3}}{_HYPHEN}?{_D}{{4}}(?!{_D})
      | (?<![0-9０-９.\-−－ー])(?<![品型背]番号)(?<![品型背]番号は)(?<![品型]番)(?<![品型]番は)
        {_D}{{3}}{_HYPHEN}{_D}{{4}}(?!{_HYPHEN}{_D}){_UNCOUNTED}
    )
  | (?P<電話>
        (?<!{_D})[(（]?[0０](?=(?:{_GAP}?{_D}){{9,10}}(?!{_D}))
        (?:{_D}{{9,10}}|{_D}{{1,4}}{_GAP}{_D}{{1,4}}{_GAP}{_D}{{3,4}}|{_D}{{2}}{_GAP}{_D}{{8}})
      | (?<!{_D})(?<![./])0(?:[5-9]0|120)(?P<dot>[./・])[0-9]{{3,4}}(?P=dot)[0-9]{{3,4}}(?![0-9])
      | (?<!{_D})[0０][ 　]{_D}[ 　]{_D}(?:[ 　]?{_HYPHEN}?[ 　]?{_D}){{7,8}}(?!{_D})
      | (?<!{_D})[+＋]{_D}{{1,3}}(?=(?:{_GAP}{{0,2}}{_D}){{8,12}}(?!{_D}))(?:{_GAP}{{0,2}}{_D}{{1,11}}){{1,5}}
      | 〇[五七八九]〇[{_HYPHEN[1:-1]}の]?[〇一二三四五六七八九]{{4}}[{_HYPHEN[1:-1]}の]?[〇一二三四五六七八九]{{4}}
    )
  | (?P<番号>
        (?<![0-9０-９.]){_D}{{4}}(?P<gap>{_HYPHEN}|[ 　])(?!(?:19|20)\d\d(?P=gap))
        {_D}{{4}}(?P=gap){_D}{{4}}(?:(?P=gap){_D}{{1,7}})?(?!{_D})
      | (?<![0-9０-９.,]){_D}{{11,19}}(?![0-9０-９]|円)
      | (?:(?<=番号)|(?<=番号[:：はが ])|(?<=[普当][通座])|(?<=[普当][通座][:： ])){_D}{{5,10}}(?!{_D})
    )
    """,
    re.VERBOSE,
)
_CONTACT_SIGN = re.compile(
    r"[@＠〒〇★☆●◎■]|[ (\[（［<](?:at|アット)|[a-z0-9][.][a-z0-9]|[/／]{2}|#[0-9]{4}|[:：][ ]?[A-Za-z]|://|www\.|[a-z]/"
    r"|[0-9０-９][-‐‑‒–—―−ー－()（） 　./・]?[0-9０-９]"
)

# A handle told by the name of its service. Behind a colon any word is one, behind a blank or は only what has a sign
# or a digit in it: 「LINE ID: reikun」, 「インスタはrei_kinako」, not 「noteはWordPress」.
_SERVICES = (
    "インスタ(?:グラム)?|Instagram|Twitter|ツイッター|Threads|スレッズ|TikTok|ティックトック|Discord|ディスコ(?:ード)?"
    "|LINE|ライン|Skype|スカイプ|カカオ(?:トーク)?|mixi|ミクシィ|pixiv|ピクシブ|BOOTH|GitHub|YouTube|note|ニコ(?:ニコ)?動画?"
    "|Facebook|Bluesky|Telegram|Steam|垢|アカウント|ユーザー|ハンドル(?:ネーム)?|(?<![A-Za-z])(?:X|ID|IG|FB)"
)
_PRODUCTS = (
    r"(?i:Twitter|Instagram|Facebook|YouTube|TikTok|Threads|Discord|LINE|mixi|note|pixiv|WordPress|https?|www|none)"
)
_HANDLE = re.compile(
    rf"""
    (?P<cue>(?:{_SERVICES})(?:の?(?:ID|アカウント|垢|名前?|ネーム))?[ 　]?
        (?: [:：→⇒=＝][ 　]? | (?<=ID)(?:は|[ 　])? | (?:は|[ 　]|(?<=名))(?=[A-Za-z][A-Za-z]*[0-9_.:-]) )
    )
    (?!{_PRODUCTS}(?![A-Za-z0-9_.-])|https?:)(?>[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_])?)(?<=[A-Za-z0-9_.:-]{{4}})
    (?<!\.(?:com|txt))(?<!\.(?:js|md|jp|py))
    """,
    re.VERBOSE,
)
_HANDLE_SIGN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9_.:-]{3}")

_KANJI = "一-龥々〆ヶケノ"
_MUNICIPALITY = f"(?:[{_KANJI}]{{1,7}}|[ぁ-ん]{{2,7}}|[ァ-ヴー]{{2,6}})[市区町村郡]"
_HOMES = "荘|コーポ|ハイツ|ハイム|メゾン|マンション|アパート|レジデンス|ビル|寮|団地|号棟|号室"
_ADDRESS = re.compile(
    rf"""
    (?:
        (?:(?:東京都|北海道|京都府|大阪府|[{_KANJI}]{{2,3}}県)(?>(?:{_MUNICIPALITY}){{0,3}})|(?>(?:{_MUNICIPALITY}){{1,3}}))
        [{_KANJI}ぁ-んァ-ヴー]{{0,10}}(?<![でにはをがもとへやの])
        (?: {_N}{{1,4}}丁目(?:{_N}{{1,4}}番地?)?(?:の?{_N}{{1,4}}号?)?
          | {_N}{{1,5}}番地(?!味)
          | {_N}{{1,5}}番{_N}{{1,4}}号
          | {_D}{{1,5}}(?:{_HYPHEN}{_D}{{1,5}})+{_UNCOUNTED}
          | {_D}{{1,4}}の{_D}{{1,4}}(?:の{_D}{{1,4}})?{_UNCOUNTED}
          | (?<=[町字])(?:[東西南北上下]?){_D}{{1,5}}{_UNCOUNTED} )
      | [{_KANJI}ァ-ヴー]{{1,6}}?{_N}{{1,3}}丁目{_N}{{1,4}}(?:番地?|号|{_HYPHEN}{_D}{{1,4}})
    )
    (?:の?{_N}{{1,4}}号?{_UNCOUNTED})?
    (?:{_HYPHEN}{_D}{{1,5}}){{0,3}}
    (?:[ 　]?(?=[^\s、。]{{0,10}}(?:{_HOMES}))[^\s、。]{{1,14}}(?:[ 　]{_N}{{1,5}}(?:号室?|[F階])?{_UNCOUNTED})?)?
    """,
    re.VERBOSE,
)
_ADDRESS_SIGN = re.compile(
    rf"丁目|番地|番{_N}+号|[都道府県市区町村郡][^\s、。]{{0,10}}{_D}(?:{_HYPHEN}|の){_D}|[町字]{_D}"
)


def mask(text: str, names: Sequence[str] = ()) -> str:
    """`text` with 〔電話〕〔メール〕〔URL〕〔アカウント〕〔郵便番号〕〔住所〕〔番号〕〔名前〕 in place of what they name.

    names: how the teller is shown (display name, handle); their spaced parts are found too. Mask what `clean` gave.
    mask(mask(x, names), names) == mask(x, names): what a mask uncovers is masked in another pass.
    """
    while (masked := _once(text, names)) != text:
        text = masked
    return text


def _once(text: str, names: Sequence[str]) -> str:
    if _CONTACT_SIGN.search(text):
        text = _CONTACT.sub(lambda match: f"〔{match.lastgroup}〕", text)
    if _HANDLE_SIGN.search(text):
        text = _HANDLE.sub(r"\g<cue>〔アカウント〕", text)
    if _ADDRESS_SIGN.search(text):
        text = _ADDRESS.sub("〔住所〕", text)
    return mask_names(text, names)
