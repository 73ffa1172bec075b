"""The pages on people, on real homes: who allows what, whose accounts they are, what is held, and a withdrawal to its end."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from dashboards.app import make_app
from flows import pending as pendings
from flows.build import build
from flows.forgetting import begun, forget, prove
from flows.people import show_people
from flows.settings import load
from flows.web.consents import HomeConsents
from flows.web.site import site_of
from tasks.conform import messages
from tasks.refs import ref
from tests.flows.test_people import HANDLE, X_ID, _asked  # noqa: F401
from tests.standins.leaver import (
    ADDRESS,
    FIRST,
    ME,
    NAME,
    TOKENS,
    seen,
    without_person,
)
from warehouse import counts, ledger, store
from warehouse.accounts import Accounts
from warehouse.words import Words


@pytest.fixture
def home(lived_in, tmp_path) -> Path:
    return shutil.copytree(lived_in, tmp_path / "call", symlinks=True)


HERE = "http://127.0.0.1:8321"


class Browser:
    """Somebody at the pages of a home."""

    def __init__(self, home: Path):
        self.home = home
        self.client = TestClient(make_app(site_of(load(home))), base_url=HERE)

    def get(self, link: str):
        return self.client.get(link)

    def see(self, link: str) -> html.HtmlElement:
        answer = self.get(link)
        assert answer.status_code == 200, (link, answer.status_code, answer.text[-1500:])
        page = html.document_fromstring(answer.text)
        assert page.xpath("//form[@method='post' and not(input[@name='csrf'])]") == []
        return page

    def send(self, link: str, **form: str):
        """A form as a page of this session sends it."""
        if not self.client.cookies:
            self.get("/consent")
        csrf = self.client.app.state.site.access.viewer(self.client.cookies["neta_session"]).csrf
        return self.client.post(link, data=form | {"csrf": csrf}, follow_redirects=False)


def teller(home: Path) -> str:
    return ref(load(home).key(), "contributor", "mail", ADDRESS)


def told(home: Path, kind: str) -> list[dict]:
    return [entry.payload for entry in ledger.read(load(home).lake.ledger, kind)]


def looks(home: Path) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in load(home).lake.audit.read_text().splitlines()]
    return [(line["what"], line["subject"]) for line in lines]


WORD = {
    "how": "reply",
    "evidence": "4月2日のメールで「引用してよい」",
    "scope_quote": "grant",
    "scope_contact": "withdraw",
}


# --- consent


def test_a_word_is_recorded_with_its_message_and_shown_as_what_stands(home):
    browser, who = Browser(home), teller(home)
    row = browser.see("/consent").xpath(f"//a[@href='/consent/{who}']/ancestor::tr")[0]
    assert row.xpath("td/span/@class") == [f"mark {s}" for s in ["allowed"] * 2 + ["open"] * 5] and row[-1].text == "5"
    first, second = (ref(load(home).key(), "submission", f"mail:{id}") for id in TOKENS[2:4])
    answer = browser.send(f"/consent/{who}", **WORD, message=second, target=who)
    assert answer.status_code == 303
    payload = {
        "grant": ["quote"],
        "withdraw": ["contact"],
        "evidence": WORD["evidence"],
        "how": "reply",
        "message": second,
    }
    assert told(home, "consent") == [payload] * 3  # their two letters, and the copy that was pasted
    page = browser.get(answer.headers["location"]).text
    assert WORD["evidence"] in page and "応募3件について記録しました" in page and "やりとりの返事で" in page
    assert not any(secret in page for secret in (ADDRESS, NAME, *TOKENS[2:4]))
    row = browser.see("/consent").xpath(f"//a[@href='/consent/{who}']/ancestor::tr")[0]
    marks = row.xpath("td/span/@class")
    assert (marks[2], marks[4], row[-1].text) == ("mark allowed", "mark refused", None)  # no letters: nothing is asked
    assert ("consent", who) in looks(home)


def listed(browser: Browser, query: str) -> set[str]:
    return {link.rpartition("/")[2] for link in browser.see(f"/consent?{query}").xpath("//tbody//a/@href")}


def test_the_list_is_narrowed_by_scope_answer_and_channel(home):
    browser, who = Browser(home), teller(home)
    everybody = listed(browser, "")
    assert listed(browser, "scope=quote&state=open") == everybody and listed(browser, "state=refused") == set()
    browser.send(f"/consent/{who}", **WORD)
    assert listed(browser, "scope=quote&state=allowed") == listed(browser, "scope=contact&state=refused") == {who}
    assert listed(browser, "scope=llm&state=open") == everybody - {who}
    assert len(listed(browser, "channel=x_hashtag")) == 1
    for query in ("scope=counting", "state=maybe", "channel=fax", "kind=any"):
        assert browser.get(f"/consent?{query}").status_code == 400, query


@pytest.mark.parametrize(
    "change",
    [{"scope_quote": "", "scope_contact": ""}, {"evidence": " "}, {"how": "dream"}, {"scope_name": "grant"},
     {"name_as": "しおり"}, {"message": "s0123456789abcdef0123"}, {"target": "p0123456789abcdef0123"}],
)  # fmt: skip
def test_a_word_that_makes_no_sense_is_not_written(home, change):
    answer = Browser(home).send(f"/consent/{teller(home)}", **(WORD | change))
    assert answer.status_code == 400 and told(home, "consent") == []


def total(home: Path) -> int:
    with store.reading(load(home).lake, "Asia/Tokyo") as con:
        return counts.totals(con)["story_count"]


def test_what_the_counts_lose_is_said_before_and_is_what_they_lose(home):
    browser, link, before = Browser(home), f"/consent/{teller(home)}", total(home)
    no = {"how": "reply", "evidence": "数えないでほしい", "scope_count": "withdraw"}
    said = html.document_fromstring(browser.send(link, **no).text)
    (lost,) = said.xpath("//@data-lost")
    assert (
        int(lost) > 0 and f"{before}話 → {before - int(lost)}話" in said.text_content() and told(home, "consent") == []
    )
    again = {i.get("name"): i.get("value") for i in said.xpath("//form//input")}
    assert browser.client.post(link, data=again, follow_redirects=False).status_code == 303
    build(load(home))
    assert total(home) == before - int(lost)


def test_what_was_said_of_a_part_of_a_longer_turn_is_shown_of_the_turn(sample_copy):
    settings = load(sample_copy)
    with store.reading(settings.lake, "Asia/Tokyo") as con:
        sql = (
            "SELECT raw_id, submission_ref FROM fct_item WHERE sequence = 2 AND submission_ref IS NOT NULL ORDER BY ALL"
        )
        raw_id, turn = con.execute(sql).fetchone()
        (part,) = (m["submission_id"] for m in messages(settings.lake).to_pylist() if m["raw_id"] == raw_id)
        payload = {"grant": ["quote"], "withdraw": ["count"], "evidence": "返事"}
        ledger.append(settings.lake.ledger, "editor", "consent", part, payload)
        said = HomeConsents(settings).said(con)
    assert [(one.submission_ref, one.scope, one.is_granted) for one in said] == [(turn, "count", False)]


# --- people


@pytest.fixture
def asked(_asked, tmp_path) -> Path:  # noqa: F811
    return shutil.copytree(_asked, tmp_path / "call", symlinks=True)


def open_pairs(home: Path, capsys) -> int:
    capsys.readouterr()
    show_people(home, False, as_json=True)
    return json.loads(capsys.readouterr().out)["open"]


def test_a_pair_is_decided_by_a_button_and_undone_by_the_contrary(asked, capsys):
    browser = Browser(asked)
    page = browser.see("/people")
    assert page.xpath("//@data-open") == ["1"] and "自分のものと書いたアカウント名" in page.text_content()
    assert not any(secret in browser.get("/people").text for secret in (HANDLE, X_ID, ME))
    one, other = (page.xpath(f"//form/input[@name='{name}']/@value")[0] for name in ("one", "other"))
    answer = browser.send("/people", one=one, other=other, decision="same", why="本人の話から")
    assert answer.status_code == 303 and open_pairs(asked, capsys) == 0
    undo = browser.see(answer.headers["location"]).xpath("//*[@role='status']//button")
    assert [(b.get("name"), b.get("value")) for b in undo] == [("decision", "other")]
    several = browser.see("/people?show=several")
    assert set(several.xpath("//main//a/@href")) >= {f"/consent/{one}", f"/consent/{other}"}
    browser.send("/people?show=decided", one=one, other=other, decision="other")
    assert [(e.kind, e.why) for e in ledger.read(load(asked).lake.ledger)] == [
        ("same_person", "本人の話から"),
        ("other_person", None),
    ]
    assert browser.see("/people").xpath("//@data-several") == ["0"]


def test_a_pair_of_whom_nobody_knows_is_refused(asked):
    one = ref(load(asked).key(), "contributor", "x", X_ID)
    for form in ({"one": one, "other": "p0123456789abcdef0123"}, {"one": one, "other": one}, {"one": one}):
        assert Browser(asked).send("/people", **form, decision="same").status_code == 400
    assert ledger.read(load(asked).lake.ledger) == []


# --- what is held


def test_what_is_held_is_read_and_handed_out_and_both_are_written_down(home):
    browser, who = Browser(home), teller(home)
    assert FIRST in browser.see(f"/about/{who}").text_content()
    assert looks(home) == [("about", who)] and [who in p["refs"] for p in told(home, "about")] == [True]
    file = browser.send(f"/about/{who}")
    assert FIRST in html.document_fromstring(file.text).text_content() and "<script" not in file.text
    (out,) = told(home, "handed_out")
    name = re.search('attachment; filename="([^"]+)"', file.headers["content-disposition"])[1]
    assert Path(out["file"]).name == name and who in out["refs"] and who not in name
    assert browser.get("/about/p0123456789abcdef0123").status_code == 400
    assert browser.get(f"/about/mail:{ADDRESS}").status_code == 404


# --- withdrawal


def ended(browser: Browser, answer):
    """The page of a job when it has ended."""
    assert answer.status_code == 303, answer.text
    link = answer.headers["location"]
    while "http-equiv" in (page := browser.get(link).text):
        time.sleep(0.2)
    return html.document_fromstring(page)


def left_in(home: Path) -> set[str]:
    """Of a copy: the pages keep the warehouse open in their own way."""
    return seen(shutil.copytree(home, home.with_name("copy"), symlinks=True))


def sure(**change: str) -> dict:
    return {"verified_by": "channel", "why": "同じアドレスから届いた", "step": "last", "understood": "yes"} | change


def test_a_withdrawal_from_the_page_leaves_nothing_of_them_anywhere(home):
    browser, who, state = Browser(home), teller(home), load(home).lake.state
    (state / "jobs").mkdir()
    (state / "jobs" / "20260301T000000-00000001.log").write_text(f"取り込み: {NAME}.eml", encoding="utf-8")
    record = state / "jobs" / "20260301T000000-00000001.json"
    record.write_text(json.dumps({"verb": f"ingest email {NAME}.eml", "who": "editor", "started_at": "2026-03-01"}))
    upload = state / "uploads" / "20260301T000000-0000000000000001" / "a-01" / f"{NAME}.txt"
    upload.parent.mkdir(parents=True)
    upload.write_text(FIRST, encoding="utf-8")
    browser.send(f"/consent/{who}", **WORD)
    before = browser.see(f"/withdraw/{who}")
    assert "応募2件、元データ4件" in before.text_content() and f"{NAME}.txt" in before.text_content()
    step = browser.send(f"/withdraw/{who}", verified_by="channel", why="同じアドレスから届いた")
    assert step.status_code == 200 and "本当に消しますか" in step.text
    assert told(home, "withdrawal") == [] and upload.exists() and len(list((state / "jobs").iterdir())) == 2
    started = browser.send(f"/withdraw/{who}", **sure())
    assert "ほかの取り下げをしているところ" in browser.send(f"/withdraw/{who}", **sure()).text
    done = ended(browser, started)
    assert "取り下げが終わりました" in done.text_content() and "見つかったもの: なし" in done.text_content()
    assert left_in(home) == set() and not (home / "forgetting").exists() and not upload.exists()
    jobs = "".join(file.read_text(encoding="utf-8") for file in (state / "jobs").iterdir())
    assert who not in jobs and not record.exists()
    assert [(p["verified_by"], p["submissions"]) for p in told(home, "withdrawal")] == [("channel", 2)]
    assert "取り下げ済み" in browser.see(f"/withdraw/{who}").text_content()
    assert browser.get(f"/consent/{who}").status_code == 404


@pytest.mark.parametrize(
    "change", [{"understood": ""}, {"verified_by": "dream"}, {"why": " "}, {"step": "", "why": f"{NAME}さんから"}]
)
def test_a_withdrawal_that_is_not_sure_does_not_start(home, change):
    answer = Browser(home).send(f"/withdraw/{teller(home)}", **sure(**change))
    assert answer.status_code == 400 and not (load(home).lake.state / "jobs").exists()


def test_one_that_was_broken_off_is_told_and_finished_from_there(home):
    browser, who, settings = Browser(home), teller(home), load(home)
    assert browser.see("/withdraw").xpath("//form") == []
    pendings.write(settings.lake, begun(settings, who, False, None, None, Words("ja")))
    shutil.rmtree(settings.lake.warehouse)
    (button,) = browser.see("/withdraw").xpath("//form//button")
    assert "途中で止まった" in browser.see(f"/withdraw/{who}").text_content()
    done = ended(browser, browser.send(f"/withdraw/{who}", **{button.get("name"): button.get("value")}))
    assert "取り下げが終わりました" in done.text_content() and left_in(home) == set()
    assert browser.see("/withdraw").xpath("//form") == []


def test_output_that_stays_says_nothing_of_them_where_something_is_left(home, capsys):
    (home / "notes").mkdir()
    (home / "notes" / f"{NAME}.txt").write_text(FIRST, encoding="utf-8")
    assert forget(home, teller(home), False, "channel", "editor", None, True, False, is_kept=True) == 1
    out = capsys.readouterr().out
    assert "ここには書きません" in out and "取り下げは終わっていません" in out and NAME not in out


def test_the_proof_reads_what_the_pages_write(home):
    settings, places = load(home), {"state/jobs/a.log", "audit.jsonl", "state/uploads/b/c.txt"}
    pending = begun(settings, teller(home), False, None, None, Words("ja"))
    assert without_person(home) == 0 and prove(settings, pending)[0] == []
    for place in places:
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_text(FIRST, encoding="utf-8")
    assert {str(found.path.relative_to(home)) for found in prove(settings, pending)[0]} == places


# --- who may


def test_an_analyst_sees_none_of_it_and_an_editor_no_withdrawal(home):
    who, accounts = teller(home), Accounts(load(home).lake.accounts)
    links = ["/consent", f"/consent/{who}", "/people", f"/about/{who}", "/withdraw", f"/withdraw/{who}"]
    may = {"analyst": set(), "editor": set(links[:4])}
    accounts.add("first", "author", "a long enough pass phrase 7")
    for role, seen_by in may.items():
        accounts.add(role, role, "a long enough pass phrase 7")
        browser = Browser(home)
        browser.client.cookies.set("neta_session", accounts.sign_in(role, "a long enough pass phrase 7", "127.0.0.1"))
        answers = {link: browser.get(link) for link in links}
        assert {link for link, answer in answers.items() if answer.status_code == 200} == seen_by, role
        assert {a.status_code for a in answers.values()} <= {200, 403}
        assert not any(who in a.text for link, a in answers.items() if link not in seen_by)
    assert not browser.see("/consent/" + who).xpath(f"//a[@href='/withdraw/{who}']")
