"""Mails that people, mailers and attackers send. Test names carry the id of the hostile case they answer (M03 …)."""

from __future__ import annotations

import base64
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.channels import Item, Message, Unreadable, email
from tasks.sources import mailboxes
from tasks.text import mail_body

HEADERS = {
    "Message-ID": "<1@example.jp>",
    "Date": "Fri, 13 Mar 2026 20:00:00 +0900",
    "From": "a@example.jp",
    "Subject": "s",
    "Content-Type": "text/plain; charset=utf-8",
}
FROM_LINE = b"From a@example.jp Fri Mar 13 11:00:00 2026\n"


def mail(body: bytes | str = "本文です。", **headers: str | None) -> bytes:
    """A small mail; headers replace or (None) remove the usual ones, `_` standing for `-`."""
    fields = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return head.encode() + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def read(data: bytes, **context: str) -> Message:
    return email.conform(Item("id", data, email.MEDIA_TYPE, context))


def cut(path: Path, data: bytes) -> list[Item]:
    path.write_bytes(data)
    return list(email.cut(path, {}))


# --- caps


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: " + "=?utf-8?b?44GC?=\r\n " * 20_000,
        "".join(f"X-{n}: y\r\n" for n in range(100_000)),
        "X: y\r\n" * 1_001,
        "X: " + "y" * 10_000_000,
    ],
    ids=["M03 encoded words", "M13 lines", "M13 short lines", "M13 long line"],
)
def test_M03_M13_header_caps(tmp_path: Path, headers: str):
    data = headers.encode() + b"\r\n" + mail()
    (item,) = cut(tmp_path / "a.eml", data)
    assert (item.problem, item.payload, item.context["size"]) == ("too_large", None, len(data))
    whole, after = cut(tmp_path / "a.mbox", FROM_LINE + data + b"\n\n" + FROM_LINE + mail())
    assert (whole.problem, after.problem) == ("too_large", None)


def test_M14_a_message_over_the_cap_lands_without_its_bytes(tmp_path: Path):
    data = mail(b"a" * 78 * 400_000)
    (item,) = cut(tmp_path / "a.eml", data)
    assert (item.problem, item.payload, item.context["size"]) == ("too_large", None, len(data))


def test_M14_mailbox_goes_on_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailboxes, "MESSAGE_CAP", 1000)
    big = mail("あ\n" * 1000, Message_ID="<big@example.jp>")
    large, small = cut(tmp_path / "a.mbox", FROM_LINE + big + b"\n" + FROM_LINE + mail())
    assert (large.problem, small.item_id) == ("too_large", "1@example.jp")
    assert large.item_id == cut(tmp_path / "b.mbox", FROM_LINE + big + b"\n")[0].item_id


def test_M14_text_cap():
    with pytest.raises(Unreadable, match="too_large"):
        read(mail(b"a" * (mail_body.TEXT_CAP + 1)))


@pytest.mark.parametrize(
    "part",
    ["Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n", "Content-Type: message/rfc822\r\n\r\n"],
)
def test_nesting_is_unreadable_and_not_an_escape(part: str):
    with pytest.raises(Unreadable, match="mail_broken"):
        read(b"From: a@example.jp\r\n" + "".join(part.format(n=n) for n in range(3000)).encode())


def test_many_parts():
    data = mail(b"--b\r\n\r\nx\r\n" * 20_000, Content_Type="multipart/mixed; boundary=b")
    with pytest.raises(Unreadable, match="too_large"):
        read(data)


# --- headers

# From:, address, name
SENDERS = [
    ("a@example.jp", "a@example.jp", None),
    ("<A@Example.JP>", "a@example.jp", None),
    ('"Tanaka, Taro" <t@example.jp>', "t@example.jp", "Tanaka, Taro"),
    ("t@example.jp (Taro)", "t@example.jp", "Taro"),
    ('"boss@example.com" <t@example.jp>', "t@example.jp", "boss@example.com"),
    ('"<boss@example.com>" <t@example.jp>', "t@example.jp", "<boss@example.com>"),
    ("=?utf-8?B?" + base64.b64encode(b"<boss@example.com>").decode() + "?= <t@example.jp>",
     "t@example.jp", "<boss@example.com>"),
    ('"a..b."@docomo.example.jp', "a..b.@docomo.example.jp", None),
    ("a..b.@docomo.example.jp", "a..b.@docomo.example.jp", None),
    ("First <a@example.jp>, Second <b@example.jp>", "a@example.jp", "First"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "address", "name"), SENDERS)
