"""A call of 5,000 generated stories in a real browser: all pages of the bar, those that choose stories in ten ways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from dashboards.links import to
from dashboards.site import ROOMS
from flows.home import Answers, init
from tests.bench import calls
from tests.browser.conftest import Served, by_axe, serving
from tests.browser.test_letters import TOFU
from tests.dashboards.looks import filters_of, looks
from tests.dashboards.recount import Recount
from warehouse.lake import Lake

pytestmark = [pytest.mark.service, pytest.mark.slow]

CHOOSING = ("/trends", "/stories", "/quotes")  # pages that are asked for some of the stories
STORIES, WAYS = 5_000, 10


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Iterator[tuple[Served, list[dict[str, str]]]]:
    """Its pages, and the ways to look at them."""
    home = tmp_path_factory.mktemp("large") / "home"
    init(home, Answers(channels=tuple(calls.CHANNELS)))
    told = calls.inputs(STORIES)
    calls.publish(Lake(home), told)
    every = list(looks(told, Recount(told, calls.ZONE), 5))
    with serving(home) as shown:
        yield shown, list(islice(every, 0, None, -(-len(every) // WAYS)))


def addresses(ways: list[dict[str, str]]) -> Iterator[str]:
    yield from (path for _, path, _ in ROOMS)
    yield "/?include_late=yes"
    for way in ways:
        yield from (to(path, way if path == "/trends" else filters_of(way)) for path in CHOOSING)


def test_no_look_at_a_large_call_shows_a_fault(large, visit):
    """Requests that leave, and what the console says, fail in `visit`."""
    shown, ways = large
    page = visit(shown)
    found = []
    for link in dict.fromkeys(addresses(ways)):
        assert page.goto(link).status == 200, link
        found += [(link, fault) for fault in by_axe(page)]
        found += [(link, "not drawn", lost) for lost in page.evaluate(TOFU)]
    assert found == []
