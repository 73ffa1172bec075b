"""The SQL of the warehouse, by small tables in and expected tables out."""

from __future__ import annotations

import re

import duckdb
import pytest

from warehouse import store

DIMENSIONS = ["told", "mood", "topic"]
COUNTED = "SELECT level, code, story_count, person_count, reviewed_count FROM ({})"


def counts_by(name: str) -> str:
    """The question of counts, of one breakdown."""
    return store.question("counts_by").replace("$breakdown", f"'{name}'").strip().rstrip(";")


def counted_by(name: str) -> str:
    """With the columns that matter here, in the order of its rows."""
    return COUNTED.format(counts_by(name))


CODES = "SELECT story_id, dimension, code, decided_by FROM mart_story_code WHERE dimension = 'topic' ORDER BY ALL"


def test_people_come_first_then_the_teller_then_the_machine(call, asked):
    for ref in "abc":
        call.tell(ref)
        call.claim(ref, topic="apple")
    call.claim("b", "contributor", 1.0, topic="pear")
    call.claim("c", "contributor", 1.0, topic="pear")
    call.claim("c", "person:editor", 1.0, topic="oak")
    assert asked(call, CODES) == [
        ("story-a", "topic", "apple", "machine"),
        ("story-b", "topic", "pear", "contributor"),
        ("story-c", "topic", "oak", "person"),
    ]


def test_one_voice_in_one_dimension_leaves_the_others_alone(call, asked):
    call.story("a", topic="apple")
    call.claim("a", "person:editor", 1.0, mood="bad")
    told = "SELECT dimension, code, decided_by FROM mart_story_code ORDER BY ALL"
    assert asked(call, told) == [("mood", "bad", "person"), ("told", "yes", "machine"), ("topic", "apple", "machine")]


def test_of_several_tellings_a_multi_dimension_takes_all_and_a_single_one_the_likeliest(call, asked):
    call.tell("a", story_id="s")
    call.tell("b", story_id="s", is_representative=False)
    call.claim("a", probability=0.6, mood="bad", topic="apple oak")
    call.claim("b", probability=0.7, mood="good", topic="oak pear")
    told = "SELECT dimension, code, probability FROM mart_story_code ORDER BY ALL"
    assert asked(call, told) == [
        ("mood", "good", 0.7),
        ("topic", "apple", 0.6),
        ("topic", "oak", 0.7),
        ("topic", "pear", 0.7),
    ]


def test_a_decision_on_one_telling_speaks_for_the_whole_story(call, asked):
    call.tell("a", story_id="s")
    call.tell("b", story_id="s", is_representative=False)
    call.claim("a", topic="apple")
    call.claim("b", "person:editor", 1.0, topic="pear")
    assert asked(call, CODES) == [("s", "topic", "pear", "person")]


def test_a_person_may_say_that_no_code_applies(call, asked):
    call.story("a", topic="apple oak")
    call.claim("a", "person:editor", 1.0, topic=None)
    assert asked(call, CODES) == []
    assert asked(call, "SELECT count(*) FROM bridge_story_topic") == [(0,)]
    assert asked(call, "SELECT is_counted, is_reviewed FROM fct_story") == [(True, True)]


def test_the_gate_lets_stories_in_and_keeps_bad_ones_and_late_ones_apart(call, asked):
    call.story("good")
    call.story("bad", mood="bad")
    call.story("late", is_after_close=True)
    call.story("badlate", mood="bad", is_after_close=True)
    call.story("none", told="no")
    call.tell("silent")  # nobody said that it is a story
    flags = "SELECT submission_ref, is_story, is_apart, is_after_close, is_counted FROM fct_story ORDER BY ALL"
    assert asked(call, flags) == [
        ("bad", True, True, False, False),
        ("badlate", True, True, True, False),
        ("good", True, False, False, True),
        ("late", True, False, True, False),
        ("none", False, False, False, False),
        ("silent", False, False, False, False),
    ]
    total = "SELECT telling_count, story_count, apart_count, late_count, not_story_count FROM mart_total"
    assert asked(call, total) == [(6, 1, 1, 2, 2)]
    parts = "SELECT story_count, apart_count, late_count, not_story_count FROM totals"
    for late, expected in ((False, (1, 1, 2, 2)), (True, (2, 2, 2, 2))):
        sql = f"WITH totals AS ({store.question('totals').rstrip().rstrip(';')}) {parts}"
        assert asked(call, sql, include_late=late) == [expected]


