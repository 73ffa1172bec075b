"""Deciding in the browser: as the verbs decide, for one viewer and for two at once."""

from __future__ import annotations

import pytest

from flows.build import build
from flows.ingest import ingest
from flows.reviewing_links import say
from flows.sampling import draw
from flows.web import review_compared
from tests.flows.web.review.conftest import RETOLD, TEXTS
from warehouse import ledger, store

GATE = {"is_story": "yes", "valence": "positive"}
REST = {"benefit": "learning", "industry": "A", "attribution": "unstated", "work_status": "employee"}
WHOLE = GATE | REST | {"platform": "mixi", "happened": "unknown"}


def asked(home, sql: str, **parameters) -> list[tuple]:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return con.execute(sql, parameters or None).fetchall()


def entries(home, kind: str | None = None) -> list[ledger.Entry]:
    return ledger.read(home.settings.lake.ledger, kind)


def standing(home, ref: str) -> set[tuple]:
    told = (
        "SELECT dimension, code FROM mart_story_code JOIN fct_submission USING (story_id) WHERE submission_ref = $ref"
    )
    return set(asked(home, told, ref=ref))


def by_people(home) -> set[tuple]:
    return set(
        asked(home, "SELECT submission_ref, code FROM fct_coding WHERE starts_with(coder, 'person') AND code <> ''")
    )


def test_one_press_confirms_all_that_is_shown_and_goes_on(home, editor):
    sato = editor("sato")
    sato.see()
    first, before = sato.ref, standing(home, sato.ref)
    assert "残り3話" in sato.text() and sato.page.xpath("//mark")
    page = sato.send()
    assert page.url.endswith("/review") and sato.ref not in (None, first) and "残り2話" in sato.text()
    assert {e.who for e in entries(home)} == {"sato"} and all(e.payload["as_shown"] for e in entries(home))
    build(home.settings)
    assert standing(home, first) == before and asked(home, "SELECT reviewed_count FROM mart_total") == [(1,)]


def test_what_is_set_right_beats_the_machine_and_survives_a_rebuild_a_new_coder_and_a_merge(home, editor):
    sato = editor("sato")
    sato.see()
    ref = sato.ref
    sato.send(platform="mixi blog")
    chosen = [e.payload for e in entries(home) if not e.payload.get("as_shown")]
    assert [(p["dimension"], p["codes"]) for p in chosen] == [("platform", ["mixi", "blog"])]
    book = home.path / "codebook" / "codebook.toml"
    book.write_text(book.read_text(encoding="utf-8").replace('model = "built-in"', ""), encoding="utf-8")
    coder = asked(home, "SELECT coder_version FROM dim_build")
    build(home.settings, empty_cache=True)
    assert asked(home, "SELECT coder_version FROM dim_build") != coder
    other = asked(home, "SELECT min(submission_ref) FROM fct_submission WHERE submission_ref <> $ref", ref=ref)[0][0]
    say(home.path, "same", ref, other, "sato", None)
    build(home.settings)
    assert asked(home, "SELECT count(DISTINCT story_id) FROM fct_submission") == [(len(TEXTS) - 1,)]
    for told in (ref, other):
        assert {code for dimension, code in standing(home, told) if dimension == "platform"} == {"mixi", "blog"}


def test_undo_takes_back_ones_own_last_decision_only_and_the_ledger_keeps_it(home, editor):
    sato, mori = editor("sato"), editor("mori")
    sato.see()
    mori.see()
    ref, theirs = sato.ref, mori.ref
    sato.send(platform="mixi")
    mori.send(platform="gree")
    page = sato.undo()
    assert (
        page.url.endswith(f"/review?story={ref}&told=undone")
        and sato.ref == ref
        and "mixi" not in sato.checked("platform")
    )
    build(home.settings)
    assert {told for told, _ in by_people(home)} == {theirs}
    assert {"mixi", "gree"} <= {code for e in entries(home, "code") for code in e.payload["codes"]}
    assert [e.who for e in entries(home, "undo")] == ["sato"]
    sato.see(f"/review?story={ref}")
    sato.send(platform="blog")
    build(home.settings)
    assert (ref, "blog") in by_people(home)
    abe = editor("abe")
    abe.see()
    abe.undo()
    assert "取り消せる判断はありません" in abe.text() and len(entries(home, "undo")) == 1


