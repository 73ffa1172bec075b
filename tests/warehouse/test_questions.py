"""Named questions and the views beneath them: what is easily counted wrong is counted right, and nothing gets in but values."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flows.settings import load
from warehouse import questions, questions_page, store, words
from warehouse.questions import NotAsked
from warehouse.words import Words

JA = Words("ja")
EVERY = questions.every()
PARAMETERS = [(q.name, p.name) for q in EVERY.values() for p in q.parameters]
SECONDS = 60  # a busy machine is no fault of the SQL


@pytest.fixture(scope="module")
def sample(sample_home):
    with store.reading(load(sample_home.path).lake, "Asia/Tokyo") as con:
        yield con


@pytest.fixture
def told(call, tmp_path):
    """told(name, **given) -> rows of a question asked of the call's warehouse, built at the first time."""
    path = tmp_path / "w.duckdb"

    def told(name: str, **given: object) -> list[tuple]:
        con = store.open_locked(path if path.exists() else call.build(path), "Asia/Tokyo")
        try:
            return questions.ask(con, EVERY[name], {k: str(v) for k, v in given.items()}, Words("en"), SECONDS).rows
        finally:
            con.close()

    return told


def test_the_page_is_fresh(sample):
    assert questions_page.PAGE.read_text(encoding="utf-8") == questions_page.page(sample), "run `make docs`"


def test_every_question_answers_and_every_column_has_a_word(sample):
    answers = {name: questions.ask(sample, question, {}, JA, SECONDS) for name, question in EVERY.items()}
    assert len(answers) == 15
    assert {name for name, answer in answers.items() if not answer.rows} == {"quotable_positive", "without_a_story"}
    assert {column for answer in answers.values() for column in answer.columns} == words.keys("column")
    for name, question in EVERY.items():
        assert set(question.chart[1:]) <= set(answers[name].columns), name
        assert all([*question.titles.values(), *question.tells.values(), question.grain]), name
        assert all(label for p in question.parameters for label in p.labels.values()), name


def test_english_is_asked_the_same(sample):
    for name, question in EVERY.items():
        ja, en = (questions.ask(sample, question, {}, Words(language), SECONDS) for language in ("ja", "en"))
        assert ja.columns == en.columns and len(ja.rows) == len(en.rows), name


@pytest.mark.parametrize("hostile", ["x' OR 1=1 --", "benefit'; DROP TABLE fct_story; --", "９", "\x00", "2026-02-30"])
@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_no_value_gets_in_that_a_parameter_cannot_take(sample, name, parameter, hostile):
    with pytest.raises(NotAsked):
        questions.ask(sample, EVERY[name], {parameter: hostile}, JA, SECONDS)


def test_only_declared_names_are_taken(sample):
    with pytest.raises(NotAsked, match="most"):
        questions.ask(sample, EVERY["late_stories"], {"limit": "5"}, JA)
    with pytest.raises(NotAsked, match="months_compared"):
        questions.named("../explain", JA)


def test_a_menu_offers_what_a_parameter_takes(sample):
    by_name = {p.name: p for p in EVERY["told_by_work"].parameters}
    assert "benefit" in questions.choices(sample, by_name["by"], {})
    assert "owner" in questions.choices(sample, by_name["one"], {"split": "work_status"})
    assert questions.choices(sample, EVERY["late_stories"].parameters[0], {}) == []


def test_what_takes_too_long_is_broken_off_and_the_connection_lives_on(sample):
    with pytest.raises(questions.TooLong), questions.time_limit(sample, 0.2):
        sample.execute(
            "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b WHERE a.range % 7 = b.range % 5"
        )
    assert sample.execute("SELECT 1").fetchone() == (1,)


