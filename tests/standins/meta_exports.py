"""Exports as Meta writes them, with invented people: for tests, and for the ZIPs among the fixtures.

`python -m tests.standins.meta_exports tests/fixtures` writes those again, byte for byte.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tasks.sample.messenger import as_facebook

AUTHOR, HANAKO, JIRO = "本の著者", "山田花子", "鈴木次郎"
TAG = "本のネタにしてもいいよ"
START = 1_773_360_000_000  # ms, 2026-03-13T00:00:00Z
ROOT = "your_activity_across_facebook/messages"
FACEBOOK_TEXT = "ラーメン屋です。ブログに仕込みの失敗を書いていたら、製麺所の方が麺を見直してくれて、行列になりました。"


def said(sender: str, minute: float, text: str | None = None, **more) -> dict:
    """A message of the ordinary export, `minute` minutes after START."""
    told = {"sender_name": sender, "timestamp_ms": START + round(minute * 60_000)}
    return told | ({} if text is None else {"content": text}) | more


def page(messages: list[dict], people: tuple[str, ...] = (HANAKO, AUTHOR), thread: str = "inbox/yamada_123") -> dict:
    """A message_N.json; messages oldest first, as nobody writes them."""
    newest_first = sorted(messages, key=lambda m: m["timestamp_ms"], reverse=True)
    return {
        "participants": [{"name": name} for name in people],
        "messages": newest_first,
        "title": people[0],
        "is_still_participant": True,
        "thread_path": thread,
    }


def sealed(messages: list[dict], them: str = HANAKO, number: int = 40) -> dict:
    """A file of the end-to-end encrypted export."""
    return {"participants": [AUTHOR, them], "threadName": f"{them}_{number}", "messages": messages}


def whispered(sender: str, minute: float, text: str = "", **more) -> dict:
    told = {"senderName": sender, "timestamp": START + round(minute * 60_000), "text": text, "type": "text"}
    return told | {"isUnsent": False, "media": [], "reactions": []} | more


def html_page(title: str, messages: list[tuple[str, str, str]], is_instagram: bool = False) -> bytes:
    """A message_N.html; messages newest first: (name, HTML of the words, time as written)."""
    block = _instagram_block if is_instagram else _facebook_block
    body = "".join(block(*message) for message in messages)
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>._a6-g{{margin:0}}</style></head>'
    people = f'<div class="_3-95 _a6-g"><h2 class="_2pim">参加者: {title}、{AUTHOR}</h2></div>'
    header = '<header class="_a705"><h1>メッセージ</h1><div>2026年7月1日 9:00に作成</div></header>'
    return f'<html>{head}<body>{header}<main class="_a706">{people}{body}</main></body></html>'.encode()


def _facebook_block(name: str, words: str, time: str) -> str:
    said = f'<div class="_a6-p"><div><div></div><div>{words}</div><div></div><div></div></div></div>'
    foot = f'<footer class="_3-94 _a6-o"><div class="_a72d">{time}</div></footer>'
    return f'<section class="_3-95 _a6-g"><h2 class="_2ph_ _a6-h _a6-i">{name}</h2>{said}{foot}</section>'


def _instagram_block(name: str, words: str, time: str) -> str:
    said = f'<div class="_3-95 _a6-p"><div><div></div><div>{words}</div><div></div><div></div></div></div>'
    return (
        f'<div class="pam _a6-g"><h2 class="_a6-h _a6-i">{name}</h2>{said}<div class="_3-94 _a6-o">{time}</div></div>'
    )


def write_zip(path: Path, members: Mapping[str, object]) -> Path:
    """members: name → bytes, or a JSON value to be written with Facebook's mojibake. The same bytes every time."""
    with zipfile.ZipFile(path, "w") as file:
        for name, value in members.items():
            entry = zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            file.writestr(entry, value if isinstance(value, bytes) else as_facebook(value))
    return path


def _sealed_chats() -> dict[str, object]:
    hanako = [
        whispered(HANAKO, 60, f"続きです。 #{TAG}"),
        whispered(HANAKO, 61, "これは送らなかったことに", isUnsent=True),
        whispered(AUTHOR, 62, "ありがとうございます"),
        whispered(HANAKO, 63, "", type="media", media=[{"uri": "./media/1.jpeg"}]),
        whispered(HANAKO, 64, "写真つきの話です。", type="media", media=[{"uri": "Failed to download media"}]),
        whispered(HANAKO, 65, "Messages and calls are secured with end-to-end encryption.", type="placeholder"),
    ]
    plain = sealed([whispered(JIRO, 5, "二通目"), whispered(JIRO, 4, "一通目")], JIRO, 7)
    return {
        f"{HANAKO}_40.json": sealed(hanako),
        f"{JIRO}_7.json": json.dumps(plain, ensure_ascii=False).encode(),
        "damaged_8.json": b'{"participants": [',
        "media/1.jpeg": b"\xff\xd8\xff",
    }


