"""On a generated call: every number of the pages is what the rows say, counted again in Python, and what its list says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa
import pytest

from dashboards.filters import parse
from dashboards.links import to
from tests.bench import calls
from tests.dashboards.conftest import Visitor
from tests.dashboards.covering import covering
from tests.dashboards.looks import filters_of, looks
from tests.dashboards.recount import Recount
from tests.dashboards.test_numbers import charted_numbers, linked_numbers, listed
from warehouse import store, trends
from warehouse.lake import Lake
from warehouse.words import Words

Number = tuple[int, str, str]  # how many, of what, the link to them


@dataclass(frozen=True)
class Made:
    """A generated call on show, and its rows."""

    visitor: Visitor
    lake: Lake
    rows: Mapping[str, pa.Table]
    recount: Recount

    def numbers(self, link: str) -> list[Number]:
        """Every number of a page, bars included."""
        page = self.visitor.see(link)
        unit = "person_count" if "unit=person" in link else "story_count"
        return [*linked_numbers(page), *((n, unit, behind) for n, behind in charted_numbers(page))]

    def miscounted(self, numbers: Iterable[Number]) -> list[tuple[Number, int]]:
        counted = ((number, self.recount.count(number[2], number[1])) for number in numbers)
        return [(number, n) for number, n in counted if number[0] != n]


def made(home: Path, stories: int) -> Made:
    rows = calls.inputs(stories)
    calls.publish(Lake(home), rows)
    return Made(Visitor(home), Lake(home), rows, Recount(rows, calls.ZONE))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Made:
    return made(tmp_path_factory.mktemp("small"), 400)


def test_every_filter_chooses_what_the_rows_say(small):
    """Any two filters together, each in stories, people and reviewed stories."""
    links = {to("/stories", filters_of(look)) for look in looks(small.rows, small.recount, 3)}
    with store.reading(small.lake, calls.ZONE) as con:
        for link in sorted(links):
            asked = parse("/stories", dict(parse_qsl(urlsplit(link).query)))
            with trends.chosen(con, asked.wanted, asked.include_late, Words("ja")) as chosen:
                told = chosen.totals()
            assert told == {unit: small.recount.count(link, unit) for unit in told}, link
    assert len(links) > 100


@pytest.mark.parametrize("page", ["/?include_late=yes", "/trends?by=channel&period=week", "/trends?unit=person"])
def test_every_number_is_what_the_rows_say(small, page):
    numbers = small.numbers(page)
    assert small.miscounted(numbers) == [] and len(numbers) > 120


@pytest.mark.slow
def test_on_5000_stories_every_number_is_what_the_rows_and_its_list_say(tmp_path):
    """Under any two filters and views; takes minutes (`make test-all`)."""
    large = made(tmp_path, 5_000)
    pages = ["/", "/?include_late=yes", *(to("/trends", look) for look in looks(large.rows, large.recount, 3))]
    numbers = {number for page in pages for number in large.numbers(page)}
    assert large.miscounted(numbers) == []
    unlike = [number for number in numbers if listed(large.visitor.see(number[2]), number[1]) != number[0]]
    assert unlike == [] and len(numbers) > 4_000


def test_any_two_values_stand_together_in_one_choice():
    values = {"a": ["1", "2"], "b": ["1", "2", "3"], "c": ["1"], "d": ["1", "2"]}
    choices = list(covering(values, lambda choice: len(choice) < 4))
    together = {pair for choice in choices for pair in combinations(choice.items(), 2)}
    together |= {(other, one) for one, other in together}
    assert together >= {((a, x), (b, y)) for a, b in combinations(values, 2) for x in values[a] for y in values[b]}
    assert max(map(len, choices)) == 3 and len(choices) < 23, "fewer than pairs"