def test_a_story_with_two_codes_of_a_group_is_one_story_and_two_mentions(call, asked):
    call.story("a", topic="apple pear")
    call.story("b", topic="apple oak")
    call.story("late", topic="apple", is_after_close=True)
    call.story("bad", topic="apple", mood="bad")
    call.story("mute", topic="apple", can_count=False)
    count = "SELECT label_en, count(*) FROM stories_by('topic', '{}') GROUP BY ALL ORDER BY 1"
    assert asked(call, count.format("group")) == [("fruit", 2), ("tree", 1)]
    assert asked(call, count.format("code")) == [("apple", 2), ("oak", 1), ("pear", 1)]
    assert asked(call, "SELECT count(*), count(DISTINCT story_id) FROM mentions WHERE dimension = 'topic'") == [(4, 2)]


def test_a_dimension_without_groups_gives_its_codes(call, asked):
    call.story("a", topic="oak")
    assert asked(call, "SELECT code, label_ja FROM stories_by('mood', 'group')") == [("good", "goodの")]


def test_people_are_not_stories(call, asked):
    call.story("a", contributor_ref="one")
    call.story("b", contributor_ref="one")
    call.tell("copy", story_id="story-b", is_representative=False, contributor_ref="two")
    call.tell("unheard", story_id="story-b", is_representative=False, contributor_ref="three", can_count=False)
    people = asked(call, "SELECT count(*), count(DISTINCT story_id), count(DISTINCT person_ref) FROM tellers")
    assert people == [(3, 2, 2)]


def test_only_what_a_person_decided_is_reviewed(call, asked):
    call.story("a")
    call.story("b")
    call.claim("a", "person:editor", 1.0, topic="oak")
    assert asked(call, "SELECT story_id FROM stories_reviewed") == [("story-a",)]
    assert asked(call, "SELECT code FROM mentions WHERE decided_by = 'person'") == [("oak",)]


MONTHS = "SELECT month_local(posted_at), local_month, strftime(posted_at, '%Y-%m') FROM fct_submission"


def test_the_month_is_the_calls_whoever_asks(call, tmp_path):
    call.story("a", "2026-03-31T15:00:00+00:00")  # midnight of 1 April in Japan
    con = store.open_locked(call.build(tmp_path / "w.duckdb"), "America/New_York")
    assert con.execute(MONTHS).fetchone() == ("2026-04", "2026-04", "2026-03")
    con.close()


def test_two_dimensions_at_once(call, told):
    call.story("a", topic="apple pear oak", contributor_ref="one")
    call.story("b", topic="apple", contributor_ref="one")
    call.tell("again", story_id="story-b", is_representative=False, contributor_ref="two", channel="form")
    given = {"across": "mood", "down": "topic"}
    assert told("benefits_by_platform", level="group", **given) == [
        ("good", "fruit", 2, 2, 100.0),
        ("good", "tree", 1, 1, 50.0),
    ]
    assert told("benefits_by_platform", level="code", **given)[0] == ("good", "apple", 2, 2, 100.0)
    assert told("channels_by_platform", by="topic", level="group") == [
        ("email", "fruit", 2, 1),
        ("email", "tree", 1, 1),
        ("form", "fruit", 1, 1),
    ]


def test_what_is_told_together(call, told):
    for ref, topic in (("a", "apple oak"), ("b", "apple oak pear"), ("c", "pear"), ("d", "pear")):
        call.story(ref, topic=topic)
    assert told("benefits_together", by="topic") == [("apple", "oak", 2, 2, 2, 2.0)]
    assert told("benefits_together", by="topic", level="group", at_least=1) == [("fruit", "tree", 2, 4, 2, 1.0)]
    combined = told("told_on_two_platforms", by="topic")
    assert combined == [("apple + oak", 2, 1, 1), ("apple + pear + oak", 3, 1, 1)]


