"""Archives of X for tests, and the ones in tests/fixtures: the same bytes at every making.

python -m tests.standins.x_archive      writes the ZIPs of tests/fixtures/x_hashtag and tests/fixtures/x_dm
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

TAG = "本のネタにしてもいいよ"
OWNER = "5501"
FIXTURES = Path(__file__).parents[1] / "fixtures"


def script(name: str, entries: object, part: int = 0, before: str = "", after: str = "") -> bytes:
    """data/<name>.js as X writes it. name: as after YTD, with _ for -."""
    body = json.dumps(entries, ensure_ascii=False, indent=2)
    return f"{before}window.YTD.{name.replace('-', '_')}.part{part} = {body}{after}".encode()


def write(path: Path, files: Mapping[str, bytes]) -> Path:
    """A ZIP with these members, of a fixed day."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 5, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return path


def account(username: str = "yuge_bandai", name: str = "湯気番台") -> bytes:
    told = {"email": "bandai@example.jp", "username": username, "accountId": OWNER, "accountDisplayName": name}
    return script("account", [{"account": told}])


def tweet(post_id: str, words: str, at: str = "Thu Apr 02 03:04:05 +0000 2026", tags=(TAG,), **more) -> dict:
    hashtags = [{"text": tag, "indices": ["0", "12"]} for tag in tags]
    told = {
        "edit_info": {"initial": {"editTweetIds": [post_id], "editsRemaining": "5", "isEditEligible": True}},
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">X</a>',
        "entities": {"hashtags": hashtags, "symbols": [], "user_mentions": [], "urls": []},
        "display_text_range": ["0", str(len(words))],
        "favorite_count": "3",
        "id_str": post_id,
        "id": post_id,
        "truncated": False,
        "retweet_count": "0",
        "created_at": at,
        "favorited": False,
        "full_text": words,
        "lang": "ja",
    }
    return {"tweet": told | more}


def edited(post_id: str, ids: list[str], **more) -> dict:
    chain = {"editTweetIds": ids, "editsRemaining": "3", "isEditEligible": True}
    info = {"edit": {"initialTweetId": ids[0], "editControlInitial": chain}}
    return tweet(post_id, f"直した話です。 #{TAG}", edit_info=info, **more)


def note(words: str, at: str, tags=(TAG,)) -> dict:
    core = {"styletags": [], "urls": [], "text": words, "mentions": [], "cashtags": []}
    core["hashtags"] = [{"fromIndex": "0", "toIndex": "12", "text": tag} for tag in tags]
    return {"noteTweet": {"noteTweetId": "1", "updatedAt": at, "createdAt": at, "core": core}}


def message(number: int, sender: str, words: str, minute: int = 0, month: int = 4) -> dict:
    told = {
        "recipientId": OWNER,
        "reactions": [{"senderId": OWNER, "reactionKey": "like", "eventId": "1"}],
        "urls": [],
        "text": words,
        "mediaUrls": [],
        "senderId": sender,
        "id": f"20400000000000{number:05d}",
        "createdAt": f"2026-{month:02d}-05T03:{minute:02d}:00.000Z",
        "editHistory": [],
    }
    return {"messageCreate": told}


def conversation(key: str, *messages: dict) -> dict:
    """The newest message stands first, as X writes them."""
    return {"dmConversation": {"conversationId": key, "messages": list(messages[::-1])}}


HANAKO = "6001"
LONG = (
    "豆腐屋の三代目です。noteに書いた「固め」の話を読んだという料理人さんから手紙が来て、そこから卸し先が三軒増えました。"
    "いちばん嬉しかったのは親父が黙って読んでいたこと。"
)
T = "1990000000000000"