def test_a_story_is_dated_by_its_first_telling_and_late_only_if_all_of_it_is(call, asked):
    call.story("a", "2026-04-02T03:00:00+00:00", story_id="s", is_after_close=True)
    call.tell("b", "2026-03-31T14:00:00+00:00", story_id="s", is_representative=False)
    sql = "SELECT local_month, local_date::VARCHAR, member_count, is_after_close, submission_ref FROM fct_story"
    assert asked(call, sql) == [("2026-03", "2026-03-31", 2, False, "a")]


def test_months_turn_at_midnight_of_the_call(call, asked):
    call.story("before", "2026-02-28T14:59:59.999999+00:00")  # 23:59 in Tokyo
    call.story("after", "2026-02-28T15:00:00+00:00")
    months = "SELECT submission_ref, local_month FROM fct_submission ORDER BY ALL"
    assert asked(call, months) == [("after", "2026-03"), ("before", "2026-02")]
    assert asked(call, months, zone="America/New_York") == [("after", "2026-02"), ("before", "2026-02")]
    rows = asked(call, counted_by("month"), include_late=False)
    assert [(row[1], row[2]) for row in rows] == [("2026-02", 1), ("2026-03", 1)]
    days = "SELECT local_date::VARCHAR, local_month, local_week, weekday FROM dim_date"
    assert asked(call, days) == [("2026-02-28", "2026-02", "2026-W09", 6), ("2026-03-01", "2026-03", "2026-W09", 7)]


def test_every_item_ends_somewhere_and_the_account_adds_up(call, asked):
    call.tell("turn", raw=["r1", "r2", "r3"])
    call.tell("copy", story_id="story-turn", is_representative=False, raw=["c1", "c2"])
    for raw_id in ("c1", "c2"):
        call.set_aside(raw_id, "link", "exact_copy")
    for raw_id, reason in (("old", "superseded"), ("odd", "unreadable"), ("mine", "own_message")):
        call.item(raw_id)
        call.set_aside(raw_id, "conform", reason)
    outcomes = asked(call, "SELECT raw_id, outcome, reason FROM fct_item ORDER BY ALL")
    assert outcomes == [
        ("c1", "duplicate", "exact_copy"),
        ("c2", "duplicate", "exact_copy"),
        ("mine", "out_of_scope", "own_message"),
        ("odd", "held", "unreadable"),
        ("old", "duplicate", "superseded"),
        ("r1", "counted", None),
        ("r2", "joined", None),
        ("r3", "joined", None),
    ]
    account = "SELECT outcome, sum(item_count)::INT FROM mart_account GROUP BY ALL ORDER BY ALL"
    assert asked(call, account) == [("counted", 1), ("duplicate", 3), ("held", 1), ("joined", 2), ("out_of_scope", 1)]


def test_groups_count_stories_once_and_people_once(call, asked):
    call.story("a", topic="apple pear", contributor_ref="p1")
    call.story("b", topic="pear oak", contributor_ref="p1")
    call.story("c", topic="apple", contributor_ref=None)
    call.story("late", topic="oak", is_after_close=True)
    call.story("bad", topic="oak", mood="bad")
    call.claim("b", "person:editor", 1.0, mood="good")
    counted = asked(call, counted_by("topic"), include_late=False)
    assert counted == [
        ("group", "fruit", 3, 2, 1),
        ("group", "tree", 1, 1, 1),
        ("code", "apple", 2, 2, 0),
        ("code", "pear", 2, 1, 1),
        ("code", "oak", 1, 1, 1),
    ]
    late = {row[1]: row[2] for row in asked(call, counted_by("topic"), include_late=True)}
    assert (late["tree"], late["oak"], late["fruit"]) == (2, 2, 3)
    mart = "SELECT level, code, sum(story_count)::INT FROM mart_story_topic GROUP BY ALL ORDER BY ALL"
    assert asked(call, mart) == sorted((level, code, n) for level, code, n, *_ in counted)


def test_people_are_counted_by_person_and_by_what_is_open(call, asked):
    call.story("a", topic="apple", contributor_ref="p1", person_ref="n1")
    call.story("b", topic="apple", contributor_ref="p2", person_ref="n1", channel="form")
    call.story("c", topic="apple oak", contributor_ref="p3", person_ref="n3", merged_person_ref="n1")
    call.story("d", topic="apple", contributor_ref=None)
    call.story("e", topic="apple", contributor_ref=None)
    counts = "SELECT code, person_count, person_count_low FROM ({}) WHERE level = 'code' AND code <> 'pear' ORDER BY 1"
    by = lambda sql: asked(call, counts.format(sql.strip().rstrip(";")), include_late=False)  # noqa: E731
    assert by(counts_by("topic")) == [("apple", 4, 3), ("oak", 1, 1)]
    assert by(counts_by("channel")) == [("email", 4, 3), ("form", 1, 1)]
    assert by(counts_by("month")) == [("2026-03", 4, 3)]
    low = "SELECT person_count, person_count_low FROM ({})".format(store.question("totals").strip().rstrip(";"))
    assert asked(call, low, include_late=False) == [(4, 3)]
    assert asked(call, "SELECT person_count FROM mart_total") == [(4,)]
    assert asked(call, "SELECT contributor_ref, person_ref FROM dim_contributor ORDER BY 1") == [
        ("p1", "n1"), ("p2", "n1"), ("p3", "n3"),
    ]  # fmt: skip


