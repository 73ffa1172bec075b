"""Page /about: all that is held of a person, to be read and to be handed to them. Each look is written down."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.site import Site

REF = re.compile(r"[sp][0-9a-f]{20}")  # of a submission or of a contributor: what a page may name somebody by


def checked(ref: str) -> str:
    """A ref as it is, if it is one."""
    if not REF.fullmatch(ref):
        raise HTTPException(404, "consents.no_such")
    return ref


def router(site: Site) -> APIRouter:
    pages, rights = APIRouter(dependencies=[needs("editor")]), site.doing.rights

    @pages.get("/about/{ref}", response_class=HTMLResponse)
    def read(request: Request, ref: str) -> HTMLResponse:
        site.audit(request, "about", checked(ref))
        return site.page(request, "held.html", held=rights.about(request.state.viewer.name, ref), ref=ref)

    @pages.post("/about/{ref}")
    def save(request: Request, ref: str, form: Form) -> Response:
        site.audit(request, "about", checked(ref))
        who = request.state.viewer.name
        name, page = rights.hand_out(who, rights.about(who, ref))
        return HTMLResponse(page, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return pages
