"""One person by several accounts: proposed for a reason, joined only where somebody says so, the same in any order."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import people
from tasks.link import link
from tasks.linking.stories import Link
from tasks.people import CROWD, OTHER, SAME, Pair, accounts_of, decided, found, known, proposed, settled
from tasks.refs import ref
from warehouse.ledger import Entry

KEY = b"k" * 32


def rows(*told: tuple) -> pd.DataFrame:
    """(contributor, namespace, author_id, url, accounts that they name) → submissions, numbered."""
    columns = ["contributor_ref", "namespace", "author_id", "url", "accounts"]
    return pd.DataFrame(told, columns=columns).assign(
        submission_id=[f"{namespace}:{n}" for n, (_, namespace, *_) in enumerate(told)]
    )


POST = ("p-x", "x", "1400", "https://x.com/Tanaka/status/17", ())
LETTER = ("p-mail", "mail", "tanaka@example.jp", None, ())
ARTICLE = ("p-note", "note", "tanaka", "https://note.com/tanaka/n/n1", ())
ANSWER = ("p-form", "form", "Tanaka@example.jp", None, ())


def naming(row: tuple, *accounts: str) -> tuple:
    return (*row[:4], accounts)


PROPOSED = {
    "one mail address in form and mail": ([LETTER, ANSWER], "p-form p-mail mail"),
    "a handle named in a mail": ([naming(LETTER, "handle x:tanaka"), POST], "p-mail p-x handle"),
    "a page named in a post": ([naming(POST, "url note:tanaka"), ARTICLE], "p-note p-x url"),
    "an account asked for by a form": ([naming(ANSWER, "form_answer x:tanaka"), POST], "p-form p-x form_answer"),
    "both name the same third one": (
        [naming(LETTER, "handle x:sora"), naming(ARTICLE, "url x:sora")], "p-mail p-note url,handle"),
    "one names an account in two ways": (
        [naming(LETTER, "handle x:tanaka", "mail mail:a@b.jp", "url x:tanaka"), POST], "p-mail p-x url,handle"),
    "two accounts in one place": (
        [naming(POST, "mail mail:a@b.jp"), naming(("p-y", *POST[1:]), "mail mail:a@b.jp")], "p-x p-y mail"),
    "a handle that changed hands": ([POST, ("p-y", *POST[1:])], None),
    "nothing in common": ([POST, LETTER, ARTICLE], None),
    "a mention is no telling": ([naming(LETTER, "handle x:sora"), POST], None),
    "nobody knows who sent it": ([(None, "pasted", None, None, ("handle x:tanaka",)), POST], None),
    "oneself": ([naming(LETTER, "mail mail:tanaka@example.jp"), LETTER], None),
}  # fmt: skip


@pytest.mark.parametrize(("told", "expected"), PROPOSED.values(), ids=PROPOSED)
def test_what_speaks_for_one_person(told: list[tuple], expected: str | None):
    pairs = [" ".join((*pair[:2], ",".join(pair.evidence))) for pair in proposed(rows(*told), [])]
    assert pairs == ([expected] if expected else [])


@pytest.mark.parametrize(("more", "pairs"), [(0, CROWD * (CROWD - 1) // 2), (1, 0)])
def test_what_many_name_is_no_one_persons(more: int, pairs: int):
    firm = [naming((f"p{n}", *LETTER[1:2], f"{n}@a.jp", None), "url url:firm.jp") for n in range(CROWD + more)]
    assert len(proposed(rows(*firm), [])) == pairs


def test_equal_texts_speak_only_between_places_and_only_where_they_are_linked():
    submissions = rows(LETTER, POST, ("p-y", *POST[1:]), (None, "pasted", None, None, ()))
    exact = lambda one, other, verdict="same": Link(one, other, "exact", 1.0, verdict)  # noqa: E731
    found = [exact("mail:0", "x:1"), exact("x:1", "x:2"), exact("mail:0", "x:2", "cut"), exact("mail:0", "pasted:3")]
    assert proposed(submissions, found) == [Pair("p-mail", "p-x", ("same_text",))]
    assert proposed(submissions, [Link("mail:0", "x:1", "edited", 0.9, "same")]) == []
    told = [Link("mail:0", "x:1", "announcement", 0.9, "same"), exact("mail:0", "x:1")]
    assert proposed(submissions, told) == [Pair("p-mail", "p-x", ("announcement", "same_text"))]


def said(kind: str, one: str, other: str, n: int = 1) -> Entry:
    return Entry(n, "2026-03-01T00:00:00+00:00", "editor", kind, one, {"other": other}, None)


def test_a_proposal_joins_nobody_and_a_decision_does():
    asked = [Pair("a", "b", ("mail",)), Pair("b", "c", ("same_text",))]
    who = settled("abc", asked, decided([]))
    assert who.persons == {"a": "a", "b": "b", "c": "c"} and set(who.merged.values()) == {"a"}
    assert [pair.decision for pair in who.pairs] == ["open", "open"]
    who = settled("abc", asked, decided([said(SAME, "b", "a")]))
    assert who.persons == {"a": "a", "b": "a", "c": "c"} and [p.decision for p in who.pairs] == ["same", "open"]


def test_the_latest_word_on_a_pair_stands_and_other_beats_what_others_would_join():
    assert settled("ab", [], decided([said(OTHER, "a", "b"), said(SAME, "b", "a", 2)])).persons["b"] == "a"
    assert settled("ab", [], decided([said(SAME, "a", "b"), said(OTHER, "b", "a", 2)])).persons["b"] == "b"
    chain = [said(SAME, "a", "b"), said(SAME, "b", "c", 2), said(OTHER, "a", "c", 3)]
    who = settled("abc", [], decided(chain))
    assert who.persons == {"a": "a", "b": "a", "c": "c"}
    assert {pair[:2]: pair.decision for pair in who.pairs} == {
        ("a", "b"): "same",
        ("a", "c"): "other",
        ("b", "c"): "apart",
    }


def test_decisions_of_submissions_join_no_people():
    assert decided([said("same", "a", "b")]).same == frozenset()


def test_who_is_gone_still_holds_together_those_who_stay():
    who = settled("ac", [], decided([said(SAME, "a", "b"), said(SAME, "b", "c", 2)]))
    assert who.persons == {"a": "a", "c": "a"} and who.pairs == []


ACCOUNTS = [f"p{n}" for n in range(7)]
PAIRS = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)).filter(lambda p: p[0] != p[1])
NAMES = st.sampled_from(["mail mail:a@b.jp", "handle x:sora", "url note:sora", "form_answer x:mugi", "url url:c.jp"])
TOLD = st.lists(
    st.builds(
        lambda who, accounts: (who, f"s{who}", who, None, accounts),
        st.sampled_from([*ACCOUNTS, None]),
        st.lists(NAMES, max_size=2).map(tuple),
    ),
    max_size=12,
)


@given(TOLD, st.lists(st.tuples(PAIRS, st.booleans()), max_size=8), st.randoms(use_true_random=False))
def test_people_are_the_same_for_any_order_and_other_is_never_overridden(told, words, random):
    entries = [said(SAME if same else OTHER, *pair, n) for n, (pair, same) in enumerate(words)]
    submissions = rows(*told)
    links = [
        Link(*sorted(pair), "exact", 1.0, "same")
        for pair in zip(submissions["submission_id"][::2], submissions["submission_id"][1::2], strict=False)
    ]
    linked, pairs = found(submissions, submissions, links, KEY, entries)
    shuffled = submissions.sample(frac=1, random_state=random.randrange(99))
    assert proposed(shuffled, links[::-1]) == sorted(proposed(submissions, links))
    again, same_pairs = found(shuffled, shuffled, random.sample(links, len(links)), KEY, entries[::-1])
    assert same_pairs == pairs
    assert linked.set_index("submission_id").equals(again.sort_index().set_index("submission_id"))
    persons = linked.dropna(subset="contributor_ref").drop_duplicates("contributor_ref").set_index("contributor_ref")
    for pair in pairs:
        one, other = (persons.loc[end] for end in pair[:2])
        assert (one["person_ref"] == other["person_ref"]) == (pair.decision == "same")
        is_joinable = one["merged_person_ref"] == other["merged_person_ref"]
        assert (
            is_joinable if pair.decision == "same" else not is_joinable if pair.decision in ("other", "apart") else True
        )
    parted = {tuple(sorted((e.subject, e.payload["other"]))): e.kind for e in entries}
    assert all(pair.decision == "other" for pair in pairs if parted.get(pair[:2]) == OTHER)


def test_a_person_goes_by_no_contributors_ref_and_an_unknown_sender_is_nobody():
    contributors = pd.Series(["p1", None, "p2"], dtype="str")
    told = people.named(contributors, {"p1": "p1", "p2": "p1"}, KEY)
    assert told[0] == told[2] == ref(KEY, "person", "p1") and pd.isna(told[1]) and told[0].startswith("n")


STORY = "社内報に書いた失敗談をnoteに載せたところ、他社の方から研修の講師を頼まれました。人前は苦手でしたが、今では年に三回話しています。"
RETOLD = "社内報に書いた失敗談を読んだ他社の方から研修の講師を頼まれました。今では年に三回話しています。会場は遠方ばかりです。"


def test_of_one_persons_accounts_linking_asks_what_it_asks_of_one_author():
    base = {"title": None, "url": None, "links": (), "author_id": None, "posted_at": pd.Timestamp(0, tz="UTC")}
    told = [
        base | {"submission_id": "mail:1", "namespace": "mail", "contributor_ref": "p1", "body": STORY},
        base | {"submission_id": "x:2", "namespace": "x", "contributor_ref": "p2", "body": RETOLD},
    ]
    frame = pd.DataFrame(told).assign(raw_ids=[["a"], ["b"]], channel="x")
    verdicts = lambda frame: [found.verdict for found in link(frame, KEY).links]  # noqa: E731
    of_one = verdicts(frame.assign(contributor_ref="p1"))
    assert of_one and verdicts(known(frame, KEY, [])) != of_one
    assert verdicts(known(frame, KEY, [said(SAME, "p1", "p2")])) == of_one


def test_the_accounts_of_a_person_are_those_that_were_decided():
    everyone = [("mail", "a@b.jp"), ("x", "1400"), ("note", "sora")]
    refs = [ref(KEY, "contributor", *account) for account in everyone]
    same = said(SAME, *refs[:2])
    for one in everyone[:2]:
        assert accounts_of([one], everyone, [same], KEY) == set(everyone[:2])
    assert accounts_of(everyone[:1], everyone, [], KEY) == set(everyone[:1])
    assert accounts_of(everyone[:1], everyone, [same, replace(same, id=2, kind=OTHER)], KEY) == set(everyone[:1])
    assert accounts_of([("mail", "gone@b.jp")], everyone, [same], KEY) == {("mail", "gone@b.jp")}
