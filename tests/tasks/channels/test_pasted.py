"""What an editor types: the channel in their own words, and an identity made of what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.channels import Message, known, pasted
from warehouse.words import Words

HEADER = "届いた経路,名前,日付,本文"


def told(tmp_path: Path, *rows: str, header: str = HEADER) -> list[Message]:
    path = tmp_path / "typed.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return [pasted.conform(item) for item in pasted.cut(path, {})]


LABELS = [(Words(language)(f"channel.{name}"), name) for name in known() for language in ("ja", "en")]
TYPED = [
    ("メール", "email"),
    (" ＬＩＮＥ ", "line"),
    ("Ｘ", "x_hashtag"),
    ("XのDM", "x_dm"),
    ("", "pasted"),
    ("鳩", "pasted"),
]


@pytest.mark.parametrize(("typed", "channel"), [*sorted(LABELS), *TYPED, *((name, name) for name in sorted(known()))])
def test_the_channel_is_known_by_its_name_its_label_and_what_people_call_it(tmp_path, typed: str, channel: str):
    (message,) = told(tmp_path, f"{typed},港の人,2026/4/2,話です。")
    assert (message.channel, message.flags) == (channel, ("unknown_channel",) if typed == "鳩" else ())


def test_identity_is_what_was_typed_and_a_consent_that_comes_later_is_no_new_one(tmp_path):
    (first,) = told(tmp_path, "メール,港の人,2026/4/2,話です。")
    (moved,) = told(tmp_path, "2026/4/2,話です。,メール,港の人,実名可", header="日付,本文,届いた経路,名前,利用の許可")
    assert (moved.native_id, moved.attribution_wish) == (first.native_id, "named_ok")
    others = [
        "メール,港の人,2026/4/3,話です。",
        "メール,別の人,2026/4/2,話です。",
        "メール,港の人,2026/4/2,別の話です。",
    ]
    assert len({m.native_id for m in [first, *told(tmp_path, *others)]}) == 4


def test_the_senders_name_is_for_masking_and_no_identity(tmp_path):
    (message,) = told(tmp_path, "LINE, 港の人 ☀ ,2026/4/2,話です。")
    assert (message.author_name, message.author_id) == ("港の人 ☀", None)


def test_one_text_file_is_one_telling_whatever_its_line_ends(tmp_path):
    ids = set()
    for name, data in (("a.txt", "話です。\n続き".encode()), ("b.md", "話です。\r\n続き\r\n".encode("cp932"))):
        (tmp_path / name).write_bytes(data)
        (item,) = pasted.cut(tmp_path / name, {})
        ids.add(pasted.conform(item).native_id)
    assert len(ids) == 1
