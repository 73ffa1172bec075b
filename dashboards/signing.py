"""Signing in and out."""

from __future__ import annotations

import math
import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboards.access import Form, address_of, needs
from dashboards.site import Site
from warehouse import audit
from warehouse.accounts import Wait

_INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")  # a browser reads // and /\ as another host


def inside(link: str) -> str:
    """A link within these pages as it is, else the first page."""
    return link if _INSIDE.fullmatch(link) else "/"


def router(site: Site) -> APIRouter:
    pages, access = APIRouter(), site.access

    @pages.get("/signin", response_class=HTMLResponse)
    def asked(request: Request, next: str = "/") -> Response:
        if request.state.viewer.name:
            return RedirectResponse(inside(next), 303)
        return site.page(request, "signin.html", next=inside(next), name="", told=None)

    @pages.post("/signin")
    def sign_in(request: Request, form: Form) -> Response:
        name, link = str(form.get("name", "")), inside(str(form.get("next", "/")))
        try:
            token = access.accounts.sign_in(name, str(form.get("password", "")), address_of(request))
        except Wait as error:
            told = site.words("access.wait", seconds=math.ceil(error.seconds))
            return site.page(request, "signin.html", 429, next=link, name=name, told=told)
        if token is None:
            return site.page(request, "signin.html", 401, next=link, name=name, told=site.words("access.wrong"))
        access.accounts.sign_out(request.state.session)
        who = access.viewer(token).name
        audit.append(site.lake.audit, who, "signed_in", who)
        response = RedirectResponse(link, 303)
        access.give(response, token)
        return response

    @pages.post("/signout", dependencies=[needs("analyst")])
    def sign_out(request: Request, form: Form) -> Response:
        access.accounts.sign_out(request.state.session)
        response = RedirectResponse("/signin", 303)
        response.delete_cookie(access.cookie, secure=access.is_https, httponly=True, samesite="strict", path="/")
        return response

    return pages
