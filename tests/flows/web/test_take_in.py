"""Taking in by the page: what lands is what the verb lands, and nothing else is left anywhere."""

from __future__ import annotations

import io
import os
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from dashboards.take_in.asked import Pasted
from flows import uploads
from flows.ingest import ingest, summary
from flows.settings import load
from tasks import conform
from tests.conftest import neta_here
from tests.flows.web.conftest import FIXTURES, account, new_home, pages_of, said
from tests.standins.meta_exports import AUTHOR, ROOT, page, write_zip
from tests.standins.meta_exports import said as message
from warehouse.lake import Lake, read_parquet


@pytest.mark.parametrize(
    "name",
    [
        "x_hashtag/cut_off.json",
        "form/stray_quote.csv",
    ],
)
def test_what_the_page_lands_is_what_the_verb_lands(pages, tmp_path, name):
    channel, file = name.partition("/")[0], FIXTURES / name
    other = new_home(tmp_path / "verb")
    by_verb = summary(ingest(load(other), channel, [file]))
    landed = pages.upload(file, channel=channel)
    assert account(landed)[:3] == [by_verb["new"], by_verb["known"], by_verb["quarantined"]]
    assert by_verb["new"] and _raw_ids(pages.home, channel) >= _raw_ids(other, channel)
    assert ("/quarantine" in landed.text.partition("<main")[2]) == bool(by_verb["quarantined"])
    again = pages.upload(file, channel=channel)
    assert account(again)[:3] == [0, by_verb["items"], 0] and "新しいものはありませんでした" in again.text
    assert pages.uploads() == []


def _raw_ids(home, channel: str) -> set[str]:
    return {r for f in Lake(home).raw_files(channel) for r in read_parquet(f, ["raw_id"])["raw_id"].to_pylist()}


@pytest.mark.parametrize(
    ("name", "channel"),
    [("email/three_messages.mbox", "email"), ("line/mobile.txt", "line"), ("note/creator.xml", "note")],
)
def test_the_file_tells_its_channel_and_a_person_is_asked(pages, name, channel):
    asked = pages.upload(FIXTURES / name)
    form = html.document_fromstring(asked.text)
    assert form.xpath("//input[@type='radio'][@checked]/@value") == [channel] and pages.uploads()
    pages.post(f"{asked.url.path}/cancel")
    assert not pages.uploads()


TOKENS = [f"zq{n}unticked" for n in range(3)]


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    mother = page([message(f"母 {TOKENS[0]}", 0, TOKENS[1])], (f"母 {TOKENS[0]}", AUTHOR), f"inbox/{TOKENS[2]}")
    mine = page([message("山田花子", 0, "noteの記事がきっかけで、本を出すことになりました")])
    members = {f"{ROOT}/inbox/mother_1/message_1.json": mother, f"{ROOT}/inbox/yamada_123/message_1.json": mine}
    return write_zip(tmp_path_factory.mktemp("export") / "facebook.zip", members)


def test_only_ticked_chats_land_and_of_the_rest_nothing_is_left(fresh, export):
    listed = fresh.upload(export, channel="facebook_messenger")
    assert TOKENS[0] in listed.text and not _raw_ids(fresh.home, "facebook_messenger")
    written = [f for f in fresh.home.rglob("*") if f.is_file() and any(t.encode() in _bytes(f) for t in TOKENS)]
    assert written == fresh.uploads() and len(written) == 1, "the list is told and not written"
    assert "会話が1つも選ばれていません" in fresh.post(f"{listed.url.path}/land").text
    landed = fresh.post(f"{listed.url.path}/land", conversation="inbox/yamada_123")
    assert account(landed) == [1, 0, 0, 1]
    _assert_nowhere(fresh.home, TOKENS)


def test_a_key_that_the_export_has_not_chooses_nothing(fresh, export):
    listed = fresh.upload(export, channel="facebook_messenger")
    for key in ("*", "inbox/other", "../secret"):
        fresh.post(f"{listed.url.path}/land", conversation=key)
        assert not _raw_ids(fresh.home, "facebook_messenger")


def _bytes(file) -> bytes:
    """What is in a file, members of a ZIP too."""
    data = file.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"".join(archive.read(name) + name.encode() for name in archive.namelist())
    return data


def _assert_nowhere(home, tokens) -> None:
    for file in filter(lambda f: f.is_file(), home.rglob("*")):
        data = str(read_parquet(file).to_pylist()).encode() if file.suffix == ".parquet" else _bytes(file)
        assert not any(token.encode() in data for token in tokens), file


def test_a_pasted_text_lands_with_who_told_it_when_and_how_it_came(fresh):
    told = {
        "text": "noteを読んだ編集者から、本を書きませんかと言われたそうです",
        "name": "山田 花子",
        "date": "2026-04-01",
    }
    landed = fresh.post("/take-in/paste", channel="line", **told)
    assert account(landed)[:3] == [1, 0, 0]
    (message,) = conform.messages(Lake(fresh.home)).to_pylist()
    assert (message["channel"], message["author_name"], message["body"]) == ("line", told["name"], told["text"])
    assert f"{message['posted_at']:%Y-%m-%d}" in ("2026-03-31", "2026-04-01") and message["zone"] == "date_only"
    assert account(fresh.post("/take-in/paste", channel="line", **told))[:3] == [0, 1, 0]
    assert "本文が空です" in fresh.post("/take-in/paste", text=" \n ").text


def test_nothing_of_a_name_is_in_what_a_job_leaves(fresh):
    fresh.upload(("[LINE]山田 花子.eml", b"not a mail \0"), channel="email")
    left = [f for f in (fresh.home / "state").rglob("*") if f.is_file() and "山田".encode() in f.read_bytes()]
    assert left == []


