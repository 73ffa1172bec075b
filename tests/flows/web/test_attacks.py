"""What somebody outside, or somebody with little leave, may try against the pages, on the whole app."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from lxml import html

from dashboards.access import FORM_BYTES, UPLOADS
from dashboards.app import HEADERS, make_app
from dashboards.signing import inside
from flows.settings import Web, load
from flows.web.originals import SHOWN
from flows.web.site import site_of
from tests.dashboards.test_guard import ELEMENTS, PAYLOADS
from tests.flows.web.signed import HERE, PASSWORD, PEOPLE, Browser, app_of, with_accounts
from tests.flows.web.test_roles import LEAST
from tests.warehouse.cheap import cheap_hashes
from warehouse import audit
from warehouse.lake import Lake
from warehouse.schema import RAW

HOST = "neta.example.jp"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    with cheap_hashes():
        yield


@pytest.fixture(scope="module")
def home(sample_home, tmp_path_factory) -> Path:
    return with_accounts(sample_home.path, tmp_path_factory.mktemp("attacked") / "home")


@pytest.fixture(scope="module")
def app(home):
    return app_of(home)


@pytest.fixture(scope="module")
def proxied(home):
    """The app as it is behind a proxy that adds TLS and goes by a name of its own."""
    return make_app(site_of(replace(load(home), web=Web((HOST,), True))))


@pytest.fixture
def editor(app) -> Browser:
    return Browser(app, PEOPLE["editor"])


# Forms of other sites

FOREIGN = {
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:9999"},
    "nobody's": {"Origin": "null"},
    "no name at all": {"Origin": ""},
    "our name as a user": {"Origin": "http://127.0.0.1:8321@evil.example"},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "another port, fetched": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("route", [route for route in LEAST if route.startswith("POST")])
def test_a_form_that_another_site_sends_does_nothing_even_with_the_right_token(app, editor, route, headers):
    link = route.split(" ")[1]
    answer = editor.post(link, {"name": PEOPLE["author"], "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert editor.get("/items").status_code == 200  # not signed out


def test_our_own_form_is_heard(editor):
    own = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    assert editor.post("/signout", headers=own).headers["location"] == "/signin"


def test_the_method_is_the_method(app, home, editor):
    for tried in ({"_method": "POST"}, {"csrf": editor.csrf()}):
        assert editor.get("/signout", params=tried).status_code == 405
    for method in ("PUT", "DELETE", "PATCH", "GET", "HEAD"):
        assert editor.client.request(method, "/build", headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
    assert not (home / "state" / "jobs").exists()


# Sessions and cookies


def test_a_session_that_was_there_before_signing_in_is_nobodys(app):
    """Whoever planted a cookie in somebody's browser does not come in with it afterwards."""
    planted = "planted-by-somebody-who-waits"
    victim, attacker = Browser(app), Browser(app)
    for browser in (victim, attacker):
        browser.plant("neta_session", planted)
    assert victim.sign_in(PEOPLE["author"]).status_code == 303
    assert victim.session != planted and victim.get("/items").status_code == 200
    assert attacker.get("/items").headers["location"].startswith("/signin")


def test_signing_in_again_and_out_ends_what_was(app, editor):
    first = editor.session
    assert editor.sign_in(PEOPLE["author"]).status_code == 303
    second = editor.session
    editor.post("/signout")
    for token in (first, second):
        late = Browser(app)
        late.plant("neta_session", token)
        assert late.get("/items").status_code == 303


def test_the_cookie_is_for_these_pages_alone(app, proxied):
    plain = Browser(app).sign_in(PEOPLE["editor"]).headers["set-cookie"]
    assert re.fullmatch(r"neta_session=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", plain)
    behind = Browser(proxied, base=f"https://{HOST}").sign_in(PEOPLE["editor"]).headers["set-cookie"]
    assert re.fullmatch(r"__Host-neta_session=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure", behind)


def test_behind_a_proxy_a_cookie_of_the_plain_name_is_nobodys(app, proxied):
    token = Browser(app, PEOPLE["author"]).session
    browser = Browser(proxied, base=f"https://{HOST}")
    browser.plant("neta_session", token)
    assert browser.get("/jobs/x").status_code == 303
    browser.plant("__Host-neta_session", token)
    assert browser.get("/jobs/x").status_code == 404


