"""Which channels a file may belong to, by its name and a few of its bytes: a proposal, which a person confirms.

Nothing is parsed: the bytes at both ends are searched for words that a format cannot do without.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatch
from pathlib import Path

from tasks import channels

HEAD, TAIL = 200_000, 4_000_000  # bytes; a ZIP lists its members at its end

_LINE = "\\[LINE\\]|トーク履歴|\\d{4}[./]\\d{1,2}[./]\\d{1,2}\\s*\\(?(?:[月火水木金土日]|Mon|Tue|Wed|Thu|Fri|Sat|Sun)".encode()

# channel, endings, a sign in the bytes. What a file is taken for first stands first.
SIGNS = tuple(
    (channel, endings.split(" "), re.compile(sign))
    for channel, endings, sign in (
        ("instagram", ".zip", rb"your_instagram_activity/"),
        ("facebook_messenger", ".zip", rb"your_(?:activity_across_facebook|facebook_activity)/|messages/inbox/"),
        ("x_dm", ".zip .js", rb"direct-messages?(?:-group)?(?:-headers)?\.js|direct_message"),
        ("x_hashtag", ".zip .js", rb"data/tweets?(?:-part\d+)?\.js|data/manifest\.js|YTD\.tweets?"),
        ("linkedin", ".zip .csv", rb"(?i:shares|messages|connections)(?:_\d+)?\.csv|ShareCommentary|CONVERSATION ID"),
        ("email", ".zip", rb"\.eml|\.mbox|(?:cur|new)/\d"),
        ("email", ".eml .mbox .msg .emlx", rb""),
        ("email", "", rb"(?m)^From \S|^(?i:received|message-id|return-path|from):"),
        ("line", ".txt", _LINE),
        ("form", ".csv .tsv .txt", "タイムスタンプ|Timestamp".encode()),
        ("form", ".csv .tsv .txt", "タイムスタンプ".encode("cp932") + b"|" + re.escape("タイムスタンプ".encode("utf-16-le"))),
        ("pasted", ".csv", "届いた経路|本文|(?m:^channel\\b)".encode()),
        ("x_dm", ".json .jsonl", rb'"dm_conversation_id"|"MessageCreate"'),
        ("x_hashtag", ".json .jsonl .ndjson", rb'"edit_history_tweet_ids"|"edit_history_post_ids"|"author_id"|"compliance"'),
        ("bluesky", ".json .jsonl", rb"app\.bsky\."),
        ("threads", ".json .jsonl", rb"threads\.(?:net|com)|\"topic_tag\""),
        ("youtube", ".json .jsonl", rb"youtube#comment"),
        ("mastodon", ".json .jsonl", rb'"spoiler_text"'),
        ("note", ".json .jsonl", rb'"note_?[uU]rl"|"noteKey"|note\.com|"like_count"'),
        ("facebook_messenger", ".json .html", rb'"sender_name"|"senderName"|"messages"'),
        ("instagram", ".json", rb'"string_map_data"|"creation_timestamp"'),
        ("note", ".xml .rss", rb"note\.com"),
        ("blog", ".xml .rdf .rss .atom", rb"<(?:rss|feed|rdf:RDF)\b"),
        ("pasted", ".txt .md", rb""),
    )
)  # fmt: skip


def likely(path: Path, preferred: Collection[str] = ()) -> list[str]:
    """Channels that a file may belong to: those whose sign it bears, then those that take such a name, the preferred
    ones first. []: none.
    """
    name, ending, data = path.name.lower(), path.suffix.lower(), _ends(path)
    signed = [c for c, endings, sign in SIGNS if ending in endings and sign.search(data)]
    taking = [c for c in channels.names() if any(fnmatch(name, pattern) for pattern in channels.module(c).FILES)]
    return list(dict.fromkeys([*signed, *sorted(taking, key=lambda c: c not in preferred)]))


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(HEAD, path.stat().st_size - TAIL))
        return head + b"\n" + file.read()
