"""Pages that lay two things side by side: codings that differ, texts that may be one story, and how far people agree."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form
from dashboards.links import to
from dashboards.review.asked import Answer, Disputed
from dashboards.review.frame import framed
from dashboards.review.keys import PAIR, key
from dashboards.review.marks import pieces, shared
from dashboards.site import Site


def add(pages: APIRouter, site: Site) -> None:
    _disagreements(pages, site)
    _pairs(pages, site)
    _agreement(pages, site)


def _disagreements(pages: APIRouter, site: Site) -> None:
    reviewing = site.doing.review

    @pages.get("/disagreements", response_class=HTMLResponse)
    def disagreements(request: Request) -> HTMLResponse:
        asked = request.query_params.get("story")
        found = reviewing.disputed(site.shelf.current(), asked, site.language)
        if asked and found is None:
            return RedirectResponse("/review/disagreements", 303)
        return site.page(request, "review_disagreements.html", **_disputed(site, request, found))

    @pages.post("/adjudicate")
    def adjudicate(request: Request, form: Form) -> RedirectResponse:
        name = str(form.get("dimension", ""))
        codes = [str(code) for code in form.getlist("code")]
        if form.get("of"):  # one person's coding as it is
            codes = [code for code in str(form["of"]).split(",") if code]
        head = str(form.get("head", ""))
        if not head.isdecimal():
            raise HTTPException(400, "web.bad_request")
        answer = Answer(str(form.get("ref")), str(form.get("seen")), int(head), {name: codes})
        outcome = reviewing.decide(site.shelf.current(), request.state.viewer.name, answer, as_adjudicator=True)
        if outcome.problem in ("refused", "missing"):
            raise HTTPException(400, "web.bad_request")
        told = {"told": outcome.problem} if outcome.problem else {"story": answer.ref}
        return RedirectResponse(to("/review/disagreements", told), 303)


def _disputed(site: Site, request: Request, found: Disputed | None) -> dict:
    return {
        "found": found,
        "tellings": [(t, pieces(t.body, t.spans)) for t in found.tellings] if found else [],
        "letter": key,
        **framed(site, request),
    }


def _pairs(pages: APIRouter, site: Site) -> None:
    reviewing = site.doing.review

    @pages.get("/pairs", response_class=HTMLResponse)
    def pairs(request: Request) -> HTMLResponse:
        edition, who = site.shelf.current(), request.state.viewer.name
        found = reviewing.pair(edition, who)
        both = shared(found.one, found.other, site.words("reviewing.shared")) if found else ([], [])
        return site.page(request, "review_pairs.html", found=found, both=both, keys=PAIR, **framed(site, request))

    @pages.post("/pairs")
    def say(request: Request, form: Form) -> RedirectResponse:
        verdict, ends = str(form.get("do")), [str(form.get(end, "")) for end in ("one", "other")]
        if verdict not in ("same", "apart", "skip"):
            raise HTTPException(400, "web.bad_request")
        outcome = reviewing.say_of_pair(site.shelf.current(), request.state.viewer.name, verdict, *ends)
        return RedirectResponse(to("/review/pairs", {"told": outcome.problem}), 303)


def _agreement(pages: APIRouter, site: Site) -> None:
    reviewing = site.doing.review

    @pages.get("/agreement", response_class=HTMLResponse)
    def agreement(request: Request) -> HTMLResponse:
        edition, who = site.shelf.current(), request.state.viewer.name
        told = reviewing.agreement(edition, who, site.language)
        return site.page(request, "review_agreement.html", agreement=told, who=who, **framed(site, request))

    @pages.post("/again")
    def again(request: Request, form: Form) -> RedirectResponse:
        drawn = reviewing.look_again(site.shelf.current(), request.state.viewer.name)
        return RedirectResponse("/review" if drawn else "/review/agreement", 303)