def test_sender(raw: str, address: str, name: str | None):
    message = read(mail(From=raw))
    assert (message.author_id, message.author_name) == (address, name)


@pytest.mark.parametrize("raw", ["<", "", "(" * 60_000, "a" * 60_000, '"' * 60_000, "undisclosed"])
def test_M04_no_sender(raw: str):
    message = read(mail(From=raw))
    assert message.author_id is None and "from_broken" in message.flags and message.body == "本文です。"


def test_M05_line_end_in_an_encoded_name():
    message = read(mail(From="=?utf-8?q?=00=0d=0aBcc:x@y?= <a@b>"))
    assert (message.author_id, message.author_name) == ("a@b", "Bcc:x@y")


def test_M06_line_end_in_an_encoded_subject():
    assert read(mail(Subject="=?utf-8?q?x=0D=0ABcc:_evil@x?=")).title == "x Bcc: evil@x"


@pytest.mark.parametrize("raw", ["<a@[b", "<>", "no", "<a b@c>", "<" + "a" * 500 + "@b>", None])
def test_M07_no_usable_id(tmp_path: Path, raw: str | None):
    (item,) = cut(tmp_path / "a.eml", mail(Message_ID=raw))
    message = email.conform(item)
    assert len(item.item_id) == len(message.native_id) == 64
    assert message.body == "本文です。" and message.url is None


def test_copies_without_an_id_are_one_submission():
    one = mail(Message_ID=None)
    other = b"Received: from x by y\r\nX-Mozilla-Status: 0001\r\n" + one
    assert read(one).native_id == read(other.replace(b"\r\n", b"\n") + b"\n").native_id
    assert read(one).native_id != read(mail("別の本文です。", Message_ID=None)).native_id


# Subject, as bytes, and as read
SUBJECTS = [
    (b"plain", "plain"),
    (b"=?utf-8?B?44GC?= =?utf-8?B?44GE?=", "あい"),
    (b"a =?utf-8?B?44GC?= b", "a あ b"),
    (b"=?utf-8?B?44E=?= =?utf-8?B?gg==?=", "あ"),  # split inside a character
    (b"=?ISO-2022-JP?B?GyRCJCI=?=\r\n =?ISO-2022-JP?B?JCQbKEI=?=", "あい"),  # split without returning to ASCII
    (b"=?ISO-2022-JP?B?GyRCLSEbKEI=?=", "①"),
    (b"=?utf-8*ja?Q?=E3=81=82_b?=", "あ b"),
    ("生の件名".encode("cp932"), "生の件名"),
    ("生の件名".encode("iso2022_jp"), "生の件名"),
    ("生の件名".encode(), "生の件名"),
]


@pytest.mark.parametrize(("raw", "title"), SUBJECTS)
def test_subject(raw: bytes, title: str):
    assert read(mail(Subject="@").replace(b"Subject: @", b"Subject: " + raw)).title == title


@pytest.mark.parametrize("word", ["=?utf-8?B?!!?=", "=?utf-8?B?あ?=", "=?utf-8?B?A?="])
def test_broken_encoded_word_is_kept_and_told(word: str):
    message = read(mail(Subject=word))
    assert (message.title, message.flags) == (word, ("header_broken",))


RECEIVED = "from a by b; Fri, 13 Mar 2026 20:00:05 +0900 (JST)"
AT = datetime(2026, 3, 13, 11, 0, 5, tzinfo=UTC)

# Date, Received, From_ line, time, flags
TIMES = [
    (HEADERS["Date"], RECEIVED, None, AT.replace(second=0), ()),
    (None, RECEIVED, None, AT, ("date_from_received",)),
    ("gibberish", RECEIVED, None, AT, ("date_from_received",)),
    ("Fri, 13 Mar 1970 20:00:00 +0900", RECEIVED, None, AT, ("date_from_received",)),
    ("Fri, 13 Mar 2099 20:00:00 +0900", RECEIVED, None, AT, ("date_from_received",)),
    ("Sat, 14 Mar 2026 19:00:00 +0900", RECEIVED, None, AT.replace(day=14, hour=10, second=0), ()),
    (None, None, "From a@b Fri Mar 13 11:00:05 2026", AT, ("date_from_received",)),
    ("gibberish", None, None, None, ()),
    (None, "from a by b", None, None, ()),
]


@pytest.mark.parametrize(("date", "received", "envelope", "at", "flags"), TIMES)
def test_time(date: str | None, received: str | None, envelope: str | None, at: datetime | None, flags: tuple):
    context = {"envelope": envelope} if envelope else {}
    message = read(mail(Date=date, Received=received), **context)
    assert (message.posted_at, message.flags) == (at, flags)
    assert (message.zone == "missing") == (at is None)


