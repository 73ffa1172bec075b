"""Who is looking, what they may see, and that a form was sent from one of our own pages.

On loopback without accounts there is one person, the owner of the machine, who may do everything.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

ROLES = ("analyst", "editor", "author")  # each may do what those before it may
SESSION = "neta_session"
CSRF = "csrf"  # name of the field that every form carries


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody at the pages. csrf: what a form of theirs must carry."""

    name: str
    role: str
    csrf: str

    def may(self, role: str) -> bool:
        """Whether they have at least this role."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Access:
    """owner: who decides when nobody signs in."""

    owner: str
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def viewer(self, session: str) -> Viewer:
        """The one whose session it is."""
        return Viewer(self.owner, ROLES[-1], hmac.new(self.secret, session.encode(), hashlib.sha256).hexdigest())


def guard(app: FastAPI, access: Access) -> None:
    """Every request has a viewer (request.state.viewer) from here on."""

    @app.middleware("http")
    async def known(request: Request, call_next: Callable) -> Response:
        session = request.cookies.get(SESSION) or secrets.token_urlsafe(32)
        request.state.viewer = access.viewer(session)
        response = await call_next(request)
        if SESSION not in request.cookies:
            response.set_cookie(SESSION, session, httponly=True, samesite="strict")
        return response


def needs(role: str) -> Depends:
    """For a route or a router: only who has at least this role."""

    def check(request: Request) -> None:
        if not request.state.viewer.may(role):
            raise HTTPException(403, "web.not_allowed")

    return Depends(check)


async def posted(request: Request) -> FormData:
    """For a route that changes something: the form, if it came from a page of ours (else 403)."""
    form = await request.form()
    if not hmac.compare_digest(str(form.get(CSRF, "")), request.state.viewer.csrf):
        raise HTTPException(403, "web.not_our_form")
    return form


Form = Annotated[FormData, Depends(posted)]  # the type of a route's form
