"""The page of questions, and what can be taken along from where it stands."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from tests.dashboards.test_numbers import busy, walk  # noqa: F401
from warehouse import questions

KINDS = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


def table(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_every_question_is_listed_and_answers_on_the_sample(sample_visitor):
    listed = sample_visitor.see("/questions").xpath("//main//h2/a/@href")
    assert listed == [f"/questions/{name}" for name in questions.every()]
    for link in listed:
        page = sample_visitor.see(link)
        assert page.xpath("//table[@class='answer'] | //p[@class='nothing']"), link


def test_what_is_asked_goes_in_and_the_same_comes_out_as_a_file(sample_visitor):
    link = "/questions/benefits_by_platform"
    page = sample_visitor.see(f"{link}?across=industry&down=platform&level=code")
    shown = [["".join(cell.itertext()) for cell in row] for row in page.xpath("//table[@class='answer']/tbody/tr")]
    taken = page.xpath("//p[@class='take']/a/@href")
    rows = table(sample_visitor.get(taken[0]))
    assert len(shown) > 50 and [row[:2] for row in rows[1 : len(shown) + 1]] == [row[:2] for row in shown]
    assert page.xpath("//select[@name='across']/option[@selected]/@value") == ["industry"]
    assert any("公募に寄せられた話の集計です" in "".join(row) for row in rows)


@pytest.mark.parametrize(
    "link",
    ["/questions/x", "/questions/benefits_by_platform?across=x", "/questions/late_stories?x=1", "/questions/x.csv"],
)
def test_what_cannot_be_asked_is_refused(sample_visitor, link):
    assert sample_visitor.get(link).status_code == 400


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["/take/platform", "/take/month", "/trends/over-time", "/trends/platform-benefit"])
def test_tables_and_figures_are_files(sample_visitor, what, kind):
    answer = sample_visitor.get(f"{what}.{kind}")
    assert answer.status_code == 200 and answer.content.startswith(KINDS[kind])
    saved = answer.headers["content-disposition"]
    assert saved.startswith('attachment; filename="neta-') and saved.endswith(f'.{kind}"')


def test_every_link_to_a_file_leads_to_one(busy, publish, visitor):  # noqa: F811
    publish(busy)
    for link in (
        "/?include_late=yes",
        "/trends?topic=fruit&by=mood&then_to=2026-01",
        "/trends?unit=person&period=week",
    ):
        taken = visitor.see(link).xpath("//p[@class='take']/a/@href")
        assert len(taken) > 10 and {visitor.get(file).status_code for file in taken} == {200}


def test_a_file_holds_the_numbers_of_the_page_and_what_was_chosen(busy, publish, visitor):  # noqa: F811
    publish(busy)
    page = visitor.see("/trends?topic=fruit&by=topic&open=topic.fruit&then_to=2026-01")
    taken = {link.split("?")[0]: link for link in page.xpath("//p[@class='take']/a/@href")}
    over = table(visitor.get(taken["/trends/over-time.csv"]))
    assert over[0] == ["topicの", "合計", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert over[1:4] == [
        ["全体", "3", "1", "1", "0", "1"],
        ["fruitの", "3", "1", "1", "0", "1"],
        ["appleの", "2", "1", "0", "0", "1"],
    ]
    assert ["topicの: fruitの"] in over
    spans = table(visitor.get(taken["/trends/spans.csv"]))
    assert spans[1] == ["全体", "3", "100%", "2", "100%"]
    sheet = zipfile.ZipFile(io.BytesIO(visitor.get(taken["/trends/topic-topic.xlsx"]).content))
    assert any(name.startswith("xl/worksheets/") for name in sheet.namelist())


@pytest.mark.parametrize(
    ("link", "status"),
    [
        ("/take/x.csv", 400),
        ("/take/platform.csv?x=1", 400),
        ("/take/platform.exe", 404),
        ("/trends/x.csv", 400),
        ("/trends/x.png", 400),
        ("/trends/spans.csv", 400),
        ("/trends/spans.png", 400),
        ("/questions/late_stories.png", 404),
    ],
)
def test_what_cannot_be_taken_is_said(sample_visitor, link, status):
    assert sample_visitor.get(link).status_code == status


def test_a_label_cannot_act_as_a_formula(call, publish, visitor):
    call.story("a", topic="oak")
    publish(call)
    rows = table(visitor.get("/trends/over-time.csv?text=%3D1%2B1"))
    told = [row[0] for row in rows if row and "1+1" in row[0]]
    assert told and not any(text.startswith("=") for text in told)


def test_the_quality_of_each_channel_adds_up(busy, publish, visitor):  # noqa: F811
    publish(busy)
    page = visitor.see("/quality")
    rows = [
        ["".join(cell.itertext()) for cell in row]
        for row in page.xpath("//section[@aria-labelledby='channels']//tbody/tr")
    ]
    assert [row[:5] for row in rows] == [["メール", "10", "8", "1", "1"], ["応募フォーム", "1", "0", "1", "0"]]
    walk(visitor, "/quality")
