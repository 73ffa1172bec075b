"""Channel form: answers to the call's Google Form, as its CSV or as the same table saved again by Excel.

What     CSV download of the form, or of its sheet: a header of question titles, one answer a row.
Live     csv_url (or csv_url_env, the name of an environment variable that holds it) = the sheet, published to the web
         as CSV. Whoever knows that address reads every answer, e-mails too: publish a tab without the e-mail column.
Cursor   ETag, Last-Modified and a hash of the table: one that did not change is not cut again.
Identity namespace form, hash of the instant, e-mail and answers: Google gives no response id. Somebody who edits an
         answer overwrites the row and its timestamp, and nothing tells that from a second answer, so it comes as a new
         one (the same text or nearly so is linked as one story). Only where the form takes one answer a person
         (「回答を1回に制限する」) can the settings say so: one_answer_each = true makes the e-mail the identity, the newest
         timestamp the revision that counts, and its month the month of the story.
Unseen   rows deleted from the sheet.
Author   the e-mail, where the form collects it.
Quirks   times: "2020/02/11 9:01:33 午後 GMT+9" (CSV), "2024/01/07 7:56:35 AM GMT+9" (CSV, English),
         "2024/01/07 19:41:41" (sheet, no zone).
         Excel saves CP932, UTF-8 with a mark or UTF-16 with tabs. Ticked boxes are joined by ";" (CSV) or ", " (sheet).
         A question whose title was edited leaves two columns, each with a part of the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.text import tables
from tasks.text.accounts import answered
from tasks.text.dates import parse_time

if TYPE_CHECKING:
    from tasks.live import Well

NAMESPACE = "form"
FILES = ("*.csv", "*.tsv", "*.txt")  # Excel calls its UTF-16 table with tabs "Unicode text", .txt

# What a question is about, by its title; options["columns"] come before these. The order decides between titles that
# speak of two things: "お名前の掲載" is about attribution.
TITLES: tables.Titles = {
    "timestamp": ("タイムスタンプ", "Timestamp"),
    "email": ("メールアドレス", "ユーザー名", "Email Address", "Username"),
    "story": ("あなたの話", "エピソード", "体験談", "お話", "Your story"),
    "attribution": (
        "掲載時のお名前", "お名前の掲載", "名前の掲載", "実名・匿名", "実名を", "実名の", "匿名を", "匿名希望",
        "Attribution",
    ),
    "account": (
        "アカウント", "SNSのアカウント", "SNSのURL", "SNSのID", "Xのアカウント", "XのID", "XのURL", "noteのアカウント", "noteのURL",
        "noteのID", "ブログのURL", "プロフィールのURL", "ハンドルネーム", "Account", "Handle", "Profile URL",
    ),
    "name": ("お名前", "名前", "ペンネーム", "ニックネーム", "氏名", "Name"),
}  # fmt: skip
_SEPARATOR = re.compile(r"[;,]\s*")
TICKS_MOST = 300  # characters of an answer that may be ticked boxes; a longer one is told in words


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved tables among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item per answer: the exact bytes of its row; header, encoding and place as context.

    options: columns = {role: [titles]} for questions that TITLES does not know; zone = name of the zone of times that
    tell none; one_answer_each. Unreadable: no encoding fits, or no column holds the story.
    """
    around = {"one_answer_each": True} if options.get("one_answer_each") is True else {}
    for item in tables.cut_rows(path, options, TITLES, "story"):
        yield replace(item, context={**item.context, **around})


def pull(well: Well) -> Mapping:
    """The published table, if it changed; the new cursor. Raises NoSecret, Unreachable (no_table: a web page came)."""
    from tasks.sources.feed_watch import pull_table

    is_secret = "csv_url_env" in well.options
    return pull_table(well, well.secret("csv_url_env") if is_secret else well.options.get("csv_url", ""))


def conform(item: Item) -> Message:
    """One row -> one message; Unreadable if it has other columns than the header, or no story."""
    fields, columns = tables.fields_of(item), tables.columns_of(item.context, TITLES)
    story = tables.cells(fields, columns, "story")
    if not story:
        raise Unreadable("no_text", f"line {item.context['line']}")
    first = tables.first_cells(fields, columns, TITLES)
    posted_at, zone = parse_time(first["timestamp"], ZoneInfo(item.context["zone"]))
    return Message(
        namespace=NAMESPACE,
        native_id=_identity(fields, columns, first, posted_at, bool(item.context.get("one_answer_each"))),
        channel="form",
        body="\n\n".join(story),
        author_id=first["email"].casefold() or None,
        author_name=first["name"] or None,
        posted_at=posted_at,
        zone=zone,
        accounts=_accounts(fields, columns, item.context["header"]),
        attribution_wish=tables.wish_of(first["attribution"]),
        self_codes=_ticked(fields, columns, item.context["header"]),
        flags=tables.encoding_flags(item.context["encoding"]),
    )


def _ticked(fields: list[str], columns: tables.Columns, header: list[str]) -> dict[str, list[str]]:
    """What was answered to every other question, by its title: which of the codebook's it asks, the codebook says."""
    taken = {n for groups in columns.values() for group in groups for n in group}
    told: dict[str, list[str]] = {}
    for n, title in enumerate(header):
        is_asked = n not in taken and title.strip() and len(fields[n]) <= TICKS_MOST
        if is_asked and (labels := tables.labels_in([fields[n]])):
            told.setdefault(title.strip(), []).extend(labels)
    return told


def _accounts(fields: list[str], columns: tables.Columns, header: list[str]) -> tuple[str, ...]:
    """Accounts in every column that asks for one; a question's title may tell of which service."""
    asked = [n for group in columns.get("account", ()) for n in group]
    return tuple(sorted({account for n in asked for account in answered(fields[n], header[n])}))


def _identity(
    fields: list[str], columns: tables.Columns, first: Mapping[str, str], at: datetime | None, is_one_each: bool
) -> str:
    """The same for the form's CSV and its sheet, which write times and ticked boxes in their own ways.

    Empty cells do not count: a question added later gives every earlier answer one more of them.
    """
    if is_one_each and first["email"]:
        return tables.digest(["one answer each", first["email"].casefold()])
    apart = {n for role in ("timestamp", "email") for group in columns.get(role, ()) for n in group}
    answers = [_SEPARATOR.sub(";", field) for n, field in enumerate(fields) if field and n not in apart]
    return tables.digest([at.isoformat() if at else first["timestamp"], first["email"], *answers])
