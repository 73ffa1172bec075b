"""Page /quotes, the part that decides: a story stands in the book already, or does not after all."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from dashboards.access import CSRF, Form, needs
from dashboards.links import to
from dashboards.site import Site

_OWN = (CSRF, "ref", "where", "undo")  # fields of the form; the rest is what the page was asked, to come back to


def router(site: Site) -> APIRouter:
    pages, used = APIRouter(dependencies=[needs("editor")]), site.doing.used

    @pages.post("/quotes/used")
    def say(request: Request, form: Form) -> RedirectResponse:
        who, story, where = request.state.viewer.name, str(form.get("ref", "")), str(form.get("where", ""))
        if form.get("undo"):
            used.take_back(who, story)
        else:
            used.record(who, story, where)
        asked = {name: str(value) for name, value in form.items() if name not in _OWN}
        return RedirectResponse(to("/quotes", {**asked, "undone" if form.get("undo") else "done": story}), 303)

    return pages