@pytest.mark.parametrize(
    ("headers", "is_auto"),
    [
        ({"Auto-Submitted": "auto-replied"}, True),
        ({"Auto-Submitted": "auto-generated; x=y"}, True),
        ({"Auto-Submitted": "no"}, False),
        ({"Precedence": "bulk"}, True),
        ({"Precedence": "auto_reply"}, True),
        ({"Precedence": "normal"}, False),
        ({"List-Id": "<readers.example.jp>"}, True),
        ({"Return-Path": "<>"}, True),
        ({"Return-Path": "<a@example.jp>"}, False),
        ({"Content-Type": "multipart/report; report-type=delivery-status; boundary=b"}, True),
        ({}, False),
    ],
)
def test_M18_auto_mail(headers: dict, is_auto: bool):
    assert read(mail(**headers)).set_aside == ("auto_mail" if is_auto else None)


# Authentication-Results as they came, topmost first; whether the sender is vouched for. The own server is mx.sakka.jp.
VOUCHED = {
    "dmarc": (["mx.sakka.jp; dmarc=pass header.from=example.jp"], True),
    "dkim of the same domain": (["mx.sakka.jp;\r\n dkim=pass (2048-bit key) header.d=example.jp header.s=a"], True),
    "spf of a host of it": (["mx.sakka.jp 1; spf=pass smtp.mailfrom=a@bounces.example.jp"], True),
    "two servers on the way": (["mx.sakka.jp; dmarc=pass", "mx.other.jp; dmarc=fail"], True),
    "nothing": ([], False),
    "dmarc fails, whatever passes": (["mx.sakka.jp; dmarc=fail; dkim=pass header.d=example.jp"], False),
    "another server's word": (["mx.evil.jp; dmarc=pass header.from=example.jp"], False),
    "a name that begins alike": (["mx.sakka.jp.evil.jp; dmarc=pass"], False),
    "another domain's signature": (["mx.sakka.jp; dmarc=none; dkim=pass header.d=evil.jp"], False),
    "another domain's host": (["mx.sakka.jp; spf=pass smtp.mailfrom=a@evil.jp"], False),
    "a domain that ends alike": (["mx.sakka.jp; dkim=pass header.d=notexample.jp"], False),
    "in a comment": (["mx.sakka.jp; spf=fail (mx.sakka.jp; dmarc=pass) smtp.mailfrom=example.jp"], False),
    "in quotes": (['mx.sakka.jp; spf=fail reason="x; dmarc=pass" smtp.mailfrom=example.jp'], False),
    "one of two fails": (["mx.sakka.jp; dmarc=pass", "mx.sakka.jp; dmarc=fail"], False),
}  # fmt: skip


@pytest.mark.parametrize(("results", "is_vouched_for"), VOUCHED.values(), ids=VOUCHED)
def test_M19_a_sender_that_the_own_server_does_not_vouch_for_is_flagged(tmp_path, results: list, is_vouched_for: bool):
    data = "".join(f"Authentication-Results: {value}\r\n" for value in results).encode() + mail()
    (tmp_path / "a.eml").write_bytes(data)
    (item,) = email.cut(tmp_path / "a.eml", {"authserv_id": "MX.sakka.jp"})
    assert ("unverified_sender" in email.conform(item).flags) == (not is_vouched_for)
    (unasked,) = email.cut(tmp_path / "a.eml", {})
    assert "unverified_sender" not in email.conform(unasked).flags


# --- bodies


SHIFT_JIS = "役立つ".encode("cp932")

# Content-Type, Content-Transfer-Encoding, body, text, flags
BODIES = {
    "M09 unknown charset": ("text/plain; charset=x-foo-bar", None, SHIFT_JIS, "役立つ", ("charset_guessed",)),
    "M10 wrong charset": ("text/plain; charset=utf-8", None, SHIFT_JIS, "役立つ", ("charset_guessed",)),
    "M11 NEC row": ("text/plain; charset=ISO-2022-JP", "7bit", b"\x1b$B-!|b\x1b(B", "①髙", ()),
    "M12 cut quoted-printable": (
        "text/plain; charset=utf-8", "quoted-printable", b"=E3=81=82=E3=81=", "あ\ufffd",
        ("transfer_broken", "undecodable"),
    ),
    "charset in quotes and in parts": ("text/plain; charset*=us-ascii''utf-8", None, "あ".encode(), "あ", ()),
    "no type at all": (None, None, "あ".encode(), "あ", ()),
    "multipart without its parts": (
        "multipart/mixed; boundary=b", None, "あ".encode(), "あ", ("mail_defect",),
    ),
    "flowed": ("text/plain; format=flowed", None, b"one \ntwo\n  stuffed\n", "one two\n stuffed\n", ()),
    "flowed, spaces dropped": (
        "text/plain; charset=utf-8; format=Flowed; DelSp=Yes", None, "一 \n二".encode(), "一二", (),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "encoding", "body", "text", "flags"), BODIES.values(), ids=BODIES)
