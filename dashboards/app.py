"""The pages, served from the published warehouse. They ask; what changes something is asked of flows (doing.py)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from dashboards import jobs, originals, quarantine_pages, signing, today_pages
from dashboards.access import guard, needs
from dashboards.doing import Refusal
from dashboards.listing import items, stories
from dashboards.overview import overview
from dashboards.rights import consent, held, people, withdrawal
from dashboards.site import Site
from dashboards.take_in import pages as take_in
from warehouse.counts import NoSuchBreakdown
from warehouse.store import NotBuilt

_POLICY = "default-src 'none'; {}; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_OWN_PAGE = "style-src 'self'; script-src 'self'; connect-src 'self'"
HEADERS = {
    "Content-Security-Policy": _POLICY.format(_OWN_PAGE),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser says `Origin: null` of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HERE = Path(__file__).parent
_STYLE = re.compile(r"<style>(.*?)</style>", re.S)


def make_app(site: Site) -> FastAPI:
    """The pages of one home."""
    app = FastAPI(title="neta", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    _tell_failures(app, site)
    guard(app, site.access, partial(_why_not, site), partial(_again, site))
    _dress(app)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    app.include_router(_health(site))
    app.include_router(_reading(site))
    if site.access.accounts:
        app.include_router(signing.router(site))
    if site.doing.originals:
        app.include_router(originals.router(site))
    if site.doing.jobs:
        app.include_router(jobs.router(site))
    if site.doing.consents:
        app.include_router(consent.router(site))
    if site.doing.people:
        app.include_router(people.router(site))
    if site.doing.rights:
        app.include_router(held.router(site))
        app.include_router(withdrawal.router(site))
    if site.doing.take_in:
        app.include_router(take_in.router(site))
    if site.doing.today:
        app.include_router(today_pages.router(site))
    if site.doing.quarantine:
        app.include_router(quarantine_pages.router(site))
    return app


def _reading(site: Site) -> APIRouter:
    """Pages that only show."""
    pages = APIRouter(dependencies=[needs("analyst")])

    @pages.get("/", response_class=HTMLResponse)
    def first(request: Request) -> Response:
        if site.doing.today and request.state.viewer.may("editor") and not site.lake.published.exists():
            return RedirectResponse("/today", 303)  # there are no counts yet; what comes before them is told there
        edition, late = site.shelf.current(), request.query_params.get("include_late") == "yes"
        if late not in edition.kept:
            edition.kept[late] = overview(edition, late)
        return site.page(request, "overview.html", **edition.kept[late])

    @pages.get("/stories", response_class=HTMLResponse)
    def story_list(request: Request) -> HTMLResponse:
        return site.page(request, "stories.html", **stories(site.shelf.current(), dict(request.query_params)))

    @pages.get("/items", response_class=HTMLResponse)
    def item_list(request: Request) -> HTMLResponse:
        return site.page(request, "items.html", **items(site.shelf.current(), dict(request.query_params)))

    @pages.get("/report")
    def report() -> Response:
        return _report(site.lake.reports / "validation.html", "web.no_report")

    @pages.get("/coder")
    def coder() -> Response:
        return _report(site.lake.reports / "coder.html", "web.no_coder_page")

    return pages


def _health(site: Site) -> APIRouter:
    pages = APIRouter()

    @pages.get("/healthz")
    def health() -> JSONResponse:
        """Alive; version: the file on show, or null."""
        version = site.lake.published.resolve().stem if site.lake.published.exists() else None
        return JSONResponse({"status": "ok", "version": version})

    return pages


def _why_not(site: Site, request: Request, status: int, key: str) -> HTMLResponse:
    return site.page(request, "message.html", status, key=key)


def _again(site: Site, request: Request) -> HTMLResponse:
    return site.page(request, "again.html", link=request.url.path)


def _dress(app: FastAPI) -> None:
    @app.middleware("http")  # added last, so it also dresses what the guard refuses
    async def headers(request: Request, call_next: Callable) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _tell_failures(app: FastAPI, site: Site) -> None:
    """What goes wrong is a page too: what, and what to do."""

    @app.exception_handler(NotBuilt)
    def not_built(request: Request, error: NotBuilt) -> HTMLResponse:
        command = f"neta run --home {site.lake.home}"
        return site.page(request, "message.html", 503, key="web.not_built", do="web.not_built_do", command=command)

    @app.exception_handler(NoSuchBreakdown)
    def unknown(request: Request, error: NoSuchBreakdown) -> HTMLResponse:
        return site.page(request, "message.html", 400, key="web.bad_request", detail=str(error))

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> HTMLResponse:
        return site.page(request, "message.html", 400, key="web.refused", detail=str(error))

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> HTMLResponse:
        key = error.detail if site.words.has(error.detail) else "web.no_page"
        return site.page(request, "message.html", error.status_code, key=key)


def _report(file: Path, missing: str) -> HTMLResponse:
    """A report as it lies there; of its inline styles just those in the file are let in, by hash."""
    if not file.exists():
        raise HTTPException(404, missing)
    text = file.read_text(encoding="utf-8")
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in _STYLE.findall(text)]
    allowed = "style-src " + " ".join(f"'sha256-{digest}'" for digest in digests)
    return HTMLResponse(text, headers={"Content-Security-Policy": _POLICY.format(allowed)})
