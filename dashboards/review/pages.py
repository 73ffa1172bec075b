"""Pages of 確認: the next story with its form, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.links import to
from dashboards.review import compared
from dashboards.review.asked import Answer, Choice, Outcome, Question, Sheet
from dashboards.review.frame import framed
from dashboards.review.keys import COMMANDS, key
from dashboards.review.marks import pieces
from dashboards.site import Site

PREFIX = "d_"  # of a field's name, before the dimension's


def router(site: Site) -> APIRouter:
    pages = APIRouter(prefix="/review", dependencies=[needs("editor")])
    compared.add(pages, site)
    reviewing = site.doing.review

    @pages.get("", response_class=HTMLResponse)
    def story(request: Request) -> HTMLResponse:
        edition, who = site.shelf.current(), request.state.viewer.name
        ref = request.query_params.get("story") or reviewing.next(edition, who)
        sheet = reviewing.sheet(edition, who, ref, site.language) if ref else None
        if ref and sheet is None:
            raise HTTPException(404)
        return _page(site, request, sheet)

    @pages.post("/decide")
    def decide(request: Request, form: Form):
        edition, who, answer = site.shelf.current(), request.state.viewer.name, _answer(form)
        if form.get("do") == "skip":
            reviewing.skip(edition, who, answer.ref)
            return RedirectResponse("/review", 303)
        outcome = reviewing.decide(edition, who, answer)
        if outcome.problem == "refused":
            raise HTTPException(400, "web.bad_request")
        if outcome.problem == "missing":
            sheet = reviewing.sheet(edition, who, answer.ref, site.language)
            return _page(site, request, _with(sheet, answer), outcome, status=422)
        return RedirectResponse(after(outcome, "/review", answer.ref), 303)

    @pages.post("/undo")
    def undo(request: Request, form: Form) -> RedirectResponse:
        taken = reviewing.undo(site.shelf.current(), request.state.viewer.name)
        if taken is None:
            return RedirectResponse("/review?told=nothing_to_undo", 303)
        kind, ref = taken
        back = "/review/pairs" if kind in ("same", "apart") else "/review"
        return RedirectResponse(to(back, {"story": ref if back == "/review" else "", "told": "undone"}), 303)

    @pages.post("/note")
    def note(request: Request, form: Form) -> RedirectResponse:
        ref, words = str(form.get("ref", "")), str(form.get("note", "")).strip()
        if words and reviewing.note(site.shelf.current(), request.state.viewer.name, ref, words).problem:
            raise HTTPException(404)
        return RedirectResponse(to("/review", {"story": ref, "told": "noted" if words else ""}), 303)

    return pages


def after(outcome: Outcome, page: str, ref: str) -> str:
    """Where to go on: to the next one, or to the same again where something had changed."""
    if not outcome.problem:
        return page
    return to(page, {"story": "" if outcome.problem == "gone" else ref, "told": outcome.problem})


def _answer(form: FormData) -> Answer:
    codes: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if name.startswith(PREFIX):
            codes.setdefault(name.removeprefix(PREFIX), []).append(str(value))
    head = str(form.get("head", ""))
    if not head.isdecimal():
        raise HTTPException(400, "web.bad_request")
    return Answer(str(form.get("ref")), str(form.get("seen")), int(head), codes, form.get("do") == "second")


def _with(sheet: Sheet, answer: Answer) -> Sheet:
    """The sheet with the codes that were sent, so that nothing has to be chosen twice."""

    def chosen(question: Question) -> Question:
        sent = answer.codes.get(question.name, ())
        return replace(question, choices=tuple(replace(c, is_on=c.code in sent) for c in question.choices))

    return replace(sheet, questions=tuple(map(chosen, sheet.questions)))


def _page(
    site: Site, request: Request, sheet: Sheet | None, outcome: Outcome | None = None, status: int = 200
) -> HTMLResponse:
    missing = outcome.names if outcome else ()
    return site.page(
        request,
        "review.html",
        status,
        sheet=sheet,
        tellings=[(t, pieces(t.body, t.spans)) for t in sheet.tellings] if sheet else [],
        questions=[(q, _keyed(q)) for q in sheet.questions] if sheet else [],
        missing=[q.label for q in sheet.questions if q.name in missing] if sheet else [],
        prefix=PREFIX,
        keys=COMMANDS,
        **framed(site, request),
    )


def _keyed(question: Question) -> list[tuple[str, Choice]]:
    return [(key(place), choice) for place, choice in enumerate(question.choices)]
