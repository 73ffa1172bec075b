"""The real pages of a real home, and somebody with a browser at them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from lxml import html

from dashboards.app import make_app
from flows.home import Answers, init
from flows.settings import load
from flows.web.site import site_of

HERE = "http://127.0.0.1:8321"
FIXTURES = Path(__file__).parents[2] / "fixtures"
CHANNELS = ("email", "x_hashtag", "x_dm", "facebook_messenger", "line", "note", "blog", "form", "pasted", "bluesky")


@dataclass
class Pages:
    """The pages of a home. post: a form of ours, with its token, as an ordinary browser sends it."""

    home: Path
    client: TestClient

    @property
    def csrf(self) -> str:
        self.client.get("/healthz")
        return self.client.app.state.site.access.viewer(self.client.cookies["neta_session"]).csrf

    def get(self, link: str) -> httpx.Response:
        return self.client.get(link)

    def post(self, link: str, **fields: object) -> httpx.Response:
        return self.settled(self.client.post(link, data={"csrf": self.csrf, **fields}))

    def upload(self, *files: Path | tuple[str, bytes], **fields: object) -> httpx.Response:
        parts = [("file", (f.name, f.read_bytes()) if isinstance(f, Path) else f) for f in files]
        data = {"csrf": self.csrf, "channel": "", **fields}
        return self.settled(self.client.post("/take-in/upload", data=data, files=parts))

    def settled(self, page: httpx.Response) -> httpx.Response:
        """The page once it does not ask to be loaded again."""
        for _ in range(1500):
            if 'http-equiv="refresh"' not in page.text:
                return page
            time.sleep(0.2)
            page = self.get(page.url.path)
        raise AssertionError(f"{page.url.path} is never done: {page.text[-2000:]}")

    def uploads(self) -> list[Path]:
        """Files that wait to be landed."""
        return sorted(path for path in (self.home / "state" / "uploads").rglob("*-[0-9][0-9]/*") if path.is_file())


def said(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(html.document_fromstring(page.text).find("body").text_content().split())


def account(page: httpx.Response) -> list[int]:
    """new, known, not understood … of the page that tells what became of an upload."""
    return [
        int(n.replace(",", "")) for n in html.document_fromstring(page.text).xpath("//dl[@class='account']//dd/text()")
    ]


def pages_of(home: Path) -> Pages:
    return Pages(home, TestClient(make_app(site_of(load(home))), base_url=HERE))


def new_home(home: Path) -> Path:
    init(home, Answers(channels=CHANNELS, me={"facebook": ["著者 太郎"]}))
    return home


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Pages:
    """Of one home a module; what lands there is landed."""
    return pages_of(new_home(tmp_path_factory.mktemp("pages") / "call"))


@pytest.fixture
def fresh(tmp_path) -> Pages:
    return pages_of(new_home(tmp_path / "call"))
