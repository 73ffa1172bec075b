"""The page: what a reader must find on it, and what must never be on it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import pandas as pd
import pytest

from expectations import suites
from expectations.report import StageResult, render
from expectations.validate import RuleResult, Validation, validate

AT = datetime(2026, 4, 3, 5, 12, tzinfo=timezone(timedelta(hours=9), "JST"))
META = {"title": "#本のネタにしてもいいよ", "version": "20260403-9f2c", "at": AT, "is_sample": False}
SUITES = {
    "raw": suites.raw(["email"]),
    "submission": suites.submission(["email"]),
    "coding": suites.coding({"platform": {"x"}}),
    "story": suites.story(),
}
TOKEN = "token-7c2e"


class Page(HTMLParser):
    """Tags, attributes and visible text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def hashed(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()


def stage(name: str, checked: int, ref=hashed, **failed: int) -> StageResult:
    """A stage in which the first n rows break a rule, for each rule = n."""
    counts = {rule.name: failed.get(rule.name, 0) for rule in SUITES[name]}
    results = tuple(
        RuleResult(rule, checked, tuple(range(n)), tuple(f"id{i}" for i in range(n)))
        for rule, n in zip(SUITES[name], counts.values(), strict=True)
    )
    return StageResult(name, Validation(checked, results), ref)


def four() -> list[StageResult]:
    found = {"posted_at_missing": 3, "author_unknown": 48}
    return [stage("raw", 1243), stage("submission", 1187, **found), stage("coding", 4206), stage("story", 0)]


def test_the_first_sentence_gives_the_account():
    several = render(four(), "ja", META)
    assert re.search("<h1>(.*)</h1>", several)[1] == "のべ6,636件を検査し、3件を保留にしました。"
    assert "注意が48件あります" in several
    alone = render([stage("submission", 1187, posted_at_missing=3)], "ja", META)
    assert re.search("<h1>(.*)</h1>", alone)[1] == "1,187件を検査し、3件を保留にしました。"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_rule_stands_with_reason_and_what_to_do(language):
    from warehouse.words import Words

    words, text = Words(language), Page(render(four(), language, META)).text
    names = [result.rule.name for s in four() if s.validation.checked for result in s.validation.results]
    missing = [key for name in names for key in (name, f"{name}_why", f"{name}_do") if words(f"rule.{key}") not in text]
    assert missing == []
    assert "2026-04-03 05:12 JST" in text
    assert "20260403-9f2c" in text
    assert words("validation.empty") in text


def test_only_the_first_twenty_rows_are_shown_by_their_references():
    html = render(four(), "ja", META)
    shown = [i for i in range(48) if f'title="{hashed(f"id{i}")}"' in html]
    assert shown == list(range(20))
    assert "ほか28件" in html


@pytest.mark.parametrize(("failed", "told"), [(0, "0 %"), (1, "&lt; 0.1 %"), (30, "1.5 %"), (2000, "100.0 %")])
def test_the_share_is_told_in_figures_beside_the_bar(failed, told):
    html = render([stage("story", 2000, first_told_at_missing=failed)], "ja", META)
    row = html[html.index("最初に語られた日時がない") :]
    assert f"<span>{told}</span>" in row[: row.index("</tr>")]


def test_sample_data_is_called_so_and_real_data_is_not():
    assert "見本データ" in Page(render(four(), "ja", {**META, "is_sample": True})).text
    assert "見本データ" not in render(four(), "ja", META)


def test_no_cell_value_reaches_the_page():
    row = dict.fromkeys(("submission_id", "namespace", "channel", "author_id", "title", "body", "zone"), TOKEN)
    times = dict.fromkeys(("posted_at", "received_at"), pd.Timestamp("1999-01-01", tz="UTC"))
    frame = pd.DataFrame([row | times | {"truncated": True, "flags": [TOKEN], "body_length": 0}])
    validation = validate(frame, SUITES["submission"], "submission_id")
    assert validation.set_aside == {TOKEN: "submission_id_malformed"}
    assert TOKEN not in render([StageResult("submission", validation, hashed)], "ja", META)


def test_hostile_ids_and_titles_stay_text():
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    calm = render([stage("story", 5, first_told_at_missing=2)], "ja", META)
    html = render([stage("story", 5, ref=lambda _: hostile, first_told_at_missing=2)], "ja", {**META, "title": hostile})
    assert Page(html).tags == Page(calm).tags
    assert Page(html).attributes == Page(calm).attributes
    assert hostile in Page(html).text


def test_the_page_needs_no_other_host_and_no_script():
    html = render(four(), "en", {**META, "is_sample": True})
    assert not re.search(r"(?i)https?://|//[a-z]|url\(|@import|<script|<link|\bon\w+=", html)
    assert "default-src 'none'" in html


def test_a_missing_id_is_a_dash():
    results = (RuleResult(SUITES["story"][0], 1, (0,), (None,)),)
    assert "<bdi>—</bdi>" in render([StageResult("story", Validation(1, results), hashed)], "ja", META)
