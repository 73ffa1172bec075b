"""Commands that a page starts: only from our own form, as a child, and told as they end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest
from fastapi.testclient import TestClient
from lxml import html

from dashboards.access import Access
from dashboards.app import make_app
from dashboards.doing import Doing
from dashboards.site import Site
from flows.web.jobs import KEPT, ChildJobs
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
    assert page.status_code == 200 and re.fullmatch(r"/jobs/\d{8}T\d{12}-[0-9a-f]{8}", page.url.path)
    for _ in range(100):
        if "うまくいきませんでした" in page.text:
            break
        assert 'http-equiv="refresh"' in page.text
        time.sleep(0.2)
        page = client.get(page.url.path)
    assert "neta.toml" in page.text and "neta build(editor)" in page.text and "refresh" not in page.text


def test_jobs_of_one_second_keep_their_order(tmp_path):
    jobs = ChildJobs(tmp_path / "home")
    started = [jobs.start("editor", "build", str(n)) for n in range(6)]
    assert [job.id for job in jobs.recent(6)] == started[::-1]
    assert jobs.last("build 0").id == started[0]


@pytest.mark.parametrize("job", ["..%2f..%2fsecret", "20260101T000000-0000000g", "20260101T000000-00000000", "x.json"])
def test_no_other_file_is_a_job(client, job):
    assert client.get(f"/jobs/{job}").status_code == 404


def job_file(home, name: str, text: str, **told: object) -> str:
    """A job as an earlier process of the pages left it."""
    folder = home / "state" / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    told = {"verb": "build", "who": "editor", "started_at": "2026-04-01T00:00:00+00:00", **told}
    (folder / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / f"{name}.log").write_text(text, encoding="utf-8")
    return name


def test_a_job_whose_pages_died_is_told_as_such_once_it_is_gone(client, tmp_path):
    name = job_file(tmp_path / "home", "20260401T000000-00000001", "集計しています\n")
    jobs = client.app.state.site.doing.jobs
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl,sys; fcntl.flock(1, fcntl.LOCK_EX); sys.stderr.write('x'); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=(tmp_path / "home" / "state" / "jobs" / f"{name}.log").open("ab"),
    )
    child.stderr.read(1)
    assert jobs.running().id == name and "実行しています" in client.get(f"/jobs/{name}").text
    assert jobs.start("somebody else", "build") == name, "a build that runs is not started twice"
    child.kill()
    child.wait()
    page = client.get(f"/jobs/{name}").text
    assert (
        jobs.running() is None
        and "見届けられませんでした" in page
        and "集計しています" in page
        and "refresh" not in page
    )
    assert "見届けられず" in client.get("/jobs").text


def test_what_a_terminal_would_have_made_of_it_is_what_a_page_shows(client, tmp_path):
    text = "\x1b[2K\x1b[32m✓\x1b[0m 1 of 3\r\x1b[2m2 of 3\x1b[0m\r3 of 3\n\x1b]0;title\x07<b>end\u202e\n"
    name = job_file(tmp_path / "home", "20260401T000000-00000002", text, code=0)
    page = html.document_fromstring(client.get(f"/jobs/{name}").text)
    assert page.xpath("string(//pre)").split("\n")[:2] == ["3 of 3", "<b>end"]


def test_only_so_many_jobs_are_remembered(client, tmp_path):
    for n in range(KEPT + 5):
        job_file(tmp_path / "home", f"20250401T000000-{n:08x}", "", code=0)
    jobs = client.app.state.site.doing.jobs
    jobs.start("editor", "build")
    assert len(list((tmp_path / "home" / "state" / "jobs").glob("*.log"))) == KEPT + 1
