"""The author's page of who may see the pages, and everybody's own page with their password."""

from __future__ import annotations

import math
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboards.access import ROLES, Form, address_of, needs
from dashboards.site import Site
from warehouse.accounts import SHORTEST, Unfit, Wait


def router(site: Site) -> APIRouter:
    pages = APIRouter()
    pages.include_router(_everybodys(site))
    pages.include_router(_authors(site))
    return pages


def _authors(site: Site) -> APIRouter:
    pages, held = APIRouter(dependencies=[needs("author")]), site.access.accounts

    @pages.get("/users", response_class=HTMLResponse)
    def everybody(request: Request) -> HTMLResponse:
        return _list(site, request, told=None)

    def change(path: str, what: str, do: Callable[[str, str, str], None]) -> None:
        """A form with name, role and password, as far as it has them."""

        @pages.post(path, name=what)
        def changed(request: Request, form: Form) -> Response:
            name, role, password = (str(form.get(field, "")) for field in ("name", "role", "password"))
            try:
                do(name, role if role in ROLES else ROLES[0], password)
            except Unfit as error:
                told = site.words(f"access.{error.key}", name=name, n=SHORTEST)
                return _list(site, request, told, 400)
            site.audit(request, what, name)
            return RedirectResponse("/users", 303)

    change("/users/add", "user_added", held.add)
    change("/users/role", "user_role", lambda name, role, _: held.set_role(name, role))
    change("/users/password", "user_password", lambda name, _, password: held.set_password(name, password))
    change("/users/remove", "user_removed", lambda name, _, __: held.remove(name))
    return pages


def _list(site: Site, request: Request, told: str | None, status: int = 200) -> HTMLResponse:
    found = site.access.accounts.all()
    return site.page(request, "users.html", status, users=found, roles=ROLES, shortest=SHORTEST, told=told)


def _everybodys(site: Site) -> APIRouter:
    """One's own password; with it every session ends, this one too."""
    pages, held = APIRouter(dependencies=[needs("analyst")]), site.access.accounts

    def own(request: Request, key: str | None, status: int = 200, **fill: object) -> HTMLResponse:
        told = key and site.words(f"access.{key}", n=SHORTEST, **fill)
        return site.page(request, "account.html", status, shortest=SHORTEST, told=told)

    @pages.get("/account", response_class=HTMLResponse)
    def account(request: Request) -> Response:
        return own(request, None) if request.state.viewer.signed_in else RedirectResponse("/", 303)

    @pages.post("/account")
    def password(request: Request, form: Form) -> Response:
        name, new = request.state.viewer.name, str(form.get("password", ""))
        if new != str(form.get("again", "")):
            return own(request, "differ", 400)
        try:
            proof = held.sign_in(name, str(form.get("old", "")), address_of(request))  # so guesses are slowed here too
            if proof is None:
                return own(request, "wrong_old", 400)
            held.sign_out(proof)
            held.set_password(name, new)
        except Wait as error:
            return own(request, "wait", 429, seconds=math.ceil(error.seconds))
        except Unfit as error:
            return own(request, error.key, 400)
        site.audit(request, "user_password", name)
        return RedirectResponse("/signin", 303)

    return pages
