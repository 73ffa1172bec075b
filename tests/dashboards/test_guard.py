"""What the pages let in and out: foreign text, foreign sites, foreign names in the address."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboards.app import HEADERS
from tests.dashboards.test_numbers import listed

ROOT = Path(__file__).parents[2]
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</p></article><iframe src=javascript:alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>x",
    "<style>*{display:none}</style>",
    "{{ 7*7 }}{% raw %}",
    "--><!-- <noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]
ELEMENTS = """
    html head meta title link body p strong nav a header h1 h2 h3 small dl dt dd div time code main section figure
    svg g path line text tspan table thead tbody tr th td details summary span b footer ul li form label select
    option optgroup input button article aside
"""


@pytest.mark.parametrize("link", ["/", "/stories", "/stories?story=story-a", "/items", "/stories?topic=%3Cscript%3Ex"])
def test_hostile_text_stays_text(call, publish, visitor, link):
    for number, payload in enumerate(PAYLOADS):
        call.story(f"{number}", title_masked=payload, body_masked=payload, topic="apple")
    call.story("a", title_masked="".join(PAYLOADS), body_masked="".join(PAYLOADS))
    publish(call)
    page = visitor.see(link)
    assert {node.tag for node in page.iter() if isinstance(node.tag, str)} <= set(ELEMENTS.split())
    assert not page.xpath("//@*[starts-with(name(), 'on') or name() = 'style']")
    assert all(value.startswith(("/", "#content")) for value in page.xpath("//@href | //@src | //@action"))
    if link == "/stories":
        shown = page.xpath("//p[@class='text']/text()")
        assert all(payload in shown for payload in PAYLOADS)


def test_text_that_would_turn_or_bury_the_page_is_tamed(call, publish, visitor):
    body = "か\u3099" + "e" + "\u0301" * 500 + "\u2066終\x00\x1b[31m\n次"
    call.story("a", title_masked="題\u202e逆", body_masked=body)
    publish(call)
    page = visitor.see("/stories")
    assert page.xpath("//article//h2/text()") == ["題逆"]
    assert page.xpath("//p[@class='text']/text()") == ["か\u3099e" + "\u0301" * 8 + "終[31m\n次"]


@pytest.mark.parametrize(
    "query",
    [
        "fct_story=1",
        "is_story%3D1%20OR%201=1",
        "topic%3B%20DROP%20TABLE%20fct_story=x",
        "topic'--=x",
        "TOPIC=apple",
        "local_month=2026-03",
        "page=0",
        "page=-1",
        "page=1%20OR%201",
        "page=%EF%BC%91",
    ],
)
def test_a_name_that_is_no_filter_is_refused(call, publish, visitor, query):
    call.story("a", topic="apple")
    publish(call)
    for path in ("/stories", "/items"):
        answer = visitor.get(f"{path}?{query}")
        assert answer.status_code == 400 and "絞り込めません" in answer.text


@pytest.mark.parametrize(
    "value",
    ["' OR '1'='1", "apple'; DROP TABLE fct_story; --", "%", "apple\0", "code:", "code:fruit", "\ufffd", "😀" * 2000],
)
def test_a_value_is_only_ever_compared(call, publish, visitor, value):
    call.story("a", topic="apple")
    publish(call)
    for name in ("topic", "month", "channel", "story", "reviewed", "kind"):
        answer = visitor.get("/stories", params={name: value})
        assert answer.status_code == 200 and 'data-story_count="0"' in answer.text
    for name in ("channel", "outcome", "stage", "reason", "passed"):
        answer = visitor.get("/items", params={name: value})
        assert answer.status_code == 200 and 'data-item_count="0"' in answer.text
    assert listed(visitor.see("/stories"), "story_count") == 1


def test_every_answer_bears_the_headers(call, publish, visitor):
    publish(call)
    links = ["/", "/stories", "/items", "/stories?x=1", "/nowhere", "/report", "/healthz", "/static/page.css"]
    for link in links:
        answer = visitor.get(link)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, link
    assert visitor.get("/", headers={"Host": "evil.example"}).headers["X-Frame-Options"] == "DENY"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_the_report_gets_the_bar_on_top_and_only_its_own_style_is_let_in(call, lake, publish, visitor):
    publish(call)
    assert visitor.get("/report").status_code == 404
    lake.reports.mkdir(parents=True)
    style = "\nbody { color: red }\n"
    page = f"<!doctype html><head><style>{style}</style></head><body><!-- rooms --><p style='color:blue'>検査</p>"
    (lake.reports / "validation.html").write_text(page, encoding="utf-8")
    answer = visitor.get("/report")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "<p style='color:blue'>検査</p>" in answer.text and '<a href="/quality" aria-current="page">' in answer.text
    assert f"style-src 'self' 'sha256-{digest}';" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "10.0.0.5:80", ""]
)
def test_a_foreign_host_is_refused(call, publish, visitor, host):
    publish(call)
    assert visitor.get("/stories", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:9000"])
def test_this_machine_is_not(call, publish, visitor, host):
    publish(call)
    assert visitor.get("/", headers={"Host": host}).status_code == 200


def test_pages_ask_and_never_do(call, publish, visitor):
    publish(call)
    refused = [visitor.client.request(m, "/stories").status_code for m in ("POST", "PUT", "DELETE", "PATCH")]
    assert refused == [405] * 4
    assert visitor.get("/docs").status_code == visitor.get("/openapi.json").status_code == 404
    assert visitor.get("/static/../app.py").status_code == visitor.get("/static/%2e%2e/app.py").status_code == 404


def test_the_app_loads_nothing_heavy():
    heavy = {"prefect", "pandas", "great_expectations", "vl_convert", "tasks"}
    told = f"import sys, dashboards.app; print({heavy} & set(sys.modules))"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", told], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
