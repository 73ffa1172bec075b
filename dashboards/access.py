"""Who is looking, what they may see, and that a form was sent from one of our own pages.

On loopback without accounts there is one person, the owner of the machine, who may do everything.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from warehouse.accounts import Accounts

ANYONE = "anyone"  # the role of who has not signed in
ROLES = ("analyst", "editor", "author")  # each may do what those before it may
SESSION = "neta_session"
CSRF = "csrf"  # name of the field that every form carries
OPEN = ("/signin", "/healthz")  # to anyone, and so is what lies under /static/
FORM_BYTES = 1 << 20  # of an ordinary form
UPLOADS = ("/take-in",)  # paths, with what lies below, that take a whole export
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_RANK = {role: rank for rank, role in enumerate((ANYONE, *ROLES))}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody at the pages. csrf: what a form of theirs must carry; signed_in: by an account."""

    name: str
    role: str
    csrf: str
    signed_in: bool = False

    @property
    def is_owner(self) -> bool:
        """Nobody was asked who they are."""
        return bool(self.name) and not self.signed_in

    def may(self, role: str) -> bool:
        """Whether they have at least this role."""
        return _RANK[self.role] >= _RANK[role]


@dataclass(frozen=True, slots=True)
class Access:
    """owner: who decides when nobody signs in. hosts: names beside the loopback's that the pages go by.

    always: nobody enters without an account, even while there is none: others can reach the pages.
    """

    owner: str
    accounts: Accounts | None = None
    hosts: tuple[str, ...] = ()
    is_https: bool = False
    always: bool = False

    def asks(self) -> bool:
        """Whether one must sign in."""
        return self.always or bool(self.accounts and self.accounts.any())

    @property
    def cookie(self) -> str:
        """The session's cookie; with __Host- no other name of the domain can set it, but it wants https."""
        return f"__Host-{SESSION}" if self.is_https else SESSION

    def viewer(self, session: str) -> Viewer:
        """The one whose session it is. What a form must carry hangs on the session alone, and does not tell it."""
        csrf = hmac.new(session.encode(), CSRF.encode(), hashlib.sha256).hexdigest()
        if not self.asks():
            return Viewer(self.owner, ROLES[-1], csrf)
        account = self.accounts and self.accounts.session(session)
        return Viewer(account.name, account.role, csrf, True) if account else Viewer("", ANYONE, csrf)

    def is_ours(self, host: str) -> bool:
        """Whether a Host header names us. Any other name: a foreign site that points its name here."""
        found = _HOST.fullmatch(host.lower())
        return bool(found) and found[1] in (*LOOPBACK, *self.hosts)

    def give(self, response: Response, session: str) -> None:
        """Let the browser keep a session, for as long as it is open."""
        response.set_cookie(self.cookie, session, httponly=True, samesite="strict", secure=self.is_https, path="/")


Tell = Callable[[Request, int, str], Response]  # a page that says (status, key of a word) why not


def guard(app: FastAPI, access: Access, tell: Tell, again: Callable[[Request], Response]) -> None:
    """Every request that gets through has a viewer (request.state.viewer) who may be there, and a form of ours if any.

    again: the page that asks for itself once more.
    """

    @app.middleware("http")
    async def known(request: Request, call_next: Callable) -> Response:
        held = request.cookies.get(access.cookie)
        session = held or secrets.token_urlsafe(32)
        request.state.session = session
        request.state.viewer = await run_in_threadpool(access.viewer, session)
        if reason := _refusal(request, access):
            return tell(request, *reason)
        if request.state.viewer.role == ANYONE and not _is_open(request.url.path):
            return _to_sign_in(request, held, again)
        response = await call_next(request)
        if not held and "set-cookie" not in response.headers:
            access.give(response, session)
        return response


def _refusal(request: Request, access: Access) -> tuple[int, str] | None:
    """(status, word) for what is refused before anybody looks at it."""
    headers = request.headers
    if not access.is_ours(headers.get("host", "")):
        return 400, "access.foreign_host"
    if request.state.viewer.is_owner and any(name in headers for name in _PROXIED):
        return 403, "access.proxied"
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    if _is_foreign(headers):
        return 403, "web.not_our_form"
    return None if _below(request.url.path, UPLOADS) else _too_long(headers)


def _is_foreign(headers) -> bool:
    """Whether a browser says that a request was sent by the page of another site. (Other programs say nothing.)"""
    origin = headers.get("origin")
    own = origin is None or origin.lower().partition("://")[2] == headers["host"].lower()
    return not own or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def _too_long(headers) -> tuple[int, str] | None:
    """A form tells its length beforehand (without one there is no body); the server reads no more than that."""
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        return 411, "access.too_long"
    return (413, "access.too_long") if int(length) > FORM_BYTES else None


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith("/static/")


def _below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _to_sign_in(request: Request, held: str | None, again: Callable[[Request], Response]) -> Response:
    """A link on another site brings no cookie with it (SameSite): ask once more from a page of ours before asking who."""
    if not held and request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        return again(request)
    link = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = {"next": link} if request.method == "GET" and link != "/" else {}
    return RedirectResponse("/signin" + ("?" + urlencode(wanted) if wanted else ""), 303)


def address_of(request: Request) -> str:
    """Whence a request comes; behind the proxy, as the proxy says."""
    return request.client.host if request.client else ""


def needs(role: str) -> Depends:
    """For a route or a router: only who has at least this role."""

    def check(request: Request) -> None:
        if not request.state.viewer.may(role):
            raise HTTPException(403, "web.not_allowed")

    return Depends(check)


async def posted(request: Request) -> FormData:
    """For a route that changes something: the form, if it came from a page of ours (else 403)."""
    form = await request.form()
    if not hmac.compare_digest(str(form.get(CSRF, "")).encode(), request.state.viewer.csrf.encode()):
        raise HTTPException(403, "web.not_our_form")
    return form


Form = Annotated[FormData, Depends(posted)]  # the type of a route's form
