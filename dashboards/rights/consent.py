"""Pages /consent: who allows what, by which message, what is still to be asked; and new words of theirs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.links import to
from dashboards.listing import number_of
from dashboards.rights import allowed
from dashboards.site import Site


def router(site: Site) -> APIRouter:
    pages, consents = APIRouter(dependencies=[needs("editor")]), site.doing.consents

    @pages.get("/consent", response_class=HTMLResponse)
    def everybody(request: Request) -> HTMLResponse:
        edition = site.shelf.current()
        said = consents.said(edition.asking())
        return site.page(request, "consent.html", **allowed.everybody(edition, said, dict(request.query_params)))

    def teller(ref: str) -> allowed.Teller:
        edition = site.shelf.current()
        found = allowed.teller(edition, consents.said(edition.asking()), ref)
        if found is None:
            raise HTTPException(404, "consents.no_such")
        return found

    @pages.get("/consent/{ref}", response_class=HTMLResponse)
    def one(request: Request, ref: str) -> HTMLResponse:
        found = teller(ref)
        site.audit(request, "consent", ref)
        saved = number_of(request.query_params.get("saved", ""))
        return site.page(request, "consent_of.html", teller=found, saved=saved)

    @pages.post("/consent/{ref}")
    def say(request: Request, ref: str, form: Form) -> Response:
        found = teller(ref)
        target, word = allowed.word_of(form, found, site.words)
        if "count" in word.withdraw and form.get("sure") != "yes":
            loss = allowed.lost(site.shelf.current(), target)
            if loss.lost or loss.changed:
                told = {"word": word, "target": target, "loss": loss, "teller": found}
                return site.page(request, "consent_sure.html", **told)
        saved = consents.record(request.state.viewer.name, target, word)
        return RedirectResponse(to(f"/consent/{ref}", {"saved": saved}), 303)

    return pages
