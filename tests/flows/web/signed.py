"""A home with an account of each role, and browsers that sign in to its pages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from dashboards.app import make_app
from flows.settings import load
from flows.web.site import site_of
from warehouse.accounts import Accounts

HERE = "http://127.0.0.1:8321"
PASSWORD = "correct horse battery"
PEOPLE = {"author": "著者", "editor": "tanaka", "analyst": "suzuki"}  # role -> name
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def with_accounts(home: Path, to: Path) -> Path:
    """A copy of a home, with everybody of PEOPLE."""
    shutil.copytree(home, to, symlinks=True)
    for role, name in PEOPLE.items():
        Accounts(load(to).lake.accounts).add(name, role, PASSWORD)
    return to


def app_of(home: Path, host: str = "127.0.0.1") -> FastAPI:
    """The whole app as `neta web` makes it."""
    return make_app(site_of(load(home), host))


class Browser:
    """Somebody with a browser; follows no redirect by itself, so that a test sees it."""

    def __init__(self, app: FastAPI, name: str = "", base: str = HERE):
        self.client = TestClient(app, base_url=base, follow_redirects=False)
        if name:
            answer = self.sign_in(name)
            assert answer.status_code == 303, answer.text

    def get(self, link: str, **more) -> Response:
        return self.client.get(link, **more)

    def csrf(self, link: str = "/signin") -> str:
        """What a form on this page carries."""
        page = self.get(link)
        return _CSRF.search(page.text if page.status_code == 200 else self.get("/items").text)[1]

    def post(self, link: str, data: dict | None = None, csrf: str | None = None, **more) -> Response:
        token = self.csrf() if csrf is None else csrf
        return self.client.post(link, data={"csrf": token, **(data or {})}, **more)

    def sign_in(self, name: str, password: str = PASSWORD, next: str = "/", **more) -> Response:
        return self.post("/signin", {"name": name, "password": password, "next": next}, **more)

    def plant(self, cookie: str, value: str) -> None:
        """Put a cookie of these pages' host into the browser."""
        self.client.cookies.set(cookie, value, domain=self.client.base_url.host)

    @property
    def session(self) -> str | None:
        return next((c.value for c in self.client.cookies.jar if c.name.endswith("neta_session")), None)