def test_a_link_from_another_site_is_followed_with_the_session_there_is(app):
    """SameSite=Strict sends no cookie with it, and a fresh one must not take the place of the one there is."""
    answer = Browser(app).get("/stories?page=2", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert 'http-equiv="refresh" content="0"' in answer.text and "article" not in answer.text


def test_wrong_names_and_wrong_passwords_read_alike(app):
    told = [Browser(app).sign_in(name, "wrong horse battery") for name in (PEOPLE["editor"], "nobody-at-all")]
    bodies = {re.sub(r'value="[^"]*"', "", answer.text) for answer in told}
    assert [answer.status_code for answer in told] == [401, 401] and len(bodies) == 1


def test_who_guesses_too_often_is_told_to_wait(app):
    told = [Browser(app).sign_in("guessed", "wrong horse battery") for _ in range(6)]
    assert [answer.status_code for answer in told] == [401] * 5 + [429]
    assert "秒待ってから" in told[-1].text


# Where one is sent

ELSEWHERE = """
    https://evil.example //evil.example ///evil.example /\\evil.example \\\\evil.example http:evil.example javascript:alert(1)
    /%0d%0aSet-Cookie:x=1\r\nSet-Cookie:y=1 /\t/evil.example /x\\y evil.example .evil.example data:text/html,x
""".split(" ")


@pytest.mark.parametrize(
    "link", [*filter(None, map(str.strip, ELSEWHERE)), "/ok\r\nSet-Cookie: x=1", "", " /x", "/\n/x"]
)
def test_signing_in_leads_nowhere_else(app, link):
    browser = Browser(app)
    assert inside(link) == "/"
    answer = browser.sign_in(PEOPLE["editor"], next=link)
    assert answer.headers["location"] == "/" and len(answer.headers.get_list("set-cookie")) == 1
    assert browser.get("/signin", params={"next": link}).headers["location"] == "/"


def test_signing_in_leads_back(app):
    browser = Browser(app)
    asked = browser.get("/stories?topic=%E8%A9%B1&page=2").headers["location"]
    page = html.document_fromstring(browser.get(asked).text)
    assert page.xpath("//input[@name='next']/@value") == ["/stories?topic=%E8%A9%B1&page=2"]
    answer = browser.sign_in(PEOPLE["editor"], next="/stories?topic=%E8%A9%B1&page=2")
    assert answer.headers["location"] == "/stories?topic=%E8%A9%B1&page=2"


# Whose pages these are


@pytest.mark.parametrize(
    "host", ["evil.example", f"{HOST}.evil.example", "127.0.0.1@evil.example", "", "10.0.0.5", "x\\y"]
)
def test_another_name_is_refused_on_every_page(app, proxied, host):
    for site in (app, proxied):
        for link in ("/", "/signin", "/healthz", "/static/page.css"):
            answer = Browser(site).get(link, headers={"Host": host})
            assert answer.status_code == 400 and "set-cookie" not in answer.headers
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_name_from_the_settings_is_ours_but_only_there(app, proxied):
    assert Browser(proxied).get("/signin", headers={"Host": f"{HOST}:443"}).status_code == 200
    assert Browser(app).get("/signin", headers={"Host": HOST}).status_code == 400


def test_on_loopback_without_accounts_the_owner_is_in_but_nobody_behind_a_proxy(sample_home, tmp_path_factory):
    (Path(copy := tmp_path_factory.mktemp("alone")) / "neta.toml").write_bytes(
        (sample_home.path / "neta.toml").read_bytes()
    )
    alone = Browser(app_of(copy))
    assert alone.get("/jobs/none").status_code == 404
    for header in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"):
        assert alone.get("/jobs/none", headers={header: "192.0.2.7"}).status_code == 403
    assert alone.get("/signin").headers["location"] == "/"


# Names that lead elsewhere

PLACES = [
    "..%2f..%2fneta.toml",
    "%2e%2e%2f%2e%2e%2fsecret.key",
    "..",
    "%2fetc%2fpasswd",
    "%00",
    "..%5c..%5cneta.toml",
    "a" * 5000,
]
INTO = [route.split(" ")[1] for route in LEAST if "{" in route and route.startswith("GET")]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[:20])
@pytest.mark.parametrize("path", [*INTO, "/static/{file}"])
def test_no_name_leads_out_of_its_place(app, home, path, place):
    answer = Browser(app, PEOPLE["author"]).get(re.sub(r"\{[^}]*\}", place, path))
    assert answer.status_code in (404, 303) or "</html>" in answer.text
    assert (
        (home / "secret.key").read_text() not in answer.text
        and "[call]" not in answer.text
        and "root:" not in answer.text
    )


# Text that would be more than text


def test_a_name_that_is_markup_stays_text(app):
    held, analyst = app.state.site.access.accounts, Browser(app, PEOPLE["analyst"])
    for number, payload in enumerate(PAYLOADS):
        with held._open() as con:  # past `add`, which refuses it
            con.execute("UPDATE account SET name = ? WHERE name = ?", (payload, PEOPLE["analyst"]))
        page = html.document_fromstring(analyst.get("/items").text)
        assert payload in page.xpath("//form[@class='leave']/a/text()"), number
        assert not page.xpath("//script | //img | //iframe | //*[@onload or @onerror]")
        with held._open() as con:
            con.execute("UPDATE account SET name = ? WHERE name = ?", (PEOPLE["analyst"], payload))


def test_what_was_typed_stays_text(app):
    for payload in PAYLOADS:
        told = Browser(app).sign_in(payload[:40], "wrong horse battery", next=payload)
        page = html.document_fromstring(told.text)
        assert page.xpath("//input[@name='name']/@value") == [payload[:40]]
        assert page.xpath("//input[@name='next']/@value") == ["/"]
        assert not page.xpath("//@*[starts-with(name(), 'on')]")


