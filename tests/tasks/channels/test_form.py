"""The call's form: every way Google writes a time, every way a table is saved again, and what an edited answer is.

U11 is the id of a hostile case."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.channels import Item, Message, Unreadable, form, pasted
from tasks.http import Client
from tasks.items import raw_id
from tasks.live import Well, draw
from tests.standins.raw import RawServer
from tests.standins.site import Page, Site

HEADER = "タイムスタンプ,メールアドレス,エピソード"
ROWS = [HEADER, "2026/04/02 9:01:33 午後 GMT+9,a@example.jp,①髙橋さんがnoteを見て声をかけてくれました"]
TABLE = "\r\n".join([*ROWS, "2026/04/03 9:01:33 午後 GMT+9,b@example.jp,二つ目の話です。\r\n"])


def cut(tmp_path: Path, data: bytes | str, module=form, name: str = "answers.csv", **options) -> list[Item]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(module.cut(path, options))


def told(tmp_path: Path, data: bytes | str, **options) -> list[Message]:
    return [form.conform(item) for item in cut(tmp_path, data, **options)]


TIMES = {
    "2020/02/11 9:01:33 午後 GMT+9": ("2020-02-11T12:01:33", "explicit"),
    "2020/02/11 12:01:33 午前 GMT+9": ("2020-02-10T15:01:33", "explicit"),
    "2020/02/11 12:01:33 午後 GMT+9": ("2020-02-11T03:01:33", "explicit"),
    "2024/01/07 19:41:41": ("2024-01-07T10:41:41", "assumed"),
    "2024/01/07 7:56:35 AM GMT+9": ("2024-01-06T22:56:35", "explicit"),
    "2024/01/07 7:56:35 PM GMT+9": ("2024-01-07T10:56:35", "explicit"),
    "2024/01/07 12:00:00 AM GMT+9": ("2024-01-06T15:00:00", "explicit"),
    "": (None, "missing"),
    "きのう": (None, "missing"),
}


@pytest.mark.parametrize(("written", "expected"), TIMES.items(), ids=TIMES)
def test_times(tmp_path, written: str, expected: tuple):
    (message,) = told(tmp_path, f"{HEADER}\n{written},a@example.jp,話です。\n")
    assert (message.posted_at and f"{message.posted_at:%Y-%m-%dT%H:%M:%S}", message.zone) == expected


def test_a_sheet_of_another_country_has_its_zone(tmp_path):
    (message,) = told(tmp_path, f"{HEADER}\n2024/01/07 19:41:41,a@example.jp,話です。\n", zone="America/New_York")
    assert (message.posted_at, message.zone) == (datetime(2024, 1, 8, 0, 41, 41, tzinfo=UTC), "assumed")


SAVED = {
    "UTF-8": (TABLE.encode(), ()),
    "UTF-8 with a mark": (TABLE.encode("utf-8-sig"), ()),
    "CP932": (TABLE.encode("cp932"), ("charset_guessed",)),
    "UTF-16, tabs": (TABLE.replace(",", "\t").encode("utf-16"), ()),
    "UTF-16, big end first": (b"\xfe\xff" + TABLE.replace(",", "\t").encode("utf-16-be"), ()),
    "UTF-16 without a mark": (TABLE.encode("utf-16-le"), ()),
}


@pytest.mark.parametrize(("data", "flags"), SAVED.values(), ids=SAVED)
def test_u11_a_table_saved_again_is_the_same_table(tmp_path, data: bytes, flags: tuple):
    plain = told(tmp_path, TABLE)
    again = told(tmp_path, data)
    assert [m.native_id for m in again] == [m.native_id for m in plain]
    assert [m.body for m in again] == ["①髙橋さんがnoteを見て声をかけてくれました", "二つ目の話です。"]
    assert {m.flags for m in again} == {flags}


@pytest.mark.parametrize(("module", "name"), [(form, "a.csv"), (pasted, "a.csv"), (pasted, "a.txt")])
def test_u11_mixed_encodings_are_refused_with_their_line(tmp_path, module, name: str):
    lines = [ROWS[0] + ",本文", *["x,y,話,話"] * 3]
    data = "\n".join(lines).encode() + "\nx,y,次は別の文字コードです,話".encode("cp932")
    with pytest.raises(Unreadable, match="csv_undecodable: line 5"):
        cut(tmp_path, data, module, name)


EDITED = ["2026/04/05 9:00:00 午前 GMT+9,A@example.jp,二つ目の段落も書き足しました", *ROWS[2:]]


def test_an_edited_answer_is_another_one_unless_the_form_takes_one_each(tmp_path):
    before, after = "\n".join(ROWS), "\n".join([HEADER, *EDITED])
    many = told(tmp_path, before) + told(tmp_path, after)
    assert len({m.native_id for m in many}) == 2
    one = told(tmp_path, before, one_answer_each=True) + told(tmp_path, after, one_answer_each=True)
    assert len({m.native_id for m in one}) == 1 and one[0].posted_at < one[1].posted_at


def test_answers_without_an_address_are_never_thrown_together(tmp_path):
    rows = f"{HEADER}\n2026/04/02 9:01:33,,一つ目\n2026/04/02 9:01:33,,二つ目\n"
    assert len({m.native_id for m in told(tmp_path, rows, one_answer_each=True)}) == 2


def test_a_question_that_was_renamed_or_asked_twice_is_mapped_by_the_settings(tmp_path):
    header = "タイムスタンプ,どんなことがありましたか,どんなことがありましたか,あったことを教えてください"
    rows = (
        f"{header}\n2026/04/02 9:01:33,初めの題で,,\n2026/04/02 9:02:33,,二度目の題で,\n2026/04/02 9:03:33,,,今の題で\n"
    )
    with pytest.raises(Unreadable, match="csv_columns"):
        told(tmp_path, rows)
    columns = {"story": ["どんなことがありましたか", "あったことを教えてください"]}
    assert [m.body for m in told(tmp_path, rows, columns=columns)] == ["初めの題で", "二度目の題で", "今の題で"]


def test_a_question_added_later_makes_no_answer_a_new_one(tmp_path):
    later = "\n".join([HEADER + ",業種", *(row + "," for row in ROWS[1:])])
    assert told(tmp_path, later)[0].native_id == told(tmp_path, "\n".join(ROWS))[0].native_id


# the published table


class Desk:
    def __init__(self, folder: Path, url: str, **options):
        self.folder, self.options, self.cursor = folder, {"csv_url": url, **options}, {}

    def pull(self, **span):
        with Client(trusted=frozenset({"127.0.0.1"}), sleep=lambda seconds: None) as http:
            well = Well(self.folder, self.options, self.cursor, datetime(2026, 6, 1, tzinfo=UTC), http, **span)
            new = draw(form, well)
        self.cursor = self.cursor if new is None or span else new
        ids = [raw_id("form", item) for path in well.kept for item in form.cut(path, {})]
        well.empty()
        return ids, [problem for problem, _ in well.notices]


def test_a_published_table_comes_once_and_then_its_new_rows(tmp_path):
    site = Site({"/pub": Page(TABLE.encode(), has_etag=True)})
    with RawServer(site) as server:
        desk = Desk(tmp_path, server.url + "/pub?output=csv")
        first, _ = desk.pull()
        assert len(first) == 2 and desk.pull() == ([], []) and site.asked[-1][1] == 304
        site.pages["/pub"] = Page(TABLE.encode())  # a host without ETags
        assert desk.pull() == ([], [])
        site.pages["/pub"] = Page((TABLE + "2026/04/04 9:01:33 午後 GMT+9,c@example.jp,三つ目\r\n").encode())
        assert desk.pull()[0][:2] == first and len(desk.pull(since=datetime(2026, 1, 1, tzinfo=UTC))[0]) == 3


NO_TABLES = {
    "a login page": (Page(b"<!DOCTYPE html><title>Sign in</title>"), "no_table"),
    "nothing": (Page(b""), "no_table"),
    "no more published": (Page(status="401 Unauthorized"), "not_allowed"),
    "gone": (Page(status="404 Not Found"), "request_refused"),
}


@pytest.mark.parametrize(("page", "problem"), NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_table_is_told_and_moves_no_cursor(tmp_path, page: Page, problem: str):
    site = Site({"/pub": Page(TABLE.encode(), has_etag=True)})
    with RawServer(site) as server:
        desk = Desk(tmp_path, server.url + "/pub")
        desk.pull()
        before, site.pages["/pub"] = desk.cursor, page
        assert desk.pull() == ([], [problem]) and desk.cursor == before


def test_the_address_may_be_a_secret(tmp_path, monkeypatch):
    with RawServer(Site({"/pub": TABLE.encode()})) as server:
        desk = Desk(tmp_path, "", csv_url_env="FORM_CSV")
        assert desk.pull() == ([], ["no_secret"])
        monkeypatch.setenv("FORM_CSV", server.url + "/pub")
        assert len(desk.pull()[0]) == 2
    assert Desk(tmp_path, "").pull() == ([], ["option_missing"])


def test_the_forms_csv_and_its_sheet_say_the_same_answer(tmp_path):
    header = "タイムスタンプ,エピソード,活動の場"
    (csv,) = told(tmp_path, f"{header}\r\n2026/04/02 9:01:33 午後 GMT+9,声がかかりました,note;ブログ\r\n")
    (sheet,) = told(tmp_path, f'{header}\r\n2026/04/02 21:01:33,声がかかりました,"note, ブログ"\r\n')
    (other,) = told(tmp_path, f"{header}\r\n2026/04/02 21:01:34,声がかかりました,note;ブログ\r\n")
    assert csv.native_id == sheet.native_id != other.native_id


def test_a_question_for_accounts_names_the_tellers_own(tmp_path):
    header = f"{HEADER},XのID(任意),noteのURL,活動の場"
    (message,) = told(tmp_path, f"{header}\n2024/01/07 19:41:41,,話です。,Tanaka_K,https://note.com/tanaka/,X\n")
    assert message.accounts == ("form_answer note:tanaka", "form_answer x:tanaka_k")
    assert message.self_codes == {"活動の場": ["X"]}
