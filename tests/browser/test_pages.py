"""Every page, as somebody sees it: who sees badly, by night, on a telephone, who follows every link."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from dashboards.site import ROOMS
from tests.browser.conftest import NARROW, WIDE

pytestmark = pytest.mark.service

PAGES = [path for _, path, _ in ROOMS] + ["/items", "/stories?reviewed=no&kind=any", "/stories?story=nobody"]
ALIKE = 4  # links that differ in values only: as many of them are followed


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", NARROW)])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_hangs_over(served, visit, path, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(served, scheme=scheme, width=width)
    assert page.goto(path).status == 200
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_of_every_page_leads_somewhere(served, visit):
    page = visit(served)
    shapes = defaultdict(set)
    for path in PAGES:
        page.goto(path)
        for link in page.eval_on_selector_all("[href]", "all => all.map(one => one.getAttribute('href'))"):
            address = urlsplit(urljoin(page.url, link))
            shapes[address.path, frozenset(parse_qs(address.query))].add(address._replace(fragment="").geturl())
    followed = [link for links in shapes.values() for link in sorted(links)[:ALIKE]]
    assert len(followed) > 40
    assert {link: answer for link in followed if (answer := page.request.get(link).status) != 200} == {}
