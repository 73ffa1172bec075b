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


FIGURES = "三年で{}件の相談を受け、{}人の方に工場を案内し、初版{}部の写真集が駅前の書店に並びました"


@pytest.mark.parametrize(
    ("one", "other", "one_author", "expected"),
    [
        (FIGURES.format(12, 80, 4000), FIGURES.format(12, 85, 4000), False, "same"),  # one of three set right
        (f"{STORY}、初版は4000部です", f"{STORY}、初版は40部です", False, "perhaps"),
        (FIGURES.format(12, 80, 4000) + "。うれしい", FIGURES.format(9, 7, 250) + "、来月は個展です", True, "perhaps"),
        (f"{STORY}、初版は4000部です", f"{STORY}、初版は40", False, "same"),  # cut off within 4000
        (
            STORY + "七十字のあとは" * 9,
            STORY[:30] + "まったく違う話が続いていきます。絵を描いて暮らしていた祖父の家に" * 2,
            False,
            None,
        ),
    ],
)
def test_figures_and_shares_decide_what_two_texts_are(one, other, one_author, expected):
    found = compare(comparable(one), comparable(other))
    assert verdict(found, one_author) == verdict(compare(comparable(other), comparable(one)), one_author) == expected


def test_a_copy_behind_much_of_somebodys_own_is_found_by_its_end():
    before = "".join(
        f"第{n}回の勉強会では{chr(0x4E00 + 97 * n)}と{chr(0x5E00 + 61 * n)}のことを話しました。" for n in range(40)
    )
    told = STORY + "。編集長の机には私の投稿を刷った紙が山になっていたそうです"
    assert linked(row(1, told, "x", "p1"), row(2, before + told, "mail", "p2")) == [("edited", "same")]


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


NOTE = "https://note.com/yamada/n/n123"
ARTICLE = Post(STORY * 5, (), NOTE, "写真集になりました。工場の話", "note", "p1")
CALL = "個人の発信が仕事に役立った話、教えてください"


@pytest.mark.parametrize(
    ("body", "links", "expected"),
    [
        ("noteに書きました https://t.co/x", (f"{NOTE}?utm_source=x",), ["same"]),
        (f"写真集になりました。工場の話|山田 #note {NOTE.replace('https', 'http')}。", (), ["same"]),
        (
            f"{CALL}、に応えてブログで工場の写真が本になった話を書きました↓ よかったら読んでください {NOTE}",
            (),
            ["same"],
        ),
        (f"noteを更新! {NOTE}", (), ["same"]),
        (NOTE, (), ["same"]),
        (f"山田さんの記事がすごい {NOTE}", (), ["perhaps"]),
        (f"これ、すごく励まされる記事 {NOTE}", (), ["perhaps"]),
        (f"佐藤さんの記事を読んで、わたしも書きました {NOTE}", (), ["perhaps"]),  # whose is the address?
        (f"noteに書きました。わたしはブログで連載が決まりました {NOTE}", (), ["perhaps"]),
        (f"ブログで仕事が来た! {NOTE}", (), ["perhaps"]),
        (f"noteに書いた記事で仕事が来ました {NOTE}", (), ["perhaps"]),
        (f"noteに書きました。工場の写真を毎日ブログに載せている広報の仕事です {NOTE}", (), ["perhaps"]),
        (f"{STORY}、その話をnoteに書きました {NOTE}", (), ["perhaps"]),
        ("noteに書きました https://note.com/yamada/n/n999", (), []),
        (f"noteに書きました {NOTE} https://note.com/sato/n/n2", (), []),
    ],
)
def test_an_announcement_joins_its_article_silently_only_if_it_tells_nothing_of_its_own(body, links, expected):
    post = Post(body, links, "https://x.com/a/status/1", None, "x", "p2")
    other = Post(STORY * 5, (), "https://note.com/sato/n/n2", None, "note", "p3")
    for author in ("p2", None):
        found = announced([post._replace(author=author), ARTICLE, other], call_parts([CALL]))
        assert [said for _, _, said in found] == expected


def test_who_tells_a_little_beside_the_address_of_their_own_article_is_not_asked():
    post = Post(f"ブログで仕事が来た! {NOTE}", (), "https://note.com/yamada/n/n7", None, "note", "p1")
    assert announced([post, ARTICLE]) == [(0, 1, "same")]
    assert announced([post._replace(body=f"{STORY * 2} {NOTE}"), ARTICLE]) == [(0, 1, "perhaps")]


def test_nobody_known_is_not_one_person_and_who_says_more_than_the_article_announces_nothing():
    post = Post(f"ブログで仕事が来た! {NOTE}", (), None, None, "form", None)
    assert announced([post, ARTICLE._replace(author=None)]) == [(0, 1, "perhaps")]
    assert announced([post, ARTICLE._replace(body="本になりました")]) == []


def test_two_articles_announced_in_the_same_words_are_two_stories():
    words = "新しい記事をnoteに書きました。ぜひ読んでくださいね"
    other = STORY.replace("工場", "駅舎").replace("写真集", "絵本")[::-1]
    rows = [row(n, text * 3, "note", f"p{n}", f"https://note.com/p/n/n{n}") for n, text in ((1, STORY), (2, other))]
    for author in ("p9", "p8"):
        posts = [
            row(n + 2, words, "x", f"{author}{n * (author == 'p8')}", links=(f"https://note.com/p/n/n{n}",))
            for n in (1, 2)
        ]
        out = link(pd.DataFrame(rows + posts), KEY).submissions
        assert out["story_id"].nunique() == 2 and out["is_representative"].tolist() == [True, True, False, False]


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