def test_codes_that_nobody_has_are_shown_with_none(call, asked):
    call.story("a", topic="oak")
    assert [row[1:4] for row in asked(call, counted_by("topic"), include_late=False)] == [
        ("fruit", 0, 0), ("tree", 1, 1), ("apple", 0, 0), ("pear", 0, 0), ("oak", 1, 1),
    ]  # fmt: skip


def test_a_story_told_on_two_channels_counts_in_both(call, asked):
    call.story("a", story_id="s")
    call.tell("b", story_id="s", channel="form", is_representative=False)
    rows = asked(call, counted_by("channel"), include_late=False)
    assert [(row[1], row[2]) for row in rows] == [("email", 1), ("form", 1)]
    mart = "SELECT channel, story_count FROM mart_story_channel ORDER BY ALL"
    assert asked(call, mart) == [("email", 1), ("form", 1)]


RANGED = "SELECT level, code, story_count, story_count_low FROM ({}) WHERE story_count > 0"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # a~b is one story with all of their codes; bad~c~e is counted, because a part of it is; d~late only with late ones
        ("topic", [("group", "fruit", 4, 2), ("group", "tree", 2, 2), ("code", "apple", 2, 1), ("code", "pear", 2, 1),
                   ("code", "oak", 2, 2)]),
        ("channel", [("code", "email", 4, 3), ("code", "form", 1, 1)]),
        ("month", [("code", "2026-02", 1, 1), ("code", "2026-03", 4, 2)]),
    ],
)  # fmt: skip
def test_open_questions_of_linking_leave_a_range_in_every_count(call, asked, name, expected):
    call.story("a", merged_story_id="ab", topic="apple")
    call.story("b", merged_story_id="ab", topic="apple oak", channel="form")
    call.story("bad", merged_story_id="badc", mood="bad")
    call.story("c", merged_story_id="badc", topic="pear")
    call.story("e", merged_story_id="badc", topic="pear")
    call.story("d", "2026-02-10T03:00:00+00:00", merged_story_id="dlate", topic="oak")
    call.story("late", "2026-02-11T03:00:00+00:00", merged_story_id="dlate", topic="oak", is_after_close=True)
    assert asked(call, RANGED.format(counts_by(name)), include_late=False) == expected
    total = f"SELECT story_count, story_count_low, person_count FROM ({store.question('totals').strip().rstrip(';')})"
    assert asked(call, total, include_late=False) == [(5, 3, 5)]
    assert asked(call, total, include_late=True) == [(6, 3, 6)]


def test_a_pair_of_stories_is_one_question_however_many_of_their_submissions_are_alike(call, asked):
    for ref, story in (("a", "s"), ("b", "s"), ("c", "t"), ("d", "u")):
        call.tell(ref, story_id=story, is_representative=ref != "b")
    call.links = [("a", "c", "perhaps"), ("b", "c", "perhaps"), ("a", "b", "same"), ("c", "d", "cut")]
    assert [row[-1] for row in asked(call, store.question("backlog"))] == [1]
    found = [row[:2] for row in asked(call, store.question("links"), all=False, most=None)]
    assert found == [("a", "c"), ("b", "c")]
    assert [row[:2] for row in asked(call, store.question("links"), all=True, most=None)] == [*found, ("a", "b")]


def test_what_a_person_decided_is_not_asked_again_unless_the_text_changed(call, asked):
    call.tell("a", story_id="s")
    call.tell("copy", story_id="s", is_representative=False)
    call.tell("b")
    call.claim("a", mood="bad", topic="apple")
    call.claim("copy", "person:editor", 1.0, topic=None)
    call.to_review = [
        ("a", "mood", "unsure"),
        ("a", "topic", "unsure"),  # decided on the copy, for the story
        ("copy", "mood", "unsure"),  # the same question as of a
        ("b", "topic", "unsure"),
        ("copy", "mood", "changed"),
        ("copy", "topic", "disagreement"),  # decided, but by two people and differently
    ]
    expected = [("a", "mood", "unsure"), ("b", "topic", "unsure")]
    expected += [("copy", "mood", "changed"), ("copy", "topic", "disagreement")]
    assert asked(call, "FROM fct_to_review") == expected
    waiting = [row[0] for row in asked(call, store.question("review_next"))]
    backlog = asked(call, store.question("backlog"))
    assert backlog[0][:2] == (len(waiting), 4) and set(waiting) == {"a", "b", "copy"}