def test_shares_are_of_stories_though_a_story_is_told_twice(call, told):
    call.story("a", "2026-03-10T00:00:00+00:00", topic="apple pear")
    call.story("b", "2026-03-11T00:00:00+00:00", topic="oak")
    call.tell("again", story_id="story-a", is_representative=False)
    call.story("c", "2026-04-11T00:00:00+00:00", topic="oak")
    compared = [
        ("tree", "2026-03", 1, "2026-04", 1, 50.0, 100.0, 50.0),
        ("fruit", "2026-03", 1, "2026-04", 0, 50.0, 0.0, -50.0),
    ]
    assert told("months_compared", by="topic") == compared
    assert told("months_compared", by="topic", earlier="2026-03", later="2026-04") == compared
    assert [row[5:] for row in told("months_compared", by="topic", later="2026-05", level="code")][0] == (
        50.0,
        None,
        None,
    )
    ranked = told("top_benefits_by_industry", by="mood", told="topic", level="group", top=1, at_least=3)
    assert ranked == [("good", 3, 1, "tree", 2, 66.7)]
    assert told("top_benefits_by_industry", by="mood", told="topic", at_least=4) == []


def test_two_kinds_of_work_side_by_side(call, told):
    call.story("a", topic="apple oak")
    call.story("b", topic="apple")
    call.story("c", topic="pear")
    sides = told("told_by_work", split="topic", one="apple", other="pear", by="mood")
    assert sides == [("good", 2, 1, 100.0, 100.0, 0.0)]


def test_reviewed_by_dimension_hears_that_none_applies(call, told):
    call.story("machine", topic="oak pear")
    call.story("silent")
    for ref, coder, topic in (("b", "person:editor", None), ("c", "contributor", "apple"), ("d", "contributor", None)):
        call.story(ref, topic="oak")
        call.claim(ref, coder, 1.0, topic=topic)
    call.claim("silent", "llm", 1.0, topic=None)
    assert told("reviewed_by_dimension")[-1] == ("topic", 5, 1, 2, 1, 1, 20.0)


def test_what_may_be_quoted(call, told):
    for ref, more in (("yes", {}), ("long", {"body_masked": "x" * 99}), ("flagged", {"topic": "oak"})):
        call.story(ref, can_quote=True, **more)
    call.story("no", can_quote=False)
    rows = told("quotable_positive", by="mood", code="good", kept_out="topic", at_most=50)
    assert [row[-1] for row in rows] == ["story-yes"]


def test_a_text_without_leave_is_not_shown(call, told):
    call.story("a")
    call.story("b", can_paraphrase=False)
    rows = told("oldest_events", by="mood")
    assert sorted((row[2], row[3]) for row in rows) == [("story-a", "body of a"), ("story-b", None)]


def test_late_long_missing_and_by_person(call, told):
    call.story("a", contributor_ref="one", body_masked="x" * 10)
    call.story("b", contributor_ref="one", body_masked="x" * 20, topic="oak apple")
    call.story("late", is_after_close=True, topic="pear")
    assert [row[-1] for row in told("late_stories")] == ["story-late"]
    assert told("long_and_short", by="topic", short=15, long=100) == [
        ("short", 1, 1, 10.0, 0.0),
        ("medium", 1, 1, 20.0, 2.0),
    ]
    assert told("without_a_story", by="topic") == [("pear", "fruit", 1)]
    assert told("stories_per_person") == [(2, 1, 2)]
    assert told("weeks_by_channel", since="2026-03-10", until="2026-03-10") == [("2026-W11", "email", 2, 1)]
    assert told("weeks_by_channel", since="2026-03-11") == []


_ANY_CLIENT = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(con.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchone()[0])
print(con.execute("SELECT count(*) FROM stories_by('benefit', 'group')").fetchone()[0] > 100)
print(con.execute("SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL").fetchone()[0])
print(con.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal AND comment IS NULL").fetchone()[0])
print(con.execute("SELECT count(*) FROM duckdb_functions() WHERE NOT internal AND comment IS NULL").fetchone()[0])
"""


def test_another_client_opens_it_beside_ours_with_its_comments(sample, sample_home):
    path = load(sample_home.path).lake.published
    command = [sys.executable, "-c", _ANY_CLIENT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["v1.5.0+", "True", "0", "0", "0"], done.stderr
