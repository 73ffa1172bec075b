"""Pages of commands that a page started: what runs, what it says, how it ended."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.doing import Job
from dashboards.site import Site

LISTED = 50


def router(site: Site) -> APIRouter:
    pages, jobs = APIRouter(dependencies=[needs("editor")]), site.doing.jobs

    @pages.post("/build")
    def build(request: Request, form: Form) -> RedirectResponse:
        return started(jobs.start(request.state.viewer.name, "build"))

    @pages.get("/jobs", response_class=HTMLResponse)
    def every(request: Request) -> HTMLResponse:
        return site.page(request, "jobs.html", jobs=jobs.recent(LISTED))

    @pages.get("/jobs/{job}", response_class=HTMLResponse)
    def one(request: Request, job: str) -> HTMLResponse:
        found = jobs.get(job)
        if found is None:
            raise HTTPException(404)
        return site.page(request, "job.html", job=found, waits=_waits(found), is_at_home=site.doing.today is not None)

    return pages


def _waits(job: Job) -> bool:
    """Whether it runs and has said nothing: then another neta is at work on this home, or it begins."""
    return job.is_running and not job.lines


def started(job: str) -> RedirectResponse:
    """To the page that tells how a job goes."""
    return RedirectResponse(f"/jobs/{job}", 303)
