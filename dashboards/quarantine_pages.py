"""保留: what could not be read or used, with its reason in plain words, and a retry once it was mended."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.doing import HeldItem, HeldSource
from dashboards.jobs import started
from dashboards.site import Site
from warehouse.words import Words


def router(site: Site) -> APIRouter:
    pages = APIRouter(prefix="/quarantine", dependencies=[needs("editor")])
    asked, jobs = site.doing.quarantine, site.doing.jobs

    @pages.get("", response_class=HTMLResponse)
    def every(request: Request) -> HTMLResponse:
        held, let_go = asked.held(site.con()), asked.let_go()
        if held or let_go:  # names of files stand there, and a file may be named after a person
            site.audit(request, "quarantine", "")
        shown = {"held": held, "let_go": let_go, "why": lambda item: reason(site.words, item)}
        count = sum(not item.is_mended for source in held for item in source.items)
        return site.page(request, "quarantine/every.html", count=count, **shown)

    @pages.post("/retry")
    def retry(request: Request, form: Form) -> RedirectResponse:
        refs = _chosen(form, asked.held(site.con()))
        return started(jobs.start(request.state.viewer.name, "retry", *_who(request), *refs))

    @pages.post("/put-back")
    def put_back(request: Request, form: Form) -> RedirectResponse:
        refs = _chosen(form, asked.let_go())
        if not refs:
            raise HTTPException(400, "quarantine.no_item")
        return started(jobs.start(request.state.viewer.name, "retry", "--undo", *_who(request), *refs))

    return pages


def _who(request: Request) -> tuple[str, str]:
    return "--who", request.state.viewer.name


def _chosen(form: Form, sources: list[HeldSource]) -> list[str]:
    """The sources that were named, of those that there are; none named: all of them, which `neta retry` takes so."""
    return sorted({str(ref) for ref in form.getlist("source")} & {source.ref for source in sources})


def reason(words: Words, item: HeldItem) -> list[str]:
    """Why an item is held and what to do, in plain words."""
    if words.has(f"problem.{item.detail}"):
        return [words(f"problem.{item.detail}")]
    if words.has(f"rule.{item.detail}"):
        return [words(f"rule.{item.detail}{part}") for part in ("", "_why", "_do")]
    return [words(f"reason.{item.reason}"), words("quarantine.unknown_do")]