def _boxes() -> dict[str, object]:
    """The oldest root; one thread in two boxes, others elsewhere, ten pages that sort by number."""
    before = [said(HANAKO, 0, "切り替え前"), said(HANAKO, 1, "両方にある")]
    after = [said(HANAKO, 1, "両方にある"), said(HANAKO, 2, "切り替え後")]
    pages = {
        f"messages/filtered_threads/f_1/message_{n}.json": page([said(JIRO, 100 - n, f"{n}頁")]) for n in (1, 2, 10)
    }
    return {
        "messages/inbox/yamada_123/message_1.json": page(after),
        "messages/e2ee_cutover/yamada_123/message_1.json": page(before, thread="e2ee_cutover/yamada_123"),
        "messages/message_requests/r_2/message_1.json": page(
            [said(JIRO, 3, "はじめまして")], (JIRO, JIRO, AUTHOR), "r_2"
        ),
        **{name: value | {"thread_path": "filtered_threads/f_1"} for name, value in pages.items()},
    }


def _html() -> dict[str, object]:
    messages = [
        (HANAKO, "三つ目<br>二行目", "2026年3月13日 9:02"),
        (
            HANAKO,
            '<div><a href="messages/inbox/yamada_123/photos/1.jpg"><img src="1.jpg"></a></div>',
            "2026年3月13日 9:01",
        ),
        (HANAKO, "2019年10月19日 14:37", "2026年3月13日 9:00"),
        (HANAKO, f"一つ目 &amp; #{TAG}</div><div><ul><li>❤{AUTHOR}</li></ul>", "2026年3月13日 9:00"),
    ]
    english = [
        (JIRO, "forms of time", "Mar 13, 2026 at 2:37\u202fPM"),
        (JIRO, "another", "13 Mar 2026, 14:36"),
        (JIRO, "a third", "Mar 13, 2026, 2:35:09 pm"),
        (JIRO, "a fourth", "3月 13, 2026 2:34 午後"),
    ]
    return {
        f"{ROOT}/inbox/yamada_123/message_1.html": html_page(HANAKO, messages),
        f"{ROOT}/inbox/suzuki_9/message_1.html": html_page(JIRO, english),
        f"{ROOT}/inbox/both_5/message_1.html": html_page("二重", [("二重", "HTMLのほう", "2026年3月13日 9:00")]),
        f"{ROOT}/inbox/both_5/message_1.json": page([said("二重", 0, "JSONのほう")], ("二重", AUTHOR), "inbox/both_5"),
    }