# Long forms


def test_a_form_is_read_only_up_to_a_length(app, editor):
    long = "x" * (FORM_BYTES + 1)
    assert editor.post("/build", {"note": long}).status_code == 413
    assert editor.client.post("/build", content=iter([b"x"] * 3)).status_code == 411  # chunked: nobody knows how long
    assert Browser(app).post("/signin", {"name": long}).status_code == 413
    assert (
        editor.client.post(f"{UPLOADS[0]}/none", content=long).status_code == 405
    )  # not for its length: an export may come there
    assert Browser(app).client.post(f"{UPLOADS[0]}/none", content=long).status_code == 303  # but not from anybody


# Originals

BODIES = {
    "message/rfc822": (b"From: <script>alert(1)</script> <a@example.jp>\r\nSubject: <img src=x onerror=alert(1)>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n</pre><script>alert(2)</script>\r\n", "email"),
    "application/json": (b'{"text": "</pre><script>alert(2)</script>", "<b>": ' + b"[" * 5000 + b"]" * 5000 + b"}", "x_hashtag"),
    "text/csv": (b'"</td><script>alert(2)</script>","x"\r\n', "form"),
    "text/html": (b"<html><body onload=alert(1)><script>alert(2)</script>", "pasted"),
    "text/plain": (("長" * (SHOWN + 77) + "尻尾").encode(), "pasted"),
    "application/octet-stream": (bytes(range(256)) * 20, "blog"),
}  # fmt: skip


@pytest.fixture(scope="module")
def raw_ids(home) -> dict[str, str]:
    """media type -> raw_id of an item of BODIES, landed as it is."""
    found = {}
    for number, (kind, (payload, channel)) in enumerate(BODIES.items()):
        found[kind] = f"{number:064x}"
        told = {"raw_id": found[kind], "channel": channel, "item_id": f"native-{number}", "media_type": kind}
        context = '{"header": ["<script>x</script>", "y"], "file": "x", "encoding": "utf-8"}'
        row = told | {"payload": payload, "byte_count": len(payload), "context": context, "run_id": "r"}
        table = pa.Table.from_pylist([row | {"fetched_at": 1_800_000_000_000_000}], schema=RAW)
        Lake(home).write_raw(table, channel, "2026-04-01")
    return found


@pytest.mark.parametrize("kind", BODIES)
def test_an_original_is_shown_as_text(app, editor, raw_ids, kind):
    answer = editor.get(f"/items/{raw_ids[kind]}")
    page = html.document_fromstring(answer.text)
    assert answer.status_code == 200
    assert {node.tag for node in page.iter() if isinstance(node.tag, str)} <= {*ELEMENTS.split(), "pre"}
    assert not page.xpath("//@*[starts-with(name(), 'on') or name() = 'style']")
    assert all(value.startswith(("/", "#content")) for value in page.xpath("//@href | //@src | //@action"))
    if b"alert(2)" in BODIES[kind][0]:
        assert "<script>alert(2)</script>" in page.text_content()


def test_a_long_original_is_cut_and_says_so(editor, raw_ids):
    page = editor.get(f"/items/{raw_ids['text/plain']}").text
    assert "尻尾" not in page and "字を省きました" in page and len(page) < 3 * SHOWN + 20_000


def test_every_look_at_an_original_is_written_down_before_it_is_shown(app, home, raw_ids):
    file, raw_id = Lake(home).audit, raw_ids["text/csv"]
    looks = [(look.who, look.what, look.subject) for look in audit.read(file)]
    for role in ("editor", "author"):
        assert Browser(app, PEOPLE[role]).get(f"/items/{raw_id}").status_code == 200
    assert Browser(app, PEOPLE["analyst"]).get(f"/items/{raw_id}").status_code == 403
    new = [(look.who, look.what, look.subject) for look in audit.read(file)][len(looks) :]
    assert [look for look in new if look[1] == "original"] == [
        (PEOPLE[r], "original", raw_id) for r in ("editor", "author")
    ]
    assert audit.broken_at(file) is None and "native-" not in file.read_text(encoding="utf-8")


def test_what_cannot_be_written_down_is_not_shown(home, raw_ids, tmp_path):
    settings = load(home)
    site = site_of(settings)
    site.lake.audit.rename(tmp_path / "kept")
    try:
        browser = Browser(make_app(site), PEOPLE["editor"])
        site.lake.audit.unlink()
        site.lake.audit.mkdir()
        with pytest.raises(OSError):
            browser.get(f"/items/{raw_ids['text/csv']}")
    finally:
        site.lake.audit.rmdir()
        (tmp_path / "kept").rename(site.lake.audit)


def test_an_analyst_sees_neither_raw_text_nor_a_way_to_it(app, home):
    browser = Browser(app, PEOPLE["analyst"])
    shown = "".join(browser.get(link).text for link in ("/", "/stories", "/items"))
    assert "/items/" not in shown and "@example" not in shown and "keitai" not in shown
    assert "/items/" in Browser(app, PEOPLE["editor"]).get("/items").text
