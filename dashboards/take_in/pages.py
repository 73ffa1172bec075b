"""The pages of taking in: a file or a text, then its channel, then its conversations, then what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from dashboards.access import Form, needs
from dashboards.doing import Job
from dashboards.site import Site
from dashboards.take_in.asked import Pasted, Refusal, Upload
from dashboards.take_in.streamed import hear_out, receive

TEXT = 3_000_000  # bytes of a form with a text that was pasted
# How to order each export: its pictures, one a step; the words are words.toml [how_to_order].
GUIDES = {
    "facebook_messenger": ("menu", "choose", "format", "mail", "drop"),
    "x_dm": ("menu", "mail", "drop"),
    "line": ("chat", "menu", "drop"),
    "note": ("paste",),
    "form": ("menu", "drop"),
    "email": ("choose", "drop"),
    "instagram": ("menu", "format", "mail", "drop"),
    "linkedin": ("menu", "mail", "drop"),
}


def _known(request: Request, upload: str) -> Upload:
    found = request.app.state.site.doing.take_in.get(upload)
    if found is None:
        raise HTTPException(404, "take_in.gone")
    return found


Known = Annotated[Upload, Depends(_known)]  # the type of a route's upload


def router(site: Site) -> APIRouter:
    pages, ask = APIRouter(prefix="/take-in", dependencies=[needs("editor")]), site.doing.take_in

    @pages.get("", response_class=HTMLResponse)
    def first(request: Request) -> HTMLResponse:
        return _first(site, request)

    @pages.post("/upload")
    async def upload(request: Request) -> Response:
        who, made = request.state.viewer.name, []

        def begin(expected: int | None):
            made.append(ask.begin(who, expected))
            return made[-1]

        try:
            fields = await receive(request, begin)
        except Refusal as refusal:
            await hear_out(request)
            return _refused(site, request, refusal)
        return _started(site, request, made[-1].id, fields)

    @pages.post("/paste", dependencies=[Depends(_small)])
    def paste(request: Request, form: Form) -> Response:
        text, channel = str(form.get("text", "")).strip(), str(form.get("channel", ""))
        if not text:
            return _refused(site, request, Refusal("take_in.no_text", 400))
        told = channel if channel in ask.tellable() else "pasted"
        pasted = Pasted(text, str(form.get("name", "")).strip(), str(form.get("date", "")).strip(), told)
        return _to(ask.paste(request.state.viewer.name, pasted))

    @pages.get("/{upload}", response_class=HTMLResponse)
    def one(request: Request, upload: Known) -> HTMLResponse:
        return _one(site, request, upload)

    # the form before the upload, everywhere: who may not send one is not told what there is
    @pages.post("/{upload}/channel")
    def choose(request: Request, form: Form, upload: Known) -> RedirectResponse:
        _choose(site, request, upload, str(form.get("channel", "")))
        return _to(upload.id)

    @pages.post("/{upload}/land")
    def land(request: Request, form: Form, upload: Known) -> Response:
        if upload.account is None and upload.channel is not None:
            ticked = [str(key) for key in form.getlist("conversation")] if upload.lists else None
            if ticked == []:
                return _one(site, request, upload, "take_in.none_ticked")
            ask.land(upload.id, request.state.viewer.name, ticked and _there(site, upload, ticked))
        return _to(upload.id)

    @pages.post("/{upload}/cancel")
    def cancel(form: Form, upload: Known) -> RedirectResponse:
        job = site.doing.jobs.last(upload.verb)
        if job and job.is_running:
            raise HTTPException(409, "take_in.at_work")
        ask.cancel(upload.id)
        return RedirectResponse("/take-in", 303)

    return pages


def _small(request: Request) -> None:
    told = request.headers.get("content-length", "")
    if not told.isdigit() or int(told) > TEXT:
        raise HTTPException(413, "take_in.long_text")


def _to(upload: str) -> RedirectResponse:
    return RedirectResponse(f"/take-in/{upload}", 303)


def _first(site: Site, request: Request, problem: str = "", status: int = 200) -> HTMLResponse:
    ask = site.doing.take_in
    named, others = ask.channels()
    shown = {"named": named, "others": others, "tellable": ask.tellable(), "most": ask.most, "guides": GUIDES}
    waiting = [upload for upload in ask.waiting() if not _runs(site, upload)]
    return site.page(
        request, "take_in/first.html", status, problem=problem, waiting=waiting, recent=ask.recent(), **shown
    )


def _refused(site: Site, request: Request, refusal: Refusal) -> Response:
    """As a page; for the script, which shows it itself, as JSON."""
    told = site.words(refusal.key, **refusal.told)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"problem": told}, refusal.status)
    return _first(site, request, told, refusal.status)


def _started(site: Site, request: Request, upload: str, fields: Mapping[str, str]) -> Response:
    _choose(site, request, site.doing.take_in.get(upload), fields.get("channel", ""), fields.get("mends"))
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"next": f"/take-in/{upload}"})
    return _to(upload)


def _choose(site: Site, request: Request, upload: Upload, channel: str, mends: str | None = None) -> None:
    """Take the channel down; where it has no conversations to tick, nothing more is to be asked."""
    ask = site.doing.take_in
    if _runs(site, upload) or upload.account is not None:
        return
    if channel in {name for part in ask.channels() for name in part}:
        ask.choose(upload.id, channel, mends)
        if not ask.get(upload.id).lists:
            ask.land(upload.id, request.state.viewer.name, None)


def _there(site: Site, upload: Upload, ticked: Sequence[str]) -> list[str]:
    """Of what was ticked that which the export holds; a key that means all is never taken from outside."""
    keys_ = {row["key"] for row in site.doing.take_in.listed(upload.id).rows}
    return [key for key in ticked if key in keys_ and key != "*"]


def _runs(site: Site, upload: Upload) -> bool:
    job = site.doing.jobs.last(upload.verb)
    return bool(job and job.is_running)


def _one(site: Site, request: Request, upload: Upload, problem: str = "") -> HTMLResponse:
    """What is to be done next with an upload, or what became of it."""
    ask, job = site.doing.take_in, site.doing.jobs.last(upload.verb)
    step = _step(upload, job)
    listed = ask.listed(upload.id) if step == "conversations" else None
    named, others = ask.channels()
    shown = {"upload": upload, "step": step, "job": job, "listed": listed, "named": named}
    waits = step == "landing" or listed is not None and not listed.is_read
    return site.page(request, "take_in/one.html", problem=problem, every=[*named, *others], waits=waits, **shown)


def _step(upload: Upload, job: Job | None) -> str:
    if upload.account is not None:
        return "landed"
    if job is not None and job.is_running:
        return "landing"
    if job is not None:
        return "failed"
    return "channel" if upload.channel is None else "conversations"