POSTS = [
    {"title": f"題がここ #{TAG}", "creation_timestamp": START // 1000, "media": [{"uri": "media/posts/1_n_17.jpg"}]},
    {
        "media": [
            {"uri": "media/posts/2_n_17.jpg", "creation_timestamp": START // 1000 + 60, "title": f"一枚目に ＃{TAG}"},
            {"uri": "media/posts/3_n_17.jpg", "creation_timestamp": START // 1000 + 61, "title": ""},
        ]
    },
    {"title": "募集と関係ない写真", "creation_timestamp": START // 1000 + 120, "media": []},
    {"title": "", "creation_timestamp": START // 1000 + 180, "media": [{"uri": "media/posts/4_n_17.jpg", "title": ""}]},
]
STORIES = {"ig_stories": [{"uri": "media/stories/9.jpg", "creation_timestamp": START // 1000, "title": f"物語 #{TAG}"}]}
COMMENTS = [
    {
        "media_list_data": [{"uri": ""}],
        "string_map_data": {
            "Comment": {"value": f"@hanako_example すてき #{TAG}"},
            "Media Owner": {"value": "hanako_example"},
            "Time": {"timestamp": START // 1000 + 5},
        },
    },
    {"string_map_data": {"Comment": {"value": "自分の投稿に"}, "Time": {"timestamp": START // 1000 + 6}}},
]
COMMENTS_IN_JAPANESE = {
    "comments_media_comments": [
        {
            "string_map_data": {
                "メディア所有者": {"value": "hanako_example"},
                "コメント": {"value": f"自分もそうでした。 #{TAG}"},
                "時間": {"timestamp": START // 1000 + 7},
            }
        },
        {
            "string_map_data": {
                "コメント": {"value": "nice"},
                "メディア所有者": {"value": "jiro.example"},
                "時間": {"timestamp": START // 1000 + 8},
            }
        },
    ]
}


def _instagram() -> dict[str, object]:
    root = "your_instagram_activity"
    hanako = [
        said(HANAKO, 0, f"インスタから失礼します。 #{TAG}"),
        said(HANAKO, 1, "メッセージに「いいね！」しました"),
        said(HANAKO, 2, f"{HANAKO}が写真を送信しました。"),
        said(HANAKO, 3, share={"link": "https://www.instagram.com/p/abc/"}),
        said(AUTHOR, 4, "ありがとうございます"),
    ]
    jiro = page([said(JIRO, -90_000, "お正月は帰る?")], (JIRO, AUTHOR), "inbox/jiro_2")
    return {
        f"{root}/messages/inbox/hanako_1/message_1.json": page(hanako, thread="inbox/hanako_1"),
        f"{root}/messages/inbox/jiro_2/message_1.json": jiro,
        f"{root}/media/posts_1.json": POSTS,
        f"{root}/media/stories.json": STORIES,
        f"{root}/comments/post_comments_1.json": COMMENTS,
        f"{root}/comments/reels_comments.json": COMMENTS_IN_JAPANESE,
        "media/posts/1_n_17.jpg": b"\xff\xd8\xff",
    }


def _answer() -> dict:
    """A page of the Conversations API, saved by hand."""
    people = [{"id": "7001", "name": HANAKO, "email": "7001@facebook.com"}, {"id": "900", "name": "本の著者のページ"}]
    messages = [
        {"id": "m_3", "created_time": "2026-03-13T00:02:00+0000", "from": people[0], "message": ""}
        | {"attachments": {"data": [{"id": "1", "image_data": {"url": "https://example.com/signed"}}]}},
        {"id": "m_2", "created_time": "2026-03-13T00:01:00+0000", "from": people[1], "message": "ありがとうございます"},
        {"id": "m_1", "created_time": "2026-03-13T00:00:00+0000", "from": people[0], "message": f"話です。 #{TAG}"},
        {"id": "m_0", "created_time": "2026-03-01T00:00:00+0000"},
    ]
    told = {"id": "t_1", "updated_time": "2026-03-13T00:02:00+0000", "participants": {"data": people}}
    return {"page_id": "900", "data": [told | {"messages": {"data": messages}}]}


def write_fixtures(folder: Path) -> None:
    facebook, instagram = folder / "facebook_messenger", folder / "instagram"
    instagram.mkdir(exist_ok=True)
    write_zip(facebook / "end_to_end_encrypted.zip", _sealed_chats())
    write_zip(facebook / "old_root_all_boxes.zip", _boxes())
    write_zip(facebook / "html.zip", _html())
    write_zip(facebook / "html_of_another_shape.zip", {f"{ROOT}/inbox/yamada_123/message_1.html": b"<p>?</p>"})
    write_zip(facebook / "only_pictures_of_a_part.zip", {f"{ROOT}/inbox/yamada_123/photos/1.jpg": b"\xff\xd8\xff"})
    write_zip(instagram / "export.zip", _instagram())
    write_zip(instagram / "export_by_hashtag.zip", _instagram())
    only_posts = {"content/posts_1.json": POSTS, "comments/post_comments.json": b"{"}
    write_zip(instagram / "posts_and_a_damaged_file.zip", only_posts)
    write_zip(instagram / "other.zip", {"readme.txt": b"hello"})
    html = html_page(HANAKO, [(HANAKO, "HTMLです", "Mar 13, 2026 2:37 pm")], is_instagram=True)
    write_zip(instagram / "html.zip", {"your_instagram_activity/messages/inbox/hanako_1/message_1.html": html})
    _write(facebook / "page_inbox.json", json.dumps(_answer(), ensure_ascii=False, indent=1).encode())
    _write(instagram / "stories.json", as_facebook(STORIES))
    _write(instagram / "post_comments_1.json", as_facebook(COMMENTS_IN_JAPANESE))
    _write(instagram / "cut_off.zip", (instagram / "export.zip").read_bytes()[:1000])


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


if __name__ == "__main__":
    write_fixtures(Path(sys.argv[1]))
