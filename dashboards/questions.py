"""The page of questions: each a title, what it tells, fields for what it asks, its answer as table and chart, its SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from dashboards import charts, take_away
from dashboards.edition import Edition
from warehouse import counts, questions
from warehouse.questions import Answer, Parameter, Question

DRAWN = {"bars": charts.bars, "columns": charts.columns}
MOST_DRAWN = 30  # rows; a longer answer is read as a table
_INPUTS = {"date": "date", "month": "month", "number": "number"}


def listed(edition: Edition) -> dict:
    """Everything that questions.html needs."""
    language = edition.words.language
    told = [(name, q.titles[language], q.tells[language]) for name, q in questions.every().items()]
    return {"build": counts.build_info(edition.asking()), "questions": told}


def page(edition: Edition, name: str, given: Mapping[str, str]) -> dict:
    """Everything that question.html needs. NotAsked for a question or value that there is not; TooLong."""
    con, words = edition.asking(), edition.words
    question = questions.named(name, words)
    filled = {parameter: value for parameter, value in given.items() if value}
    answer = questions.ask(con, question, filled, words)
    return {
        "build": counts.build_info(con),
        "question": question,
        "given": filled,
        "fields": list(_fields(edition, question, filled)),
        "heads": [words(f"column.{column}") for column in answer.columns],
        "rows": answer.rows,
        "svg": _drawn(question, answer, words.language),
    }


def table(edition: Edition, name: str, given: Mapping[str, str]) -> take_away.Table:
    """A question's answer to take away. NotAsked, TooLong."""
    con, words = edition.asking(), edition.words
    question, build = questions.named(name, words), counts.build_info(con)
    filled = {parameter: value for parameter, value in given.items() if value}
    answer = questions.ask(con, question, filled, words)
    asked = " ".join(f"{parameter}={value}" for parameter, value in filled.items())
    foot = [question.tells[words.language], *filter(None, [asked]), *take_away.foot(counts.totals(con), build, words)]
    heads = [words(f"column.{column}") for column in answer.columns]
    return take_away.Table(question.titles[words.language], heads, answer.rows, foot, build["built_at"])


def _fields(edition: Edition, question: Question, given: Mapping[str, str]):
    """A field a parameter: its label, its value, and either the menu of its values or the kind of input."""
    con, words = edition.asking(), edition.words
    before = questions.checked(con, question, given, words)
    for parameter in question.parameters:
        menu = questions.choices(con, parameter, before)
        yield {
            "name": parameter.name,
            "label": parameter.labels[words.language],
            "value": given.get(parameter.name, parameter.default),
            "input": _INPUTS.get(parameter.kind, "text"),
            "menu": [(value, _label(edition, parameter, value, before)) for value in menu],
            "limits": parameter.limits.split("-") if parameter.kind == "number" else [],
        }


def _label(edition: Edition, parameter: Parameter, value: str, before: Mapping[str, object]) -> str:
    """What a value is called: a dimension's title, a code's name; a plain choice by its word."""
    if parameter.kind == "dimension":
        return edition.dimensions[value][f"label_{edition.words.language}"]
    if parameter.kind == "code":
        return edition.coded[str(before[parameter.limits])][value]["label"]
    key = f"question.choice_{value}"
    return edition.words(key) if edition.words.has(key) else value


def _drawn(question: Question, answer: Answer, language: str) -> Markup | str:
    """The chart that the question names, where its answer can be drawn: no number below nought, not too many rows."""
    if not question.chart or question.chart[0] not in DRAWN or not 0 < len(answer.rows) <= MOST_DRAWN:
        return ""
    kind, label, value = question.chart
    places = answer.columns.index(label), answer.columns.index(value)
    pairs = [(str(row[places[0]]), row[places[1]]) for row in answer.rows]
    if any(number is None or number < 0 for _, number in pairs):
        return ""
    return Markup(DRAWN[kind](_marks(pairs), question.titles[language]))


def _marks(pairs: Sequence[tuple[str, float]]) -> list[charts.Mark]:
    return [charts.Mark(label, float(n), "", f"{label} {n:,}", told=f"{n:,}") for label, n in pairs]
