"""`neta used` and the quote finder: said once, known after the next build, taken back, and told at a withdrawal."""

from __future__ import annotations

import shutil

import pytest

from flows import using
from flows.build import build
from flows.failures import Refused
from flows.forgetting import foretell
from flows.settings import load
from flows.standing import standing
from flows.using import use
from tasks.refs import ref
from tests.flows.test_rights_pages import Browser
from tests.standins.leaver import ADDRESS, NAME, TOKENS, seen, without_person
from warehouse import ledger, store

POST = "x:1700000000000000007"
ALL = "/quotes?scope=any&used=any"


def asked(home, sql: str) -> list[tuple]:
    with store.reading(load(home).lake, "Asia/Tokyo") as con:
        return con.execute(sql).fetchall()


def said(home) -> list[tuple]:
    return [(e.kind, e.who, e.subject, e.payload) for e in ledger.read(load(home).lake.ledger)]


def test_a_story_leaves_the_quote_finder_with_a_form_and_a_build_and_comes_back_with_another(told):
    browser, own = Browser(told.path), ref(told.settings.key(), "submission", POST)
    (form,) = browser.see("/quotes?scope=any").xpath("//form[@action='/quotes/used']")
    fields = {field.name: field.value for field in form.xpath(".//input")}
    answer = browser.client.post("/quotes/used", data=fields | {"where": " 第3章\n p.45 "}, follow_redirects=False)
    assert (
        answer.status_code == 303 and "次の集計で引用候補から外れます" in browser.get(answer.headers["location"]).text
    )
    who = browser.client.app.state.site.access.owner
    assert said(told.path) == [("used", who, POST, {"where": "第3章 p.45"})]
    assert len(browser.see("/quotes?scope=any").xpath("//article")) == 1  # not before the build
    build(told.settings)
    assert asked(told.path, "SELECT submission_ref, used_where FROM fct_used") == [(own, "第3章 p.45")]
    assert browser.see("/quotes?scope=any").xpath("//article") == []
    assert browser.see(ALL).xpath("//p[@class='used']/text()") == ["第3章 p.45"]
    browser.send("/quotes/used", ref=fields["ref"], undo="yes")
    assert said(told.path)[1] == ("undo", who, POST, {"entries": [1], "submission_ref": own})
    build(told.settings)
    assert len(browser.see("/quotes?scope=any").xpath("//article")) == 1
    assert standing(told.settings, browser.client.app.state.site.con())["unbuilt"]["decision_count"] == 0


def test_every_name_of_a_telling_will_do_and_one_that_is_nobodys_writes_nothing(told, capsys):
    (story,), own = asked(told.path, "SELECT story_id FROM fct_story")[0], ref(told.settings.key(), "submission", POST)
    for names in ([story], [own], [POST], [POST, own, story]):
        use(told.path, names, "帯", "editor")
    assert said(told.path) == [("used", "editor", POST, {"where": "帯"})] * 4
    for names, where in (([own, "h0"], "帯"), ([own], " "), ([own], None), ([own], "章" * 81)):
        with pytest.raises(Refused):
            use(told.path, names, where, "editor")
    use(told.path, [own], "第1章", "editor")
    use(told.path, [story], "帯", "somebody else", is_undone=True)
    using.show_used(told.path, False)
    assert f"{own}  第1章  editor" in (shown := capsys.readouterr().out) and "帯" not in shown
    with pytest.raises(Refused):
        use(told.path, [own], "帯", "editor", is_undone=True)
    use(told.path, [own], None, "editor", is_undone=True)
    using.show_used(told.path, False)
    assert "まだありません" in capsys.readouterr().out


def test_a_withdrawal_tells_where_and_the_ledger_keeps_nothing_of_it(lived_in, tmp_path, capsys):
    home = shutil.copytree(lived_in, tmp_path / "call", symlinks=True)
    for where in ("第3章", "第9章"):
        use(home, [f"mail:{TOKENS[2]}"], where, "editor")
    use(home, [f"mail:{TOKENS[3]}"], f"{NAME}さんの頁", "editor")
    use(home, ["mail:other-1@others.example.jp"], "第1章", "editor")
    use(home, [f"mail:{TOKENS[2]}"], "第9章", "editor", is_undone=True)
    foretell(home, f"mail:{ADDRESS}", False, None, False)
    before = capsys.readouterr().out
    assert without_person(home) == 0
    for out in (before, capsys.readouterr().out):
        assert "掲載済み「第3章」(台帳 3 番" in out and f"「{NAME}さんの頁」" in out
        assert "第9章" not in out and "第1章" not in out
    assert seen(home) == set()
    left = [(e.subject.partition(":")[0], e.payload) for e in ledger.read(load(home).lake.ledger, "used")]
    assert left == [("withdrawn", {})] * 3 + [("mail", {"where": "第1章"})]
    assert asked(home, "SELECT used_where FROM fct_used") == [("第1章",)]
