"""Pages of commands that a page started: what runs, what it says, how it ended."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.site import Site


def router(site: Site) -> APIRouter:
    pages, jobs = APIRouter(dependencies=[needs("editor")]), site.doing.jobs

    @pages.post("/build")
    def build(request: Request, form: Form) -> RedirectResponse:
        return started(jobs.start(request.state.viewer.name, "build"))

    @pages.get("/jobs/{job}", response_class=HTMLResponse)
    def one(request: Request, job: str) -> HTMLResponse:
        found = jobs.get(job)
        if found is None:
            raise HTTPException(404)
        return site.page(request, "job.html", job=found)

    return pages


def started(job: str) -> RedirectResponse:
    """To the page that tells how a job goes."""
    return RedirectResponse(f"/jobs/{job}", 303)
