"""Which role each address takes at least, all of them; everybody below is turned away, whoever has not signed in is asked to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from dashboards.access import ANYONE, ROLES
from tests.flows.web.signed import PEOPLE, Browser, app_of, with_accounts
from tests.warehouse.cheap import cheap_hashes

LEAST = {
    "GET /signin": ANYONE,
    "POST /signin": ANYONE,
    "GET /healthz": ANYONE,
    "GET /static/japanese.otf": ANYONE,  # a font
    "POST /signout": "analyst",
    "GET /": "analyst",
    "GET /stories": "analyst",
    "GET /items": "analyst",
    "GET /trends": "analyst",
    "GET /quotes": "analyst",
    "GET /questions": "analyst",
    "GET /questions/{name}": "analyst",
    "GET /take/{name}.{kind}": "analyst",
    "GET /trends/{part}.{kind}": "analyst",
    "GET /questions/{name}.{kind}": "analyst",
    "GET /quality": "analyst",
    "GET /report": "analyst",
    "GET /coder": "analyst",
    "GET /account": "analyst",
    "POST /account": "analyst",
    "GET /items/{raw_id}": "editor",
    "POST /build": "editor",
    "GET /jobs": "editor",
    "GET /jobs/{job}": "editor",
    "GET /today": "editor",
    "GET /take-in": "editor",
    "POST /take-in/upload": "editor",
    "POST /take-in/paste": "editor",
    "GET /take-in/{upload}": "editor",
    "POST /take-in/{upload}/channel": "editor",
    "POST /take-in/{upload}/land": "editor",
    "POST /take-in/{upload}/cancel": "editor",
    "GET /quarantine": "editor",
    "POST /quarantine/retry": "editor",
    "POST /quarantine/put-back": "editor",
    "GET /review": "editor",
    "POST /review/decide": "editor",
    "POST /review/undo": "editor",
    "POST /review/note": "editor",
    "GET /review/pairs": "editor",
    "POST /review/pairs": "editor",
    "GET /review/agreement": "editor",
    "POST /review/again": "editor",
    "GET /review/disagreements": "editor",
    "POST /review/adjudicate": "editor",
    "POST /quotes/used": "editor",
    "GET /consent": "editor",
    "GET /consent/{ref}": "editor",
    "POST /consent/{ref}": "editor",
    "GET /people": "editor",
    "POST /people": "editor",
    "GET /about/{ref}": "editor",
    "POST /about/{ref}": "editor",
    "GET /withdraw": "author",
    "GET /withdraw/job/{job}": "author",
    "GET /withdraw/{ref}": "author",
    "POST /withdraw/{ref}": "author",
    "GET /users": "author",
    "POST /users/add": "author",
    "POST /users/role": "author",
    "POST /users/password": "author",
    "POST /users/remove": "author",
}
LEFT_OPEN = {"/static"}  # no data in it
BELOW = [(route, role) for route, least in LEAST.items() for role in ROLES if least in ROLES[ROLES.index(role) + 1 :]]
FORMS = [(route, role) for route, role in LEAST.items() if route.startswith("POST")]


@pytest.fixture(scope="module", autouse=True)
def cheap():
    with cheap_hashes():
        yield


@pytest.fixture(scope="module")
def app(sample_home, tmp_path_factory):
    return app_of(with_accounts(sample_home.path, tmp_path_factory.mktemp("roles") / "home"))


@pytest.fixture(scope="module")
def by_role(app) -> dict[str, Browser]:
    return {role: Browser(app, name) for role, name in PEOPLE.items()}


def asked(browser: Browser, route: str, **more):
    """The answer to a route, any id in its address being one that nothing has."""
    method, path = route.split(" ")
    return browser.client.request(method, re.sub(r"\{[^}]*\}", "x", path), **more)


def every_route(app) -> list[str]:
    """METHOD and path of each, with the routers' prefixes."""
    return [f"{method.upper()} {path}" for path, found in app.openapi()["paths"].items() for method in found]


def those_behind(routes) -> Iterator[object]:
    """Every route, also those of routers that were hung on."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from those_behind(inner.routes) if inner else [route]


def test_every_route_is_in_the_table(app):
    """Add a new route to LEAST, with the least role that needs it: whoever is below is turned away from then on."""
    assert set(every_route(app)) == set(LEAST)
    behind = list(those_behind(app.routes))
    assert {route.path for route in behind if isinstance(route, Mount)} == LEFT_OPEN
    rest = [route for route in behind if not isinstance(route, Mount)]
    assert all(isinstance(route, APIRoute) for route in rest)
    assert sum(len(route.methods) for route in rest) == len(LEAST)  # none is hidden from every_route
    assert len(BELOW) >= 3 and len(FORMS) >= 3


@pytest.mark.parametrize(("route", "role"), BELOW)
def test_who_has_less_is_turned_away(by_role, route, role):
    browser = by_role[role]
    form = {"data": {"csrf": browser.csrf()}} if route.startswith("POST") else {}
    answer = asked(browser, route, **form)
    assert answer.status_code == 403 and "権限がありません" in answer.text


@pytest.mark.parametrize("route", LEAST)
def test_who_has_not_signed_in_is_asked_to(app, route):
    browser = Browser(app)
    form = {"data": {"csrf": browser.csrf()}} if route.startswith("POST") else {}
    answer = asked(browser, route, **form)
    if LEAST[route] == ANYONE:
        assert answer.status_code in (200, 401)
    else:
        assert answer.status_code == 303 and answer.headers["location"].startswith("/signin")


@pytest.mark.parametrize("route", [route for route in LEAST if route.startswith("GET")])
def test_who_has_enough_is_let_in(by_role, route):
    for role in ROLES:
        if LEAST[route] in (ANYONE, *ROLES[: ROLES.index(role) + 1]):
            assert asked(by_role[role], route).status_code in (200, 303, 400, 404), role


@pytest.mark.parametrize(("route", "least"), FORMS)
def test_nothing_is_done_without_a_form_of_ours(app, by_role, route, least):
    """Of no form, another session's, or one that was read before signing in."""
    browser = Browser(app) if least == ANYONE else by_role["author"]
    other = by_role["editor"].csrf() if least != ANYONE else Browser(app).csrf()
    file = (
        {"files": {"file": ("a.csv", b"a")}} if route == "POST /take-in/upload" else {}
    )  # the one form that is streamed
    for token in ("", "x", other, Browser(app).csrf(), "\u3042"):
        answer = asked(browser, route, data={"csrf": token}, **file)
        assert answer.status_code == 403 and "確かめられませんでした" in answer.text, token
    assert asked(browser, route, **file).status_code == 403


def test_a_role_that_changes_holds_at_once(app, sample_home):
    browser = Browser(app, PEOPLE["editor"])
    held = app.state.site.access.accounts
    held.set_role(PEOPLE["editor"], "analyst")
    try:
        assert browser.get("/jobs/x").status_code == 403
    finally:
        held.set_role(PEOPLE["editor"], "editor")
    assert browser.get("/jobs/x").status_code == 404
