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
STEPS = 40  # of the Tab key; what comes after is more of the same


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", NARROW)])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_hangs_over(served, visit, path, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(served, scheme=scheme, width=width)
    assert page.goto(path).status == 200
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# Where the keyboard is: its place among all elements, and whether one sees it.
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [[...document.querySelectorAll('*')].indexOf(at), inside && marked, at.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("path", PAGES)
def test_the_keyboard_goes_down_the_page_and_one_sees_where_it_is(served, visit, path):
    page = visit(served)
    page.goto(path)
    places = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        place, is_seen, element = page.evaluate(FOCUS)
        if element.startswith("<body"):  # once round
            break
        assert is_seen, element
        assert not places or place > places[-1], f"back to {element}"
        places.append(place)
    assert len(places) > 3


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
