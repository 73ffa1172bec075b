"""The pages, served from the published warehouse. They ask; what changes something is asked of flows (doing.py)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from dashboards import jobs, quotes, trends
from dashboards.access import guard, needs
from dashboards.listing import items, stories
from dashboards.overview import overview
from dashboards.site import Site
from warehouse.counts import NoSuchBreakdown
from warehouse.store import NotBuilt

HOSTS = ["127.0.0.1", "localhost"]  # any other name in Host: a foreign site that points its name here
_POLICY = "default-src 'none'; {}; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": _POLICY.format("style-src 'self'"),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
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
    guard(app, site.access)
    _guard(app)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    app.include_router(_reading(site))
    if site.doing.jobs:
        app.include_router(jobs.router(site))
    return app


def _reading(site: Site) -> APIRouter:
    """Pages that only show."""
    pages = APIRouter(dependencies=[needs("analyst")])

    @pages.get("/", response_class=HTMLResponse)
    def first(request: Request) -> HTMLResponse:
        late = request.query_params.get("include_late") == "yes"
        told = site.shelf.current().remembered(("overview", late), lambda e: overview(e, late))
        return site.page(request, "overview.html", **told)

    @pages.get("/trends", response_class=HTMLResponse)
    def over_time(request: Request) -> HTMLResponse:
        asked = dict(request.query_params)
        told = site.shelf.current().remembered(("trends", *sorted(asked.items())), lambda e: trends.page(e, asked))
        return site.page(request, "trends.html", **told)

    @pages.get("/stories", response_class=HTMLResponse)
    def story_list(request: Request) -> HTMLResponse:
        return site.page(request, "stories.html", **stories(site.shelf.current(), dict(request.query_params)))

    @pages.get("/quotes", response_class=HTMLResponse)
    def quotable(request: Request) -> HTMLResponse:
        return site.page(request, "quotes.html", **quotes.page(site.shelf.current(), dict(request.query_params)))

    @pages.get("/items", response_class=HTMLResponse)
    def item_list(request: Request) -> HTMLResponse:
        return site.page(request, "items.html", **items(site.shelf.current(), dict(request.query_params)))

    @pages.get("/report")
    def report() -> Response:
        return _report(site.lake.reports / "validation.html", "web.no_report")

    @pages.get("/coder")
    def coder() -> Response:
        return _report(site.lake.reports / "coder.html", "web.no_coder_page")

    @pages.get("/healthz")
    def health() -> JSONResponse:
        """Alive; version: the file on show, or null."""
        version = site.lake.published.resolve().stem if site.lake.published.exists() else None
        return JSONResponse({"status": "ok", "version": version})

    return pages


def _guard(app: FastAPI) -> None:
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)

    @app.middleware("http")  # added last, so it also dresses what the one above refuses
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