def test_M09_M10_M11_M12_body(kind: str | None, encoding: str | None, body: bytes, text: str, flags: tuple):
    message = read(mail(body, Content_Type=kind, Content_Transfer_Encoding=encoding))
    assert (message.body, message.flags) == (text, flags)


def test_M12_broken_base64_is_kept_and_told():
    message = read(mail("!!!!not base64===", Content_Transfer_Encoding="base64"))
    assert "transfer_broken" in message.flags


def _parts(kind: str, *parts: tuple[str, str]) -> bytes:
    inner = "".join(f"--q\r\nContent-Type: {part}; charset=utf-8\r\n\r\n{text}\r\n" for part, text in parts)
    return mail(inner + "--q--\r\n", Content_Type=f"multipart/{kind}; boundary=q")


PLAIN, HTML = "text/plain", "text/html"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (_parts("alternative", (PLAIN, "平文"), (HTML, "<p>HTML</p>")), "平文"),
        (_parts("alternative", (HTML, "<p>HTML</p>"), (PLAIN, "平文")), "平文"),
        (_parts("alternative", (PLAIN, " "), (HTML, "<p>HTML</p>")), "HTML"),
        (_parts("mixed", (HTML, "<p>HTML</p>"), (PLAIN, "広告")), "HTML\n広告"),
        (_parts("mixed", (PLAIN, "前"), ("application/pdf", "%PDF"), (PLAIN, "後")), "前\n後"),
    ],
)
def test_which_parts_are_read(data: bytes, text: str):
    assert read(data).body == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">×</div>', '<p style="Visibility: hidden">×</p>', "<p hidden>×</p>",
        '<span style="font-size:1px">×</span>', '<font color="white">×</font>', '<p style="color:#FFF">×</p>',
        '<p style="opacity:0">×</p>',
    ],
)  # fmt: skip
def test_M21_hidden_text(hidden: str):
    message = read(mail(f"<body><p>見える</p>{hidden}<p>文</p></body>", Content_Type="text/html; charset=utf-8"))
    assert (message.body, message.flags) == ("見える\n\n文", ("hidden_text",))


@pytest.mark.parametrize(
    "seen",
    ['<p style="font-size:10px">文</p>', '<td bgcolor="#003366"><font color="white">文</font></td>',
     '<p style="background-color:#FFFFFF">文</p>', '<p style="opacity:0.9">文</p>'],
)  # fmt: skip
def test_text_that_shows_is_not_hidden(seen: str):
    html = f"<table><tr>{seen}</tr></table>" if seen.startswith("<td") else seen
    message = read(mail(html, Content_Type="text/html; charset=utf-8"))
    assert (message.body, message.flags) == ("文", ())


def test_mail_without_a_word():
    with pytest.raises(Unreadable, match="no_text"):
        read(mail("", Subject=None))
    assert read(mail("", Subject="件名だけの話")).title == "件名だけの話"


# --- mailboxes


BODY_LINES = st.sampled_from([b"x", b"", b">From here", b">>From there", b"From here to there", b"-- ", "あ".encode()])


@given(st.lists(st.lists(BODY_LINES, max_size=6), max_size=5))
def test_mailbox_slices_are_exact(tmp_path_factory: pytest.TempPathFactory, bodies: list[list[bytes]]):
    mails = [
        mail(b"\n".join([b"text", *lines, b"end"]) + b"\n", Message_ID=f"<{n}@x.jp>") for n, lines in enumerate(bodies)
    ]
    path = tmp_path_factory.mktemp("mbox") / "a.mbox"
    items = cut(path, b"".join(FROM_LINE + data + b"\n" for data in mails))
    assert [item.payload for item in items] == mails
    assert [item.item_id for item in items] == [f"{n}@x.jp" for n in range(len(mails))]


@pytest.mark.parametrize("line", [b"x\n" + FROM_LINE, b"\nFrom 10:00 to 12:30 we wrote\n", b"\nFrom here\n"])
def test_a_line_of_the_body_opens_no_message(tmp_path: Path, line: bytes):
    (item,) = cut(tmp_path / "a.mbox", FROM_LINE + mail(line + b"end"))
    assert item.payload.endswith(line + b"end")


