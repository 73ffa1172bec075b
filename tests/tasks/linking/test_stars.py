"""Across authors a story is its fullest telling and copies of that: sentences in common make no chain."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tasks.link import link
from tasks.linking.alike import Telling
from tasks.linking.evidence import compare, verdict
from tasks.linking.stars import starred
from tasks.linking.stories import Link

from .planted import row

KEY = b"k" * 32
SHARED = "会社で広報をしていて、個人のアカウントに毎日ひとつずつ工場や倉庫や夜明けの製油所の写真を、誰に頼まれたわけでもなく載せていました"
ENDS = (
    "。ある日、出版社の編集長から手紙が届き、三年かけて分厚い写真集ができあがりました",
    "。取引先の部長さんに見つかって叱られるかと思ったら、社内報の表紙を任されたんです",
    "。気づくと近所の小学校で授業を頼まれるようになり、子どもたちと煙突を描いています",
)


def told(rows: list[dict]) -> list[set[str]]:
    out = link(pd.DataFrame(rows), KEY).submissions
    return sorted((set(ids) for _, ids in out.groupby("story_id")["submission_id"]), key=sorted)


def test_a_sentence_that_is_in_two_peoples_texts_does_not_make_them_one_story():
    rows = [
        row(1, SHARED + ENDS[0], "x", "p1"),
        row(2, SHARED, "mail", "p2"),
        row(3, SHARED + ENDS[1], "x", "p3"),
    ]
    assert told(rows) == [{"mail:00002", "x:00003"}, {"x:00001"}] or told(rows) == [
        {"mail:00002", "x:00001"},
        {"x:00003"},
    ]
    links = {found[:2]: found.verdict for found in link(pd.DataFrame(rows), KEY).links}
    assert sorted(links.values()) == ["perhaps", "perhaps", "same"], "what the chain would have joined is asked about"


def test_what_one_person_told_hangs_together_by_chains_and_takes_its_copies_along():
    rows = [
        row(1, SHARED + ENDS[0], "x", "p1"),
        row(2, SHARED, "mail", "p1"),
        row(3, SHARED + ENDS[1], "facebook", "p1"),
        row(4, SHARED + "!" + ENDS[1] + "。拡散します", "blog", "p4"),
    ]
    rows[1]["contributor_ref"] = rows[2]["contributor_ref"] = "p1"
    assert len(told(rows)) == 1


def test_a_copy_that_is_no_candidate_of_the_fullest_telling_is_found_through_others():
    """Many copies of a text that all differ: candidate lists are capped, the story is one all the same."""
    texts = [f"{SHARED}{ENDS[0]}(転載その{chr(0x4E00 + 37 * n)}{chr(0x4E00 + 91 * n)})" for n in range(150)]
    rows = [row(n, text, "x", f"p{n}") for n, text in enumerate(texts)]
    assert len(told(rows)) == 1


def test_two_full_copies_that_only_a_shorter_one_leads_to_are_compared_too():
    full = SHARED + ENDS[0] + "。それからは毎朝、守衛さんにまで声をかけられます"
    texts = {"a": full + "(転載)", "b": full, "c": full[:-20]}
    found = [Link(own, "c", "edited", 1.0, "same", 1.0, 0.8) for own in "ab"]
    said = {one[:2]: one.verdict for one in starred(found, {own: Telling(text, None) for own, text in texts.items()})}
    assert said == dict.fromkeys([("a", "c"), ("b", "c"), ("a", "b")], "same")


def test_a_copy_of_two_stories_joins_the_likest_and_by_equal_likeness_the_first():
    tellings = {"a": Telling(SHARED + ENDS[0], None), "b": Telling(SHARED + ENDS[1], None), "c": Telling(SHARED, None)}
    for scores, joined in (((0.9, 0.95), "b"), ((0.95, 0.9), "a"), ((0.9, 0.9), "a")):
        found = [Link(own, "c", "prefix", score, "same", score, 0.6) for own, score in zip("ab", scores, strict=True)]
        assert [one.one for one in starred(found, tellings) if one.verdict == "same"] == [joined]


@given(
    st.lists(st.tuples(st.permutations(ENDS), st.integers(0, 3), st.booleans()), min_size=2, max_size=8), st.randoms()
)
def test_every_member_across_authors_is_a_copy_of_what_the_author_of_the_fullest_told(drawn, random):
    texts = [(SHARED if with_shared else "") + "".join(ends[:count]) for ends, count, with_shared in drawn]
    rows = [row(n, text, "x", f"p{n}") for n, text in enumerate(texts) if len(text) >= 20]
    if not rows:
        return
    stories = told(rows)
    assert told(random.sample(rows, len(rows))) == stories
    body = {r["submission_id"]: r["body"].replace("。", "。") for r in rows}
    for members in stories:
        fullest = min(members, key=lambda i: (-len(body[i]), i))
        for member in members - {fullest}:
            equal = body[member] == body[fullest]
            assert equal or verdict(compare(body[member], body[fullest]), one_author=False) == "same"