@pytest.mark.parametrize(
    "name",
    ["../../../evil.txt", "/etc/passwd", "..\\..\\evil.txt", ".hidden", "..", "a" * 4000 + ".txt", "evil\u202etxt.exe"],
)
def test_a_name_is_never_a_place(fresh, name):
    before = _files(fresh.home.parent)
    shown = fresh.upload((name, "聞いた話".encode()))
    assert shown.status_code == 200 and "どの経路" in shown.text
    (file,) = fresh.uploads()
    assert file.parent.parent.parent == fresh.home / "state" / "uploads"
    assert file.stat().st_mode & 0o077 == 0 and file.parent.parent.stat().st_mode & 0o077 == 0
    assert _files(fresh.home.parent) == before


def _files(folder) -> set:
    return {f for f in folder.rglob("*") if f.is_file() and "uploads" not in f.parts}


@given(st.text(st.characters(), max_size=300))
def test_any_name_becomes_one_that_can_lie_in_a_folder(name):
    safe = uploads.safe_name(name)
    assert safe and safe not in (".", "..") and not safe.startswith(".") and not re.search(r"[/\\\x00-\x1f\x7f]", safe)
    assert len(safe.encode()) <= uploads.NAME_BYTES and uploads.safe_name(safe) == safe


@pytest.mark.parametrize(
    "name", ["[LINE]山田 花子.txt", "facebook-100_2026.zip", "feed.charset-euc-jp.xml", "Shares_1.csv"]
)
def test_a_name_that_tells_something_stays_as_it_is(name):
    assert uploads.safe_name(name) == name


@pytest.mark.parametrize("other", ["20260101T000000-0123456789abcdef", "..%2f..", "x"])
def test_no_other_folder_is_an_upload(pages, other):
    assert pages.get(f"/take-in/{other}").status_code == 404
    assert pages.client.post(f"/take-in/{other}/cancel", data={"csrf": pages.csrf}).status_code in (404, 405)


def test_cancelling_removes_it_and_so_does_a_day(fresh):
    page = fresh.upload(FIXTURES / "email/three_messages.mbox")
    assert fresh.uploads()
    fresh.post(f"{page.url.path}/cancel")
    assert fresh.uploads() == []
    page = fresh.upload(FIXTURES / "email/three_messages.mbox")
    place = fresh.home / "state" / "uploads" / page.url.path.rpartition("/")[2]
    fresh.get("/take-in")
    assert fresh.uploads()
    for path in [*place.rglob("*"), place]:
        os.utime(path, (path.stat().st_mtime - uploads.KEPT_SECONDS - 60,) * 2)
    fresh.get("/take-in")
    assert not place.exists()


def test_what_cannot_be_landed_stays_until_it_can(fresh):
    asked = fresh.upload(FIXTURES / "email/three_messages.mbox")
    settings = fresh.home / "neta.toml"
    good = settings.read_text(encoding="utf-8")
    settings.write_text(good + "\nbroken", encoding="utf-8")
    failed = fresh.post(f"{asked.url.path}/channel", channel="email")
    assert "取り込めませんでした" in failed.text and "neta.toml" in failed.text and fresh.uploads()
    settings.write_text(good, encoding="utf-8")
    assert account(fresh.post(f"{asked.url.path}/land"))[:3] == [3, 0, 0]


def test_real_input_is_refused_by_a_sample_home(sample_copy):
    failed = pages_of(sample_copy).upload(FIXTURES / "email/three_messages.mbox", channel="email")
    assert "見本データのホームです" in said(failed) and "取り込めませんでした" in failed.text


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken"])
def test_what_is_no_file_of_the_channel_costs_itself(fresh, data):
    landed = fresh.upload(("x.zip", data), channel="email")
    assert account(landed)[0] == account(landed)[2] and '<p class="problem">' in landed.text


def test_a_bomb_is_left_to_the_guard_of_the_ingest(fresh):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.eml", b"From: a@example.jp\n\n" + b"0" * 40_000_000)
        archive.writestr("good.eml", (FIXTURES / "email/utf8_base64.eml").read_bytes())
    landed = fresh.upload(("bomb.zip", made.getvalue()), channel="email")
    assert account(landed)[2] >= 1 and "大きすぎ" in said(landed)
    assert fresh.uploads() == []


def test_two_clicks_land_once(fresh):
    take_in = fresh.client.app.state.site.doing.take_in
    upload = take_in.paste("editor", Pasted("二度押しても一度だけ取り込まれる話です", "", "", "pasted"))
    job = fresh.client.app.state.site.doing.jobs.last(f"take-in {upload}")
    assert take_in.land(upload, "editor", None) == job.id
    fresh.settled(fresh.get(f"/take-in/{upload}"))
    assert len(_raw_ids(fresh.home, "pasted")) == 1


def test_who_withdraws_is_in_no_upload_and_in_no_job(told):
    """Uploads that wait may hold the person too: the proof reads all of the home, so they go."""
    pages = pages_of(told.path)
    text = "noteに書いた記事を読んだ編集者から声をかけていただき、本を出すことになりました。とてもうれしかったです"
    pages.upload(("hers.txt", text.encode()))
    pages.upload(("another.txt", "まったく別の人の話です".encode()))
    log = told.path / "state" / "jobs"
    log.mkdir(parents=True)
    (log / "20260401T000000-00000001.log").write_text(text, encoding="utf-8")
    (log / "20260401T000000-00000001.json").write_text('{"verb": "forget x:1700000000000000007"}', encoding="utf-8")
    done = neta_here("forget", "x:1700000000000000007", "--yes", "--home", told.path)
    assert done.exit_code == 0, done.output
    assert [file.name for file in pages.uploads()] == ["another.txt"] and not list(log.glob("*.json"))
