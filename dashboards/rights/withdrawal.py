"""Pages /withdraw: what a withdrawal would take and leave, two steps of confirming, and its proof. The author's alone."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.doing import Refusal
from dashboards.edition import Edition
from dashboards.rights.doing import Foretold
from dashboards.rights.held import checked
from dashboards.site import Site
from warehouse.scopes import VERIFIED
from warehouse.store import NotBuilt, ask, question

LONGEST = 500  # characters on how it was made sure


def router(site: Site) -> APIRouter:
    pages, rights = APIRouter(dependencies=[needs("author")]), site.doing.rights

    @pages.get("/withdraw", response_class=HTMLResponse)
    def unfinished(request: Request) -> HTMLResponse:
        return site.page(request, "withdraw_open.html", unfinished=rights.unfinished())

    @pages.get("/withdraw/job/{job}", response_class=HTMLResponse)
    def proof(request: Request, job: str) -> HTMLResponse:
        found = site.doing.jobs.get(job)
        if found is None or found.verb != "forget":
            raise HTTPException(404)
        if not found.is_running:
            _shown(site)
        return site.page(request, "withdraw_job.html", job=found)

    @pages.get("/withdraw/{ref}", response_class=HTMLResponse)
    def before(request: Request, ref: str) -> HTMLResponse:
        site.audit(request, "withdraw", checked(ref))
        found = rights.foretell(ref, "")
        told = {"found": found, "ref": ref, "texts": _texts(site, found), "verified": VERIFIED}
        return site.page(request, "withdraw.html", **told)

    @pages.post("/withdraw/{ref}")
    def go_on(request: Request, ref: str, form: Form) -> Response:
        _must_be_idle(site)
        found = {one.ref: one for one in rights.unfinished()}.get(checked(ref))
        verified_by, why = str(form.get("verified_by", "")), str(form.get("why", "")).strip()[:LONGEST]
        if found and form.get("again"):
            return _started(rights.forget(request.state.viewer.name, ref, VERIFIED[-1], ""))
        if verified_by not in VERIFIED or not why:
            raise Refusal(site.words("withdraw.not_told"))
        if form.get("step") != "last":
            told = {"found": rights.foretell(ref, why), "ref": ref, "verified_by": verified_by, "why": why}
            return site.page(request, "withdraw_sure.html", **told)
        if form.get("understood") != "yes":
            raise Refusal(site.words("withdraw.not_sure"))
        return _started(rights.forget(request.state.viewer.name, ref, verified_by, why))

    return pages


def _must_be_idle(site: Site) -> None:
    """One withdrawal at a time: a second one of the same person would find nobody, and seem to have failed."""
    running = site.doing.jobs.running()
    if running and running.verb == "forget":
        raise Refusal(site.words("withdraw.busy"))


def _started(job: str) -> RedirectResponse:
    return RedirectResponse(f"/withdraw/job/{job}", 303)


def _texts(site: Site, found: Foretold) -> list[dict]:
    """What goes, masked; nothing while there is no warehouse, since a withdrawal was broken off."""
    edition = _shown(site)
    return ask(edition.asking(), question("texts"), {"refs": list(found.refs)}) if edition else []


def _shown(site: Site) -> Edition | None:
    """The edition on show. To ask for it lets go of an older one, which keeps its file on the disk while it is open."""
    try:
        return site.shelf.current()
    except NotBuilt:
        return None