def test_what_is_put_off_comes_last_and_is_not_lost(home, editor):
    sato = editor("sato")
    sato.see()
    later = sato.ref
    sato.send("skip")
    seen = []
    while sato.ref and sato.ref != later:
        seen.append(sato.ref)
        sato.send()
    assert len(seen) == 2 and sato.ref == later and "残り1話" in sato.text() and entries(home, "skip") == []


def test_two_at_once_get_different_stories_and_never_overwrite_each_other(home, editor):
    sato, mori = editor("sato"), editor("mori")
    sato.see()
    mori.see()
    ref = sato.ref
    assert mori.ref not in (None, ref)
    mori.see(f"/review?story={ref}")  # by a link
    mori.send(platform="gree")
    before = entries(home)
    page = sato.send(platform="mixi")
    assert page.url.endswith("told=meanwhile") and "ほかの画面で確定" in sato.text() and entries(home) == before
    assert sato.checked("platform") == {"gree"}
    sato.send()  # what stands is confirmed already
    assert entries(home) == before and sato.see() is not None and sato.ref != ref


def test_a_decision_about_a_text_that_changed_is_told_and_not_written(home, editor):
    sato = editor("sato")
    while sato.see() is not None and "いつの間にか" not in sato.text():
        sato.send("skip")
    home.say("b.json", TEXTS[9] + "追記:まだ続いています", 13, author="44", edited=[9])
    ingest(home.settings, "x_hashtag")
    build(home.settings)
    page = sato.send(platform="mixi")
    assert page.url.endswith("told=changed") and "まだ続いています" in sato.text() and entries(home) == []
    sato.send(platform="mixi")
    assert entries(home, "code")


def test_two_code_a_drawn_story_blind_and_where_they_differ_an_adjudicator_decides(home, editor):
    draw(home.path, 1, 3, "editor", None, double=True)
    (design,) = entries(home, "double")
    sato, mori, abe = (editor(name) for name in ("sato", "mori", "abe"))
    for one in (sato, mori):
        one.see()
        assert [one.ref] == design.payload["drawn"] and "2人で別々に" in one.text()
        assert not one.page.xpath("//mark | //input[@checked] | //*[@class='answer']/b")
    assert abe.see() is not None and abe.ref != sato.ref  # there are two places
    assert sato.send(**GATE).status == 422 and "まだ選ばれていません" in sato.text() and entries(home, "code") == []
    assert sato.checked("valence") == {"positive"}  # nothing has to be chosen twice
    ref = sato.ref
    sato.send(**WHOLE)
    assert mori.see() is not None and mori.ref == ref and not mori.page.xpath("//mark | //input[@checked]")
    assert "意見が分かれている話はありません" in " ".join(abe.see("/review/disagreements").text_content().split())
    mori.send(**WHOLE | {"platform": "gree"})
    assert abe.see() is not None and abe.ref != ref  # two are enough
    build(home.settings)
    _adjudicated(home, abe, ref)


def _adjudicated(home, abe, ref: str) -> None:
    page = abe.see("/review/disagreements")
    assert [told.text_content() for told in page.xpath("//div[@class='said']//h3")] == ["sato", "mori"]
    assert "GREE" in abe.text() and "mixi" in abe.text()
    (form,) = page.xpath("//form[@class='dispute']")
    sent = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
    assert sent["dimension"] == "platform"
    abe._post("/review/adjudicate", sent | {"of": "mixi"})
    assert abe.see("/review/disagreements").xpath("//p[@class='nothing']")
    before = entries(home)
    abe._post("/review/adjudicate", sent | {"of": "gree"})  # from a page that is out of date
    assert entries(home) == before
    build(home.settings)
    assert ("platform", "mixi") in standing(home, ref)
    assert "2人で確認" in " ".join(abe.see("/review/agreement").text_content().split())