def test_nothing_in_gives_empty_tables_and_zero_counts(call, asked):
    assert asked(call, "SELECT item_count, story_count, person_count FROM mart_total") == [(0, 0, 0)]
    assert {row[2] for row in asked(call, counted_by("topic"), include_late=True)} == {0}


def test_every_table_and_column_is_described_in_both_languages(call, asked):
    call.story("a", topic="oak")
    tables = asked(call, "SELECT table_name, comment FROM duckdb_tables()")
    columns = asked(call, "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert len(tables) > 20 and len(columns) > 100
    silent = [name for name, comment in tables + columns if not _bilingual(comment)]
    assert silent == []


def _bilingual(comment: str | None) -> bool:
    ja, slash, en = (comment or "").partition(" / ")
    return bool(slash and re.search("[ぁ-んァ-ヶ一-龠]", ja) and re.search("[a-z]", en) and en.isascii() or "×" in en)


@pytest.fixture
def whole(call):
    """A connection in which every table of every layer stands, staging too."""
    call.story("a", topic="oak")
    call.item("x")
    con = store.workshop()
    con.execute("SET TimeZone = 'Asia/Tokyo'")
    for name, table in call.inputs().items():
        con.register(name, table)
    yield con
    con.close()


def test_every_script_reads_just_what_its_header_names(whole):
    seen = 0
    for layer in store.LAYERS:
        for script in store.scripts(layer, DIMENSIONS):
            assert set(script.header) == {"what", "ja", "grain", "inputs"}, script.name
            _reads_only(whole, script)
            whole.execute(script.text)
            seen += 1
    assert seen > 20


def _reads_only(whole: duckdb.DuckDBPyConnection, script: store.Script) -> None:
    alone = store.workshop()
    body = re.sub("--.*", "", script.text)
    for name in script.inputs:
        assert re.search(rf"\b{name}\b", body), f"{script.name} names {name} and does not read it"
        alone.register(name, whole.sql(f"FROM {name}").to_arrow_table())
    alone.execute(script.text)  # a table that is not named is not there
    made = alone.execute(f"SELECT count(*) FROM {_called(alone, script)}").fetchone()
    assert made is not None
    alone.close()


def _called(con: duckdb.DuckDBPyConnection, script: store.Script) -> str:
    """What a script made, as something to read from; a macro is read only when it is called."""
    if not script.kind.startswith("MACRO"):
        return script.name
    (names,) = con.execute(
        "SELECT parameters FROM duckdb_functions() WHERE function_name = ?", [script.name]
    ).fetchone()
    call = f"{script.name}({', '.join(['NULL'] * len(names))})"
    return call if script.kind == "MACRO TABLE" else f"(SELECT {call})"


def test_the_llm_counts_nothing_and_where_it_differs_a_person_is_asked(call, asked):
    for ref in ("same", "other", "none", "said", "form"):
        call.story(ref, topic="apple oak")
    call.story("copy", topic="apple oak", story_id="story-other", is_representative=False)
    call.story("quiet", topic=None, told="no")
    call.story("mute", can_count=False, topic="apple", story_id="story-same", is_representative=False)
    call.claim("said", "person:editor", 1.0, topic="apple")
    call.claim("form", "contributor", 1.0, topic="apple")
    before = [asked(call, f"FROM {name}") for name in ("mart_story_code", "fct_story", "mart_total", "fct_to_review")]
    call.claim("same", "llm", told="yes", mood="good", topic="oak apple")
    for ref in ("other", "copy", "said", "form", "mute"):
        call.claim(ref, "llm", 1.0, told="yes", topic="pear")
    call.claim("none", "llm", 1.0, told="yes", topic=None)
    call.claim("quiet", "llm", 1.0, told="yes", mood="bad", topic="oak")  # no story to the machine: the rest follows
    after = [asked(call, f"FROM {name}") for name in ("mart_story_code", "fct_story", "mart_total", "fct_to_review")]
    assert after[:3] == before[:3] and before[3] == []
    assert after[3] == [(r, d, "llm_differs") for r, d in (("none", "topic"), ("other", "topic"), ("quiet", "told"))]
    assert "none" in [row[0] for row in asked(call, store.question("review_next"))]
    standing = asked(call, store.question("review_standing"), story="story-none")
    assert {row[1] for row in standing} == {"yes", "good", "apple", "oak"}
    codings = asked(call, store.question("review_codings"), refs=["none"])
    assert {row[2] for row in codings if row[3] == "llm"} == {"yes", None}