POSTS = [
    tweet(f"{T}101", f"銭湯の番台です。湯気の写真で写真部の子らが来ました。 &lt;番台日記&gt; A&amp;B [1] = [2] #{TAG}"),
    edited(f"{T}203", [f"{T}202", f"{T}203"]),
    tweet(f"{T}301", f"RT @someone: 人の話です #{TAG}"),
    tweet(
        f"{T}401",
        f"うちも同じでした #{TAG} https://t.co/bbbbbbbbbb",
        entities={
            "hashtags": [{"text": TAG, "indices": ["0", "12"]}],
            "urls": [{"url": "https://t.co/bbbbbbbbbb", "expanded_url": f"https://twitter.com/other/status/{T}009"}],
        },
    ),
    tweet(f"{T}501", f"{LONG[:60]}… https://t.co/aaaaaaaaaa", "Fri Apr 03 10:20:00 +0000 2026", tags=()),
    tweet(f"{T}502", "同じ秒のほかの話です", "Fri Apr 03 10:20:00 +0000 2026", tags=()),
    tweet(f"{T}601", f"つづき #{TAG}", in_reply_to_status_id_str=f"{T}101", in_reply_to_user_id_str=OWNER),
    tweet(f"{T}602", "猫の話。だれにも見せない鍵の話", tags=("猫",)),
]
NOTES = [
    note(f"{LONG}\n\n#{TAG}", "2026-04-03T10:20:00.789Z"),
    note("別の長い話です。" * 20, "2026-04-03T10:20:00.789Z", ()),
]
DELETED = [tweet(f"{T}701", "消した話の文", deleted_at="Sun May 03 00:00:00 +0000 2026")]

DIRECT = [
    conversation(
        f"{OWNER}-{HANAKO}",
        message(1, HANAKO, f"はじめまして。#{TAG} 連載を見た出版社から連絡が来ました &amp; 本になりました", 0),
        message(2, HANAKO, "つづきです", 1),
        message(3, OWNER, "ありがとうございます", 2),
        {"joinConversation": {"initiatingUserId": HANAKO, "participantsSnapshot": [HANAKO], "createdAt": "x"}},
    ),
    conversation(
        f"{OWNER}-6002",
        message(11, "6002", "飲み会のひみつの店は柳小路です", 0),
        message(12, OWNER, "了解", 1),
    ),
]
GROUP = [
    conversation(
        "2030000000000000001",
        {"conversationNameUpdate": {"initiatingUserId": "6003", "name": "読書会の連絡"}},
        message(21, "6003", "次の読書会は土曜です", 3),
        {"participantsLeave": {"userIds": ["6004"], "createdAt": "2026-04-05T03:09:00.000Z"}},
    )
]


def fixtures() -> dict[str, dict[str, bytes]]:
    """Path below tests/fixtures → members."""
    whole = {
        "Your archive.html": b"<html></html>",
        "data/manifest.js": b'window.__THAR_CONFIG = { "archiveInfo" : {} }',
        "data/account.js": account(),
        "data/tweets.js": script("tweets", POSTS[:4]),
        "data/tweets-part1.js": script("tweets", POSTS[4:], part=1),
        "data/note-tweet.js": script("note-tweet", NOTES),
        "data/community-tweet.js": script("community-tweet", [tweet(f"{T}801", f"コミュニティの話 #{TAG}")]),
        "data/deleted-tweets.js": script("deleted-tweets", DELETED),
        "data/direct-messages.js": script("direct-messages", DIRECT),
        "data/direct-messages-group.js": script("direct-messages-group", GROUP),
        "data/tweets_media/1-a.jpg": b"\xff\xd8",
    }
    bare, before = [entry["tweet"] for entry in POSTS[:1]], "// = [ made by hand\n /* window.YTD.tweet.part0 = [ */ "
    old = {
        "account.js": account(),
        "tweet.js": script("tweet", bare, before=before, after=" ;\n"),
        "direct-message.js": script("direct_message", DIRECT[:1]),
    }
    utf16 = {name: data.decode().encode("utf-16") for name, data in old.items()}
    cut_off = whole["data/tweets-part1.js"][:500]
    broken = whole | {"data/tweets-part1.js": cut_off, "data/direct-messages-group.js": b"window"}
    html = {"Your archive.html": b"<html></html>", "assets/style.css": b""}
    return {
        "x_hashtag/archive.zip": whole,
        "x_hashtag/archive_old.zip": old,
        "x_hashtag/archive_utf16.zip": utf16,
        "x_hashtag/archive_one_file_broken.zip": broken,
        "x_hashtag/archive_html_only.zip": html,
        "x_hashtag/archive_of_something_else.zip": {"readme.txt": b"x"},
        "x_dm/archive.zip": whole,
        "x_dm/archive_by_hashtag.zip": whole,
        "x_dm/archive_old.zip": old,
        "x_dm/archive_one_file_broken.zip": broken,
        "x_dm/archive_without_messages.zip": {"data/account.js": account(), "data/tweets.js": script("tweets", POSTS)},
    }


if __name__ == "__main__":
    for name, files in fixtures().items():
        write(FIXTURES / name, files)
