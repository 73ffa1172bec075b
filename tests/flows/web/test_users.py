"""The page of who may see the pages, and one's own password."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from flows.home import Answers, init
from tests.flows.web.signed import PASSWORD, Browser, app_of
from tests.warehouse.cheap import cheap_hashes
from warehouse import audit
from warehouse.accounts import SHORTEST, Accounts
from warehouse.lake import Lake

OTHER = "another horse battery"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    with cheap_hashes():
        yield


@pytest.fixture
def home(tmp_path) -> Path:
    init(tmp_path / "home", Answers(channels=("pasted",)))
    return tmp_path / "home"


def listed(browser: Browser) -> dict[str, str]:
    """name -> role, as the page has it."""
    page = html.document_fromstring(browser.get("/users").text)
    users = page.xpath("//section[@class='user']")
    return {u.findtext("h2"): u.xpath(".//option[@selected]/@value")[0] for u in users}


def test_the_owner_makes_accounts_and_from_then_on_everybody_signs_in(home):
    app = app_of(home)
    owner = Browser(app)
    answer = owner.post("/users/add", {"name": "田中", "role": "editor", "password": PASSWORD}, owner.csrf("/users"))
    assert answer.status_code == 400 and "最初の一人は著者に" in answer.text
    owner.post("/users/add", {"name": "著者", "role": "author", "password": PASSWORD}, owner.csrf("/users"))
    assert owner.get("/users").headers["location"].startswith("/signin")
    author = Browser(app, "著者")
    author.post("/users/add", {"name": "田中", "role": "editor", "password": PASSWORD})
    assert listed(author) == {"著者": "author", "田中": "editor"}
    assert Browser(app, "田中").get("/users").status_code == 403
    looks = [(look.who, look.what, look.subject) for look in audit.read(Lake(home).audit)]
    assert ("著者", "user_added", "田中") in looks


def test_a_change_holds_for_open_sessions(home):
    app = app_of(home)
    for name, role in (("著者", "author"), ("田中", "editor")):
        app.state.site.access.accounts.add(name, role, PASSWORD)
    author, editor = Browser(app, "著者"), Browser(app, "田中")
    author.post("/users/role", {"name": "田中", "role": "author"})
    assert editor.get("/users").status_code == 200
    author.post("/users/password", {"name": "田中", "password": OTHER})
    assert editor.get("/users").status_code == 303 and editor.sign_in("田中", OTHER).status_code == 303
    author.post("/users/remove", {"name": "田中"})
    assert editor.get("/users").status_code == 303 and listed(author) == {"著者": "author"}
    told = author.post("/users/role", {"name": "著者", "role": "editor"})
    assert told.status_code == 400 and "著者が一人もいなくなります" in told.text


def test_everybody_changes_their_own_password_and_knows_the_old_one(home):
    app = app_of(home)
    for name, role in (("著者", "author"), ("鈴木", "analyst")):
        app.state.site.access.accounts.add(name, role, PASSWORD)
    browser, elsewhere = Browser(app, "鈴木"), Browser(app, "鈴木")
    good = {"old": PASSWORD, "password": OTHER, "again": OTHER}
    short = "x" * (SHORTEST - 1)
    for wrong in ({"old": OTHER}, {"again": PASSWORD}, {"password": short, "again": short}):
        assert browser.post("/account", good | wrong).status_code == 400
    assert browser.post("/account", good).headers["location"] == "/signin"
    assert [b.get("/account").status_code for b in (browser, elsewhere)] == [303, 303]
    assert browser.sign_in("鈴木").status_code == 401 and browser.sign_in("鈴木", OTHER).status_code == 303


@pytest.mark.parametrize("is_open", [True, False])
def test_when_the_last_account_goes_the_pages_stay_shut_where_others_reach_them(home, is_open):
    held = Accounts(Lake(home).accounts)
    held.add("著者", "author", PASSWORD)
    app = app_of(home, "192.0.2.7" if is_open else "127.0.0.1")
    browser = Browser(app, "著者")
    held.remove("著者")
    assert browser.get("/jobs/none").status_code == (303 if is_open else 404)
