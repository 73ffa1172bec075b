"""Planted duplicates: sample stories told again in known ways, by another account, among stories told once."""

from __future__ import annotations

from random import Random

import pandas as pd

from tasks.sample.tellings import stories

PLACES = ("x", "mail", "facebook", "blog")
_WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


def edited(text: str, random: Random) -> str:
    """One typing error in forty characters set right, and a remark behind."""
    letters = list(text)
    for place in random.sample(range(len(letters)), max(1, len(letters) // 40)):
        letters[place] = random.choice("のをがにはとも、。")
    return "".join(letters) + "(追記:読みやすく直しました)"


def truncated(text: str, random: Random) -> str:
    return f"{text[: max(65, len(text) * random.randint(50, 90) // 100)]}… https://example.jp/{random.randrange(10**6)}"


def repost(text: str, random: Random) -> str:
    return f"RT @teller_{random.randrange(999)}: {text}"


def spaced(text: str, random: Random) -> str:
    """Full width, line breaks and other hashtags."""
    breaks = set(random.sample(range(len(text)), len(text) // 20))
    return "".join(c + ("\n " if n in breaks else "") for n, c in enumerate(text.translate(_WIDE))) + " #シェア"


KINDS = {"edited": edited, "truncated": truncated, "repost": repost, "spaced": spaced}


def row(n: int, body: str, namespace: str, author: str, url: str | None = None, links: tuple = ()) -> dict:
    return {
        "submission_id": f"{namespace}:{n:05d}",
        "namespace": namespace,
        "contributor_ref": author,
        "posted_at": pd.Timestamp("2026-03-01", tz="UTC") + pd.Timedelta(minutes=n),
        "title": None,
        "body": body,
        "url": url,
        "links": links,
        "channel": namespace,
        "raw_ids": [f"raw-{n}"],
    }


def planted(each: int, seed: int = 1) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """(submissions, pair of submission_ids -> kind). `each` of every kind; as many stories again told only once."""
    random = Random(seed)
    texts = list(dict.fromkeys(t.text for t in stories() if t.is_story and len(t.text) >= 90))
    random.shuffle(texts)
    rows, pairs = [], {}
    for kind in [*KINDS, "announcement"]:
        for _ in range(each):
            n, text = len(rows), texts.pop()
            first, again = random.sample(PLACES, 2)
            url = f"https://note.example.jp/n/{n}"
            rows.append(row(n, text, first, f"p{n}", url))
            said = "noteに書きました https://t.co/x" if kind == "announcement" else KINDS[kind](text, random)
            rows.append(
                row(n + 1, said, again, f"p{n + 1}", links=(url + "?utm_source=x",) if kind == "announcement" else ())
            )
            pairs[tuple(sorted((rows[-2]["submission_id"], rows[-1]["submission_id"])))] = kind
    rows += [row(len(rows) + n, text, "x", f"q{n}") for n, text in enumerate(texts[:each])]
    return pd.DataFrame(rows), pairs
