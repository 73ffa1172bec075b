"""A call by its pages alone: texts come in and count, two tellings are one story, a consent is written down, somebody leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows.build import build
from flows.home import Answers, init
from flows.ingest import ingest
from tests.browser.conftest import Served, by_axe, serving
from tests.flows.conftest import STORY, Home
from warehouse import ledger
from warehouse.lake import Lake
from warehouse.words import Words

pytestmark = pytest.mark.service

RETOLD = STORY.replace("本を出す", "本を作る").replace("とてもうれしかったです", "とても驚いています")


def letter(number: int, text: str) -> dict:
    """A mail as a file that somebody chooses."""
    head = (
        f"Message-ID: <{number}@example.jp>\r\nDate: Fri, 13 Mar 2026 20:00:00 +0900\r\nFrom: a{number}@example.jp\r\n"
    )
    mail = f"{head}Subject: =?utf-8?B?5b+c5Yuf?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    return {"name": f"{number}.eml", "mimeType": "message/rfc822", "buffer": mail.encode()}


@pytest.fixture(scope="module")
def call(tmp_path_factory) -> Iterator[Served]:
    """A call of one's own with two posts that may be one story."""
    home = Home(tmp_path_factory.mktemp("call") / "home")
    init(home.path, Answers(me={"x": ["1"]}))
    home.say("7.json", STORY, 7, author="42")
    home.say("8.json", RETOLD, 8, author="43")
    ingest(home.settings, "x_hashtag")
    build(home.settings)
    with serving(home.path) as shown:
        yield shown


def taken_in(page) -> int:
    """How many new items, when the page says that they are in. It asks for itself again until then."""
    if page.locator("input[name=channel][type=radio]").count():
        page.check("input[name=channel][value=email]")
        page.click("main form:has(input[type=radio]) button")
    page.wait_for_selector("dl.account")
    return int(page.inner_text("dl.account dd >> nth=0"))


def test_a_file_is_chosen_taken_in_counted_and_seen(call, visit):
    page = visit(call)
    page.goto("/take-in")
    with page.expect_file_chooser() as chooser:
        page.click("form.sent input[type=file]")
    chooser.value.set_files(letter(1, "経理です。noteに書いた仕訳の話を読んだ編集者から、連載の声がかかりました。"))
    with page.expect_navigation():
        page.click("form.sent button")
    assert taken_in(page) == 1 and by_axe(page) == []
    page.click("form[action='/build'] button")
    page.wait_for_selector("main a[href='/']")
    assert by_axe(page) == []
    page.goto("/stories")
    assert "連載の声がかかりました" in page.inner_text("main")


DROP = """(files) => {
  const held = new DataTransfer();
  for (const {name, mimeType, text} of files) held.items.add(new File([text], name, {type: mimeType}));
  return held;
}"""


def test_files_are_dropped(call, visit):
    page = visit(call)
    page.goto("/take-in")
    files = [letter(n, f"{n}年前のブログを見た方から、講演を頼まれました。") for n in (2, 3)]
    files = [{**file, "text": file.pop("buffer").decode()} for file in files]
    held = page.evaluate_handle(DROP, files)
    for kind in ("dragenter", "dragover", "drop"):
        page.dispatch_event("form.sent .drop", kind, {"dataTransfer": held})
    with page.expect_navigation():
        page.click("form.sent button")
    assert taken_in(page) == 2


def test_without_a_script_a_file_and_a_text_come_in_too(call, visit):
    page = visit(call, javascript=False)
    page.goto("/take-in")
    page.set_input_files(
        "form.sent input[type=file]", [letter(4, "保育士です。ツイッターで知り合った方に転職を誘われました。")]
    )
    page.click("form.sent button")
    assert taken_in(page) == 1
    page.goto("/take-in")
    page.fill("textarea[name=text]", "立ち話で聞いた話です。ブログを読んだ同級生から仕事を頼まれたそうです。")
    page.click("form[action='/take-in/paste'] button")
    assert taken_in(page) == 1


def test_a_pair_is_one_story_by_a_key_and_undone_by_a_key(call, visit):
    page = visit(call)
    page.goto("/review/pairs")
    for key, kind in (("s", "same"), ("z", "undo"), ("a", "apart")):
        with page.expect_navigation():
            page.keyboard.press(key)
        assert ledger.read(Lake(call.home).ledger)[-1].kind == kind
    assert not page.locator("#decide").count()


def test_what_somebody_allowed_is_written_down_without_a_script(call, visit):
    page = visit(call, javascript=False)
    page.goto("/consent")
    page.click("table.scopes tbody a >> nth=0")
    page.check("input[name=scope_quote][value=grant]")
    page.select_option("select[name=how]", "reply")
    page.fill("textarea[name=evidence]", "4月2日の返信で「そのまま使ってください」")
    page.click("form.fields button.main")
    assert "そのまま使ってください" in page.inner_text("main")
    entry = ledger.read(Lake(call.home).ledger)[-1]
    assert (entry.kind, entry.payload["grant"]) == ("consent", ["quote"])


def test_somebody_leaves_and_the_page_shows_the_proof(call, visit):
    page = visit(call, javascript=False)
    page.goto("/consent")
    page.click("table.scopes tbody a >> nth=1")
    person = page.url
    page.click("a[href^='/withdraw/']")
    page.check("input[name=verified_by] >> nth=0")
    page.fill("textarea[name=why]", "本人から同じ経路で申し出があった")
    page.click("form.fields button")
    page.check("input[name=understood]")
    page.click("button.grave")
    page.wait_for_selector(f"h1:text-is('{Words('ja')('withdraw.done')}')")  # between two loads nothing stands there
    assert page.request.get(person).status == 404
    assert "withdrawal" in [entry.kind for entry in ledger.read(Lake(call.home).ledger)]
