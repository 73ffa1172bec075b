"""A home with a warehouse built of rows made by hand (tests/warehouse/conftest.py), and a visitor of its pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from dashboards.access import Access
from dashboards.app import make_app
from dashboards.site import Site
from tests.warehouse.conftest import ZONE, Call
from warehouse import store
from warehouse.lake import Lake

HERE = "http://127.0.0.1:8321"


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path / "home")


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Callable[[Call], Path]:
    """built(call): a warehouse of these rows, for copying; of the same rows built once."""
    room = tmp_path_factory.mktemp("built")

    def built(call: Call) -> Path:
        path = room / f"{sha256(repr(call).encode()).hexdigest()}.duckdb"
        return path if path.exists() else call.build(path)

    return built


@pytest.fixture
def publish(lake, built) -> Callable[[Call], None]:
    """publish(call): the call's rows as the version that call.run names."""

    def publish(call: Call) -> None:
        path = lake.warehouse / f"warehouse-{call.run}.duckdb"
        path.parent.mkdir(parents=True, exist_ok=True)
        store.publish(lake, Path(shutil.copyfile(built(call), path)))

    return publish


class Visitor:
    """Somebody with a browser: opens a page and sees its elements."""

    def __init__(self, home: Path, language: str = "ja"):
        site = Site(Lake(home), ZONE, language, True, Access("editor"))
        self.client = TestClient(make_app(site), base_url=HERE)

    def get(self, link: str, **more):
        return self.client.get(link, **more)

    def see(self, link: str) -> html.HtmlElement:
        answer = self.get(link)
        assert answer.status_code == 200, f"{link}: {answer.status_code} {answer.text[:500]}"
        return html.document_fromstring(answer.text)


@pytest.fixture
def visitor(lake) -> Visitor:
    return Visitor(lake.home)


@pytest.fixture
def english(lake) -> Visitor:
    return Visitor(lake.home, "en")


@pytest.fixture(scope="module")
def sample_visitor(sample_home, tmp_path_factory) -> Visitor:
    """Of a copy: DuckDB lets one process open a file in one way only, and the pages keep theirs open."""
    copy = tmp_path_factory.mktemp("visited")
    shutil.copytree(sample_home.path / "warehouse", copy / "warehouse", symlinks=True)
    return Visitor(copy)
