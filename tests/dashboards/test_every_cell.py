"""On a generated call: every number of the pages is what the rows say, counted again in Python, and what its list says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

import pytest

from dashboards.links import to
from tests.bench import calls
from tests.dashboards.conftest import Visitor
from tests.dashboards.covering import covering
from tests.dashboards.looks import looks
from tests.dashboards.recount import Recount
from tests.dashboards.test_numbers import charted_numbers, linked_numbers, listed
from warehouse.lake import Lake

FIRST_PAGE = ("/", "/?include_late=yes")


@pytest.mark.parametrize(
    "stories, least, step",
    [pytest.param(400, 3, 60, id="few"), pytest.param(5_000, 5, 1, id="all", marks=pytest.mark.slow)],
)
def test_every_number_is_what_the_rows_say_and_what_its_list_says(tmp_path, stories, least, step):
    """few: every 60th look and number; the whole, with 5,000 stories, takes minutes (`make test-all`)."""
    visitor, told = Visitor(tmp_path), calls.inputs(stories)
    calls.publish(Lake(tmp_path), told)
    recount = Recount(told, calls.ZONE)
    queries = islice(looks(told, recount, least), 0, None, step)
    pages = [*FIRST_PAGE, *(to("/trends", query) for query in queries)]
    numbers = {number for page in pages for number in _numbers(visitor, page)}
    wrong = [(n, unit, link, recount.count(link, unit)) for n, unit, link in numbers if recount.count(link, unit) != n]
    assert wrong == []
    followed = sorted(numbers)[::step]
    unlike = [number for number in followed if listed(visitor.see(number[2]), number[1]) != number[0]]
    assert unlike == []
    assert len(followed) > (5_000 if step == 1 else 10)


def _numbers(visitor: Visitor, link: str) -> Iterator[tuple[int, str, str]]:
    """(number, unit, link) of every number of a page, bars included."""
    page = visitor.see(link)
    unit = "person_count" if "unit=person" in link else "story_count"
    return [*linked_numbers(page), *((n, unit, behind) for n, behind in charted_numbers(page))]


def test_any_two_values_stand_together_in_one_choice():
    values = {"a": ["1", "2"], "b": ["1", "2", "3"], "c": ["1"], "d": ["1", "2"]}
    choices = list(covering(values, lambda choice: len(choice) < 4))
    together = {pair for choice in choices for pair in combinations(choice.items(), 2)}
    together |= {(other, one) for one, other in together}
    assert together >= {((a, x), (b, y)) for a, b in combinations(values, 2) for x in values[a] for y in values[b]}
    assert max(map(len, choices)) == 3 and len(choices) < 23, "fewer than pairs"
