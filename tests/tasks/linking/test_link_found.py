"""What is found: planted copies of every kind, and no two different stories made one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from tasks.link import link
from tasks.linking.announcements import Post, announced
from tasks.linking.comparable import call_parts, comparable
from tasks.linking.evidence import compare, verdict
from tasks.linking.signatures import signatures, signed

from .planted import planted, row

KEY = b"k" * 32
STORY = (
    "会社で広報をしています。個人のアカウントで工場の写真を載せていたら、出版社の方から声がかかり、写真集になりました"
)


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_copies_are_found_and_nothing_else(seed):
    rows, pairs = planted(each=50, seed=seed)
    out, aside, links = link(rows, KEY)
    found = {
        pair for _, members in out.groupby("story_id")["submission_id"] for pair in combinations(sorted(members), 2)
    }
    right = Counter(pairs[pair] for pair in found & pairs.keys())
    assert all(right[kind] / 50 >= 0.99 for kind in pairs.values()), right
    assert len(found & pairs.keys()) / len(found) >= 0.99, found - pairs.keys()
    assert len(aside) == len(rows) - out["story_id"].nunique()


def linked(*rows) -> list[tuple[str, str]]:
    return [(found.kind, found.verdict) for found in link(pd.DataFrame(rows), KEY).links]


@pytest.mark.parametrize(
    ("other", "one_author", "expected"),
    [
        (STORY[:40] + "連載をいただきました。本当に驚いています", True, [("edited", "same")]),
        (STORY[:40] + "連載をいただきました。本当に驚いています", False, [("edited", "perhaps")]),
        (STORY + "。ありがたいことです", False, [("edited", "same")]),
        ("わたしも会社で広報をしていますが、そんな良いことはまだ何もありません", True, [("edited", "perhaps")]),
        ("わたしも会社で広報をしていますが、そんな良いことはまだ何もありません", False, []),
    ],
)
def test_within_one_author_the_bar_is_lower_than_across_authors(other, one_author, expected):
    assert linked(row(1, STORY, "x", "p1"), row(2, other, "x", "p1" if one_author else "p2")) == expected


def test_two_people_with_the_same_experience_in_the_same_words_but_other_figures_are_asked_about():
    told = (
        "noteの記事を読んだ編集者から連絡があり、{}年目にして本を出しました。初版は{}部、会社の同僚も買ってくれました"
    )
    one, other = told.format(3, 4000), told.format(7, 2500)
    assert linked(row(1, one, "x", "p1"), row(2, other, "mail", "p2")) == [("edited", "perhaps")]
    assert linked(row(1, one, "x", "p1"), row(2, one, "mail", "p2")) == [("exact", "same")]


def test_short_texts_never_link_across_authors():
    short = compare("本が出ました", "本が出ました!")
    assert verdict(short, one_author=False) is None and verdict(short, one_author=True) is None
    assert linked(row(1, "noteで仕事が来ました", "x", "p1"), row(2, "noteで仕事が来ました", "x", "p2")) == []


def test_the_calls_own_words_are_no_evidence():
    call = "個人の発信が仕事に役立った話、教えてください。どんな小さなことでもかまいません。締切は6月15日です。"
    one = row(1, f"{call}\n写真を載せていたら農協の広報誌の表紙になりました", "x", "p1")
    other = row(2, f"「{call}」\n社内で誰も知らなかった趣味の話が社長に届いたのです", "x", "p2")
    pair = pd.DataFrame([one, other])
    assert len(link(pair, KEY).links) == 1 and link(pair, KEY, call=[call]).links == []
    assert comparable(one["body"], call_parts([call])) == "写真を載せていたら農協の広報誌の表紙になりました"


ARTICLE = Post(STORY * 5, (), "https://note.com/yamada/n/n123", "写真集になりました", "note", "p1")


@pytest.mark.parametrize(
    ("body", "links", "expected"),
    [
        ("noteに書きました https://t.co/x", ("https://note.com/yamada/n/n123?utm_source=x",), ["same"]),
        ("写真集になりました|山田 #note http://note.com/yamada/n/n123。", (), ["same"]),
        ("山田さんの記事がすごい https://note.com/yamada/n/n123", (), ["perhaps"]),
        (f"{STORY}{STORY} https://note.com/yamada/n/n123", (), ["perhaps"]),
        ("noteに書きました https://note.com/yamada/n/n999", (), []),
    ],
)
def test_an_announcement_leads_to_its_article(body, links, expected):
    post = Post(body, links, "https://x.com/a/status/1", None, "x", "p2")
    assert [said for _, _, said in announced([post, ARTICLE])] == expected


def test_who_answers_under_the_post_of_another_announces_nothing():
    told = Post(STORY, (), "https://x.com/a/status/1", None, "x", "p1")
    answer = Post("わかります! https://x.com/a/status/1", (), "https://x.com/b/status/2", None, "x", "p2")
    assert announced([told, answer]) == []


def test_signatures_do_not_depend_on_company_and_are_kept_once_a_text(tmp_path):
    texts = ["", "あ", "😀😀", STORY, STORY[::-1], STORY * 40]
    alone = np.concatenate([signatures([text]) for text in texts])
    assert (signatures(texts) == alone).all() and (signed(texts, tmp_path) == alone).all()
    assert (signed(texts[::-1], tmp_path) == alone[::-1]).all()
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    signed(texts, tmp_path)
    assert file.stat().st_mtime_ns == before, "what is known is not written again"
    assert (signed(texts[:2], tmp_path) == alone[:2]).all() and STORY.encode() not in file.read_bytes()
