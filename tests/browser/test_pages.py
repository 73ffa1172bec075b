"""Every page, as somebody sees it: who sees badly, by night, on a telephone, who follows every link."""

from __future__ import annotations

import pytest

from dashboards.site import ROOMS
from tests.browser.conftest import NARROW, by_axe

pytestmark = pytest.mark.service

# An address; after each > the first link of the page that begins so is followed.
PAGES = [path for _, path, _ in ROOMS]
PAGES += ["/items", "/items > /items/", "/stories?story=nobody", "/jobs", "/account", "/quarantine > /items/"]
PAGES += [
    "/questions > /questions/",
    "/review/pairs",
    "/review/disagreements",
    "/review/agreement",
    "/people?show=decided",
    "/withdraw",
]
PAGES += ["/consent > /consent/", "/consent > /consent/ > /about/", "/consent > /consent/ > /withdraw/"]
STEPS = 40  # of the Tab key; what comes after is more of the same


def go(page, path: str) -> None:
    """To one of PAGES, which must be there."""
    first, *links = path.split(" > ")
    assert page.goto(first).status == 200
    for link in links:
        assert page.goto(page.locator(f"main a[href^='{link}']").first.get_attribute("href")).status == 200


# Where the keyboard is: its place among all elements, and whether one sees it.
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const shown = [at, at.closest('label') ?? at]; // chips hide their box and mark the label
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const marked = shown.map(one => getComputedStyle(one))
    .some(style => parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none');
  return [[...document.querySelectorAll('*')].indexOf(at), inside && marked, at.outerHTML.slice(0, 120)];
}"""


def walk(page) -> None:
    """Down the page by the Tab key, seeing at each step where one is, never going back."""
    places: list[int] = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        place, is_seen, element = page.evaluate(FOCUS)
        if element.startswith("<body"):  # once round
            break
        assert is_seen, element
        assert not places or place > places[-1], f"back to {element}"
        places.append(place)
    assert len(places) > 3


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(served, visit, path):
    page = visit(served)
    go(page, path)
    assert by_axe(page) == []
    walk(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": NARROW, "height": 800})
    assert by_axe(page, "color-contrast", "link-in-text-block", "scrollable-region-focusable") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