def test_who_is_unsure_decides_and_asks_for_a_second_coder(home, editor):
    sato, mori = editor("sato"), editor("mori")
    sato.see()
    ref = sato.ref
    sato.send("second", platform="mixi")
    assert sato.ref != ref and [e.payload["submission_ref"] for e in entries(home, "second")] == [ref]
    mori.see()
    assert mori.ref == ref and not mori.page.xpath("//mark | //input[@checked]")
    sato.undo()
    assert mori.see() is not None and mori.page.xpath("//mark") and "頼まれた" not in mori.text()


def test_one_may_look_at_ones_own_again_without_the_first_answer(home, editor, monkeypatch):
    sato = editor("sato")
    sato.see()
    ref = sato.ref
    sato.send(platform="mixi")
    assert "1人で確認" in " ".join(sato.see("/review/agreement").text_content().split())
    assert not sato.page.xpath("//form[@action='/review/again']")
    monkeypatch.setattr(review_compared, "WEEKS", 0)
    sato._post("/review/again", {"csrf": sato.see("/review/agreement").xpath("//input[@name='csrf']/@value")[0]})
    assert sato.ref == ref and not sato.page.xpath("//input[@checked]")
    sato.send(**WHOLE)
    own = " ".join(sato.see("/review/agreement").text_content().split())
    assert "satoさんの、前と今の一致" in own and "1人で確認" in own


def test_a_pair_is_decided_side_by_side_and_taken_back(home, editor):
    sato = editor("sato")
    page = sato.see("/review/pairs")
    texts = [node.text_content() for node in page.xpath("//p[@class='text']")]
    assert sorted(text.partition(" #")[0] for text in texts) == sorted([TEXTS[7], RETOLD])
    assert all("会社員です。noteに書いた" in node.text_content() for node in page.xpath("//p[@class='text']/mark[1]"))
    sato.say("same")
    assert "組は、もうありません" in sato.text()
    build(home.settings)
    assert asked(home, "SELECT count(DISTINCT story_id) FROM fct_submission") == [(len(TEXTS) - 1,)]
    assert sato.undo().url.endswith("/review/pairs?told=undone")
    build(home.settings)
    assert asked(home, "SELECT count(DISTINCT story_id) FROM fct_submission") == [(len(TEXTS),)]
    assert len(sato.see("/review/pairs").xpath("//p[@class='text']")) == 2


def test_a_note_stays_with_the_story_and_decides_nothing(home, editor):
    sato, mori = editor("sato"), editor("mori")
    token = sato.see().xpath("//input[@name='csrf']/@value")[0]
    ref = sato.ref
    sato._post("/review/note", {"csrf": token, "ref": ref, "note": "<b>あとで著者に聞く</b>"})
    assert "<b>あとで著者に聞く</b>" in " ".join(mori.see(f"/review?story={ref}").text_content().split())
    assert not build(home.settings).changed


def test_only_editors_review_and_only_by_our_own_forms(home, editor):
    sato = editor("sato")
    sato.see()
    sent = sato.fields()
    assert sato.client.post("/review/decide", data=sent | {"csrf": "x", "do": "confirm"}).status_code == 403
    assert sato.client.post("/review/decide", data=sent | {"head": "x", "do": "confirm"}).status_code == 400
    assert sato.client.post("/review/decide", data=sent | {"d_platform": "myspace", "do": "confirm"}).status_code == 400
    assert sato.client.post("/review/decide", data=sent | {"d_weather": "fine", "do": "confirm"}).status_code == 400
    assert sato.client.get("/review?story=s00000000000000000000").status_code == 404
    assert entries(home) == []


@pytest.mark.parametrize("link", ["/review", "/review/pairs", "/review/disagreements", "/review/agreement"])
def test_an_analyst_sees_none_of_it(editor, link):
    analyst = editor("ito", "analyst")
    assert analyst.client.get(link).status_code == 403
    assert not analyst.see("/stories").xpath("//a[@href='/review']")
