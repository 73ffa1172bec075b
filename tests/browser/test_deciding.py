"""Review as it is done: by keys alone, without a script, and two people at it at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.browser.conftest import Served, by_axe, serving
from tests.conftest import neta_here
from warehouse import ledger
from warehouse.lake import Lake

pytestmark = pytest.mark.service

STORIES = 20
PASSWORD = "きのうの残りの鍋と煮卵-7"


@pytest.fixture(scope="module")
def deciding(sample_home, tmp_path_factory) -> Iterator[Served]:
    home = shutil.copytree(sample_home.path, tmp_path_factory.mktemp("decided") / "home", symlinks=True)
    with serving(home) as shown:
        yield shown


def decided(shown: Served) -> dict[str, set[str]]:
    """Who decided codes of which submissions."""
    said: dict[str, set[str]] = {}
    for entry in ledger.read(Lake(shown.home).ledger):
        if entry.kind == "code":
            said.setdefault(entry.who, set()).add(entry.subject)
    return said


def at(page) -> str:
    """The story on show."""
    return page.input_value("#decide input[name=ref]")


def press(page, key: str) -> None:
    """A key that sends something, and the page that comes of it."""
    with page.expect_navigation():
        page.keyboard.press(key)


def confirm_by_keys(page) -> str:
    """What is asked and has no answer yet gets the first; then Enter."""
    story = at(page)
    while page.locator("details.question.asked:not(:has(input:checked))").count():
        if page.locator("details.question.active input:checked").count():
            page.keyboard.press("ArrowDown")
        else:
            page.keyboard.press("1")
    press(page, "Enter")
    return story


def test_twenty_stories_without_touching_the_mouse(deciding, visit):
    page = visit(deciding)
    page.goto("/review")
    seen = [confirm_by_keys(page) for _ in range(STORIES)]
    assert len(set(seen)) == STORIES
    (said,) = decided(deciding).values()
    assert len(said) == STORIES


def test_skip_note_undo_and_second_coder_have_keys(deciding, visit):
    page = visit(deciding)
    page.goto("/review")
    before, first = decided(deciding), at(page)
    press(page, "s")
    second = at(page)
    assert second != first, "skipped"
    page.keyboard.press("n")
    page.keyboard.type("あとで本人に聞く")
    page.keyboard.press("Tab")
    press(page, "Enter")
    assert at(page) == second and "あとで本人に聞く" in page.inner_text("main")
    assert confirm_by_keys(page) == second
    assert at(page) != second
    press(page, "z")
    assert at(page) == second, "what was decided last is there again"
    press(page, "d")
    assert at(page) not in (first, second)
    kinds = [entry.kind for entry in ledger.read(Lake(deciding.home).ledger)]
    assert "second" in kinds and "note" in kinds
    assert sum(map(len, decided(deciding).values())) > sum(map(len, before.values()))


def test_twenty_stories_without_a_script(deciding, visit):
    page = visit(deciding, javascript=False)
    page.goto("/review")
    before = set().union(*decided(deciding).values())
    for _ in range(STORIES):
        for question in page.locator("details.question.asked:not(:has(input:checked))").all():
            question.locator("label").first.click()
        with page.expect_navigation():
            page.click("#decide button[value=confirm]")
    assert len(set().union(*decided(deciding).values()) - before) == STORIES


def test_two_accounts_are_one_person_by_a_key_or_by_a_form(deciding, visit):
    page = visit(deciding)
    page.goto("/people")
    press(page, "s")
    press(page, "a")
    plain = visit(deciding, javascript=False)
    plain.goto("/people")
    plain.click("form.verdict button[value=same] >> nth=0")
    kinds = [entry.kind for entry in ledger.read(Lake(deciding.home).ledger)]
    assert kinds[-3:] == ["same_person", "other_person", "same_person"]


@pytest.fixture(scope="module")
def two_people(sample_home, tmp_path_factory) -> Iterator[Served]:
    """The pages of a home with two accounts: nobody sees anything before signing in."""
    home = shutil.copytree(sample_home.path, tmp_path_factory.mktemp("two") / "home", symlinks=True)
    for name, role in (("haruka", "author"), ("sota", "editor")):
        added = neta_here("user", "add", name, "--role", role, "--home", home, stdin=PASSWORD + "\n")
        assert added.exit_code == 0, added.output
    with serving(home) as shown:
        yield shown


def sign_in(page, name: str) -> None:
    page.goto("/review")
    assert "/signin" in page.url and by_axe(page) == []
    page.keyboard.type(name)  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")


def test_two_at_once_never_get_the_same_story_and_nothing_is_lost(two_people, visit):
    one, other = visit(two_people), visit(two_people)
    sign_in(one, "haruka")
    sign_in(other, "sota")
    seen = {"haruka": set(), "sota": set()}
    for _ in range(STORIES // 2):
        assert at(one) != at(other)
        seen["haruka"].add(confirm_by_keys(one))
        seen["sota"].add(confirm_by_keys(other))
    assert not seen["haruka"] & seen["sota"]
    one.goto("/users")
    assert by_axe(one) == [] and one.locator("section.user").count() == 2
    said = decided(two_people)
    assert {who: len(subjects) for who, subjects in said.items()} == {"haruka": STORIES // 2, "sota": STORIES // 2}
    assert not said["haruka"] & said["sota"]
