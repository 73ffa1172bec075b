"""Whole messages that Messenger and Instagram write in a sender's name, in English and Japanese: nobody said them."""

from __future__ import annotations

import re

_THINGS = (
    "写真|動画|画像|添付ファイル|ファイル|リンク|スタンプ|ステッカー|GIF|音声(?:メッセージ|クリップ)?|ボイスメッセージ"
    "|位置情報|リール動画?|投稿|ストーリーズ?"
)
_SENT = (
    "attachment|photo|picture|video|link|file|sticker|GIF|voice message|audio clip|live location|location|reel|post"
    "|story"
)

_PATTERNS = tuple(re.compile(pattern) for pattern in (
    # Reacted ❤ to your message · Liked a message · Hanako liked a message
    r"Reacted \S{1,8} to your message\.? ?|(?:[^\n]{1,80} )?[Ll]iked a message\.?",
    # 山田さんがあなたのメッセージに❤とリアクションしました · メッセージに👍でリアクションしました
    r"(?:[^\n]{1,80}が)?(?:あなたの)?メッセージに「?\S{1,8}?」?[でと]?リアクションしました。?",
    # メッセージに「いいね！」しました · 山田さんがメッセージに「いいね！」しました
    r"(?:[^\n]{1,80}が)?(?:あなたの)?メッセージに「?いいね[!！]?」?(?:を)?しました。?",
    # You sent an attachment. · Hanako sent a photo. · Hanako sent 3 photos. · You sent a link.
    rf"[^\n]{{1,80}} (?:sent|shared) (?:an?|\d+|the) (?:{_SENT})s?\.",
    # 山田花子が写真を送信しました。 · 山田花子さんが動画3件を送信しました。 · 山田が投稿をシェアしました。
    rf"(?:[^\n。]{{1,80}}が)?(?:{_THINGS})(?:\d+[件枚本])?を(?:\d+[件枚本])?(?:送信|送り|シェア|共有)(?:し)?ました。?",
    # You missed a call from Hanako. · Hanako missed your call. · Hanako called you. · The video chat ended.
    r"You missed an? (?:video |audio )?(?:call|chat) (?:from|with) [^\n]{1,80}\.|[^\n]{1,80} called you\."
    r"|[^\n]{1,80} missed your (?:video |audio )?(?:call|chat)\."
    r"|(?:You|[^\n]{1,80}) started an? (?:video |audio )?(?:call|chat)\.?"
    r"|(?:The )?(?:[Vv]ideo|[Aa]udio) (?:chat|call) (?:started|ended)\.?",
    # 山田花子からの着信に応答できませんでした。 · ビデオチャットが終了しました。 · 山田花子さんから着信がありました。
    r"[^\n]{1,80}からの(?:ビデオ|音声)?(?:着信|通話)に応答(?:できません|しません)でした。?|(?:ビデオ|音声)(?:チャット|通話)(?:が終了|を開始|が開始)(?:し|され)ました。?"
    r"|[^\n]{1,80}(?:から|より)(?:ビデオ|音声)?(?:着信|通話|電話)がありました。?",
    # You are now connected on Messenger. · Messengerでつながりました。
    r"(?:You are|You're) now connected on Messenger\.?|Messengerでつながりました。?",
    r"Say hi to your new (?:Facebook )?friend, [^\n]{1,80}\.",  # Say hi to your new Facebook friend, Hanako.
    # Hanako unsent a message · You unsent a message. · 山田花子がメッセージの送信を取り消しました
    r"[^\n]{1,80} unsent a message\.?|(?:[^\n]{1,80}が)?メッセージの送信を取り消しました。?"
    r"|このメッセージは送信が取り消されました。?",
    # Messages and calls are secured with end-to-end encryption. …
    r"(?:Messages and calls|New messages and calls) are secured with end-to-end encryption\.[^\n]{0,200}"
    r"|メッセージと通話はエンドツーエンド(?:の)?暗号化[^\n]{0,200}",
    r"This (?:poll|message) is no longer available\.?|Failed to download media",
    # Hanako named the group Readers. · You created the group. · Hanako added Taro to the group. · Taro left the group.
    r"[^\n]{1,80} (?:named the group [^\n]{1,80}|created (?:the|this) group|added [^\n]{1,80} to the group"
    r"|left the group)\.",
    # 山田花子がグループに「読者会」という名前を付けました。 · 山田花子がグループを退出しました。
    r"[^\n]{1,80}がグループ(?:に「[^\n]{1,80}」という名前を付け|を退出し|を作成し|から退出し)ました。?",
))  # fmt: skip


def is_written_by_the_app(text: str) -> bool:
    """True for a whole message that no person typed."""
    return any(pattern.fullmatch(text.strip()) for pattern in _PATTERNS)
