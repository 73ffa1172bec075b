"""Sample posts: pages of X's search API v2, the older ones with `tweet` in field names, the newer ones with `post`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.channels.x_hashtag import SPELLINGS
from tasks.sample.tellings import OPENS, PERSONS, TAG, Telling, chosen, number, person, tellings
from tasks.text.normalise import has_hashtag, hashtags_in

OWNER_ID = "1400000000000000077"
OWNER = {"id": OWNER_ID, "username": "hon_kaiteru", "name": "架空 作家"}
PAGE = 25
CUT_AT = 280  # weighted: a character beyond U+10FF counts two (X's developer docs, "Counting characters")
_SNOWFLAKE_EPOCH = 1_288_834_974_657  # ms
_CALL = f"個人のSNSやブログのおかげで、仕事でちょっといいことがあった。そんな実話を集めています。 #{TAG}"
_NOT_FOUND = "https://api.x.com/2/problems/resource-not-found"
_PREAMBLE = "募集をお見かけして、ずっと迷っておりましたが、思い切って書きます。少し長くなりますが、お許しください。"
_OTHERS = ("この企画いいなあ #本のネタにしてもいいよね", "積ん読が増える季節です #読書の秋")  # none is the call's


def write(inbox: Path) -> None:
    posts = sorted(_posts(), key=lambda post: post["id"])
    pages = [posts[n : n + PAGE] for n in range(0, len(posts), PAGE)]
    for n, page in enumerate(pages, 1):
        new = n > len(pages) // 2
        text = json.dumps(_page(page[::-1], spelling=0 if new else 1), ensure_ascii=False, separators=(",", ":"))
        (inbox / f"search_{n:02d}.json").write_bytes(text.encode())
    (inbox / "search_00_no_hits.json").write_bytes(b'{"meta":{"result_count":0}}')
    whole = (inbox / "search_01.json").read_bytes()
    (inbox / "search_99_cut_off.json").write_bytes(whole[: len(whole) * 3 // 5])


def post_id(of: str, at: datetime) -> str:
    """An id as X makes them: milliseconds since November 2010, then 22 bits of whatever."""
    return str(round(at.timestamp() * 1000) - _SNOWFLAKE_EPOCH << 22 | number(of, "post", 1 << 22))


def _posts() -> list[dict]:
    """Posts as the API gives them, long names of SPELLINGS for what is called differently."""
    edited, quoting = chosen("x_hashtag", "edited", 2, lambda t: "。" in t.text[:-1]), chosen("x_hashtag", "quoting", 2)
    threads = chosen("x_hashtag", "thread", 2, lambda t: "。" in t.text[20:60] and t not in edited + quoting)
    long = chosen("x_hashtag", "long", 6, lambda t: len(t.text) > 85 and t not in edited + quoting + threads)
    call = _post(OWNER_ID, OPENS.astimezone(UTC), _CALL, "the call")
    posts = [call]
    for telling in tellings("x_hashtag"):
        if telling in edited:
            posts += _edited(telling)
        elif telling in threads:
            posts += _thread(telling)
        else:
            opening = _PREAMBLE if telling in long else ""
            posts.append(_plain(telling, opening, call["id"] if telling in quoting else None))
    posts += [_repost(t) for t in chosen("x_hashtag", "reposted", 3)]
    return posts + [_post(person(n).x_id, OPENS + timedelta(days=n), text, text) for n, text in enumerate(_OTHERS, 5)]


def _plain(telling: Telling, opening: str, quoted: str | None) -> dict:
    if telling.text.startswith("RT @hon_kaiteru"):
        post = _post(telling.person.x_id, telling.at, telling.text, telling.id)
        return post | {"referenced": [{"type": "retweeted", "id": post_id("the call", OPENS)}]}
    post = _post(telling.person.x_id, telling.at, opening + _tagged(telling.text), telling.id)
    if quoted:
        link = {"url": f"https://t.co/{post['id'][-10:]}", "expanded_url": f"https://x.com/hon_kaiteru/status/{quoted}"}
        post["text"] += f" {link['url']}"
        post["entities"]["urls"] = [link]
        post["referenced"] = [{"type": "quoted", "id": quoted}]
    return post


def _edited(telling: Telling) -> list[dict]:
    """Posted without its last sentence, completed 12 minutes later: each version has an id of its own."""
    start, later = telling.text[: telling.text.rindex("。", 0, -1) + 1], telling.at + timedelta(minutes=12)
    first = _post(telling.person.x_id, telling.at, _tagged(start), telling.id)
    final = _post(telling.person.x_id, later, _tagged(telling.text), f"{telling.id} edited")
    return [first, final | {"edit_history": [first["id"], final["id"]]}]


def _thread(telling: Telling) -> list[dict]:
    """Told in two posts, the second in reply to the first; only the first carries the hashtag."""
    at = telling.text.index("。", 20) + 1
    head = _post(telling.person.x_id, telling.at, f"{telling.text[:at]} #{TAG}", telling.id)
    rest = _post(telling.person.x_id, telling.at + timedelta(minutes=2), telling.text[at:], f"{telling.id} continued")
    reply = {"referenced": [{"type": "replied_to", "id": head["id"]}], "conversation_id": head["id"]}
    return [head, rest | reply | {"in_reply_to_user_id": telling.person.x_id}]


def _repost(telling: Telling) -> dict:
    text = f"RT @{telling.person.handle}: {_tagged(telling.text)}"
    fan = person(number(telling.id, "fan", PERSONS)).x_id
    post = _post(fan, telling.at + timedelta(hours=3), text, f"{telling.id} again")
    return post | {"referenced": [{"type": "retweeted", "id": post_id(telling.id, telling.at)}]}


def _tagged(text: str) -> str:
    return text if has_hashtag(text, (), [TAG]) else f"{text} #{TAG}"


def _post(author_id: str, at: datetime, text: str, of: str) -> dict:
    own = post_id(of, at)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    post = {
        "id": own,
        "author_id": author_id,
        "created_at": _iso(at),
        "text": escaped,
        "conversation_id": own,
        "edit_history": [own],
        "edit_controls": {"editable_until": _iso(at + timedelta(hours=1)), "edits_remaining": 5},
        "public_metrics": {"like_count": number(of, "likes", 300), "reply_count": 0},
        "entities": {"hashtags": _hashtags(text)},
    }
    short = _cut(text)
    if short != text:
        post |= {"text": f"{short}… https://t.co/{own[-10:]}", "note": {"text": escaped, "entities": post["entities"]}}
        post["entities"] = {"hashtags": _hashtags(short)}
    return post


def _hashtags(text: str) -> list[dict]:
    tags = [(text.index(tag) - 1, tag) for tag in hashtags_in(text)]
    return [{"start": start, "end": start + 1 + len(tag), "tag": tag} for start, tag in tags]


def _cut(text: str) -> str:
    room = CUT_AT
    for n, character in enumerate(text):
        room -= 2 if character > "\u10ff" else 1
        if room < 0:
            return text[:n]
    return text


def _page(posts: list[dict], spelling: int) -> dict:
    names = {short: both[spelling] for short, both in SPELLINGS.items()}
    ids = dict.fromkeys(post["author_id"] for post in posts)
    everybody = map(person, range(PERSONS))
    people = {who.x_id: {"id": who.x_id, "username": who.handle, "name": who.nickname} for who in everybody}
    return {
        "data": [{names.get(key, key): value for key, value in post.items()} for post in posts],
        "includes": {"users": [OWNER if i == OWNER_ID else people[i] for i in ids], names["included"]: []},
        "errors": [{"resource_id": post_id("gone", OPENS), "title": "Not Found Error", "type": _NOT_FOUND}],
        "meta": {"newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"], "result_count": len(posts)},
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