def test_item_stays_the_same_when_the_mailbox_grows(tmp_path: Path):
    (before,) = cut(tmp_path / "a.mbox", FROM_LINE + mail("x\n"))
    assert cut(tmp_path / "a.mbox", FROM_LINE + mail("x\n") + b"\n" + FROM_LINE + mail("y\n"))[0] == before


def test_body_of_a_mailbox_is_unescaped_and_a_letter_is_not(tmp_path: Path):
    data = mail("はがき\n>From now on\n")
    (boxed,) = cut(tmp_path / "a.mbox", FROM_LINE + data)
    assert email.conform(boxed).body == "はがき\nFrom now on\n"
    (letter,) = cut(tmp_path / "a.eml", data)
    assert "From now on" not in email.conform(letter).body  # a quoted line, as in any letter


def test_a_maildir_is_read_and_what_only_lies_near_it_is_not(tmp_path: Path):
    for name in ("cur/1774227600.M1P1.mx:2,S", "new/1774227601.M2P1.mx", "tmp/1774227602.M3P1.mx",
                 ".Sent/cur/1774227603.M4P1.mx:2,S", ".Sent/new/.keep", "cur/.hidden"):  # fmt: skip
        path = tmp_path / "Maildir" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mail(name, Message_ID=f"<{len(name)}@example.jp>"))
    (tmp_path / "Maildir" / "subscriptions").write_text("x")
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "notes").write_text("no Maildir: it has no new/ beside it")
    found = list(email.fetch([tmp_path]))
    assert [path.parent.name for path in found] == ["cur", "new"]
    assert [path.name for path in email.fetch([tmp_path / "Maildir" / ".Sent"])] == ["1774227603.M4P1.mx:2,S"]
    (seen,) = email.cut(found[1], {})
    opened = found[1].rename(tmp_path / "Maildir" / "cur" / f"{found[1].name}:2,RS")
    assert list(email.cut(opened, {})) == [seen], "flags are part of a file's name, not of the mail"


def test_a_damaged_member_of_a_zip_costs_itself_and_is_told(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(3):
            archive.writestr(f"{n}.eml", mail(f"{n}通め", Message_ID=f"<{n}@example.jp>"))
    data = path.read_bytes()
    path.write_bytes(data.replace("1通め".encode(), "9通め".encode()))
    items = list(email.cut(path, {}))
    assert [item.item_id for item in items if not item.problem] == ["0@example.jp", "2@example.jp"]
    assert [(item.problem, item.context["file"]) for item in items if item.problem] == [("zip_broken", "1.eml")]


def test_a_zip_without_mail_is_told(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("photo.jpg", b"x")
        archive.writestr("__MACOSX/._a.eml", b"x")
    with pytest.raises(Unreadable, match="wrong_shape"):
        list(email.cut(tmp_path / "a.zip", {}))


def test_an_attachment_that_cannot_be_read_costs_no_mail(tmp_path: Path):
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    data = _parts(
        "mixed", (PLAIN, "添付を見てください"), (word, "no ZIP"), ("application/pdf", "%PDF"), ("image/png", "x")
    )
    message = read(data)
    assert (message.body, message.flags) == (
        "添付を見てください", ("attachment_unread", "attachments", "image_attached"))  # fmt: skip


@given(st.binary(max_size=400), st.sampled_from([b"", mail(""), mail("", Content_Type="multipart/mixed; boundary=b")]))
def test_any_bytes_are_read_or_unreadable(noise: bytes, head: bytes):
    try:
        message = read(head + noise)
    except Unreadable:
        return
    assert isinstance(message.body, str)


def test_a_mark_that_an_editor_left_is_no_part_of_the_mail(tmp_path: Path):
    (item,) = cut(tmp_path / "a.eml", b"\xef\xbb\xbf" + mail())
    assert item == cut(tmp_path / "b.eml", mail())[0] and email.conform(item).author_id


def test_the_signature_that_leaves_the_text_names_the_writers_accounts():
    body = "話です。\n\n-- \n田中 恵\nX：＠Tanaka_Kei\ntanaka@example.jp\n"
    quoted = "2024/05/03 21:05、編集のメール:\n> -- \n> X: @henshu\n"
    message = read(mail(body + quoted, From="tanaka@example.jp"))
    assert (message.body, message.accounts) == ("話です。", ("handle x:tanaka_kei",))
