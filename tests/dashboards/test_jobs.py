"""Commands that a page starts: only from our own form, as a child, and told as they end."""

from __future__ import annotations

import re
import time

import pytest
from fastapi.testclient import TestClient

from dashboards.access import Access
from dashboards.app import make_app
from dashboards.doing import Doing
from dashboards.site import Site
from flows.web.jobs import ChildJobs
from tests.dashboards.conftest import HERE
from tests.warehouse.conftest import ZONE
from warehouse.lake import Lake


@pytest.fixture
def client(tmp_path) -> TestClient:
    """Of a home that is no home: every command fails there, quickly."""
    site = Site(Lake(tmp_path / "home"), ZONE, "ja", False, Access("editor"), Doing(jobs=ChildJobs(tmp_path / "home")))
    return TestClient(make_app(site), base_url=HERE)


def csrf(client: TestClient) -> str:
    client.get("/jobs/none")
    session = client.cookies["neta_session"]
    return client.app.state.site.access.viewer(session).csrf


def test_a_form_of_another_site_starts_nothing(client, tmp_path):
    for form in ({}, {"csrf": "x"}, {"csrf": Access("editor").viewer("x").csrf}):
        assert client.post("/build", data=form).status_code == 403
    assert not (tmp_path / "home" / "state").exists()


def test_what_a_command_says_is_told_and_how_it_ended(client):
    page = client.post("/build", data={"csrf": csrf(client)})
    assert page.status_code == 200 and re.fullmatch(r"/jobs/\d{8}T\d{6}-[0-9a-f]{8}", page.url.path)
    for _ in range(100):
        if "うまくいきませんでした" in page.text:
            break
        assert 'http-equiv="refresh"' in page.text
        time.sleep(0.2)
        page = client.get(page.url.path)
    assert "neta.toml" in page.text and "neta build(editor)" in page.text and "refresh" not in page.text


@pytest.mark.parametrize("job", ["..%2f..%2fsecret", "20260101T000000-0000000g", "20260101T000000-00000000", "x.json"])
def test_no_other_file_is_a_job(client, job):
    assert client.get(f"/jobs/{job}").status_code == 404
