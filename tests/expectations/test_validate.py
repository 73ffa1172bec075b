"""The engine: batches join, ids may repeat, nothing is printed, and no cell's value comes out."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from expectations.rules import BETWEEN, GIVEN, Rule
from expectations.validate import SuiteError, validate

SMALL = Rule("small", BETWEEN, {"column": "n", "max_value": 9}, "critical")
POSITIVE = Rule("positive", BETWEEN, {"column": "n", "min_value": 1}, "warning")
NAMED = Rule("named", GIVEN, {"column": "name"}, "critical")
SUITE = (SMALL, POSITIVE, NAMED)


def frame(*rows: tuple[str | None, int, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "n", "name"], index=range(50, 50 + len(rows)))


def test_results_come_in_suite_order_with_rows_and_ids():
    validation = validate(frame(("a", 3, "い"), ("b", 10, "ろ"), ("c", 0, None), ("d", 11, None)), SUITE, "id")
    told = [(r.rule.name, r.checked, r.failed, r.failed_rows, r.failed_ids) for r in validation.results]
    assert told == [
        ("small", 4, 2, (1, 3), ("b", "d")),
        ("positive", 4, 1, (2,), ("c",)),
        ("named", 4, 2, (2, 3), ("c", "d")),
    ]


def test_a_row_is_set_aside_by_the_first_critical_rule_of_the_suite():
    rows = frame(("a", 3, "い"), ("b", 10, None), ("c", 0, "は"))
    assert validate(rows, SUITE, "id").set_aside == {"b": "small"}
    assert validate(rows, SUITE[::-1], "id").set_aside == {"b": "named"}


def test_where_ids_repeat_the_row_number_tells_which():
    validation = validate(frame(("a", 3, "い"), ("a", 10, "い"), (None, 3, None)), SUITE, "id")
    assert validation.set_aside_rows == {1: "small", 2: "named"}


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 7])
def test_batches_give_what_one_batch_gives(batch_rows):
    rows = frame(*((f"id{i}", i * 5 % 13, None if i % 3 else "い") for i in range(7)))
    assert validate(rows, SUITE, "id", batch_rows=batch_rows) == validate(rows, SUITE, "id")


def test_a_missing_value_is_not_counted_as_checked_unless_it_fails():
    rows = pd.DataFrame({"id": ["a", "b"], "n": [3, None], "name": [None, "い"]})
    small, _, named = validate(rows, SUITE, "id").results
    assert (small.checked, small.failed) == (1, 0)
    assert (named.checked, named.failed) == (2, 1)


def test_the_frame_is_left_as_it_was():
    rows = frame(("a", 3, "い"), ("b", 10, None))
    before = rows.copy(deep=True)
    validate(rows, SUITE, "id", batch_rows=1)
    pd.testing.assert_frame_equal(rows, before)


def test_nothing_is_printed(capfd):
    validate(frame(("a", 3, "い"), ("b", 10, None)), SUITE, "id")
    assert capfd.readouterr() == ("", "")


def test_a_rule_that_cannot_be_applied_is_told_without_the_cells(capfd):
    rows = pd.DataFrame({"id": ["a"], "n": ["token-5d1f"], "name": ["い"]})
    with pytest.raises(SuiteError) as told:
        validate(rows, SUITE, "id")
    assert (told.value.problem, told.value.rule, told.value.detail) == ("rule_not_applicable", "small", "n (str)")
    assert "token-5d1f" not in str(told.value) + "".join(capfd.readouterr())


def test_an_empty_frame_has_nothing_checked_and_great_expectations_stays_out():
    script = """
import sys
import expectations.suites, expectations.report
from expectations.validate import validate
assert not {"pandas", "great_expectations"} & set(sys.modules), "heavy import at module level"
import pandas as pd
suite = expectations.suites.story()
found = validate(pd.DataFrame({"story_id": [], "first_told_at": [], "member_count": []}), suite, "story_id")
assert found.checked == 0 and found.set_aside == {}
assert [(r.rule, r.checked, r.failed) for r in found.results] == [(rule, 0, 0) for rule in suite]
assert "great_expectations" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
