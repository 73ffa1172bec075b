"""Named questions with parameters: SQL files in sql/questions/asked/, whose header says what each tells and asks for.

A header is lines `-- key: value` at the top of the file: ja, en (title), tells_ja, tells_en, grain, chart (none, or a
kind with the columns it draws) and a `parameter` line each: NAME TYPE = DEFAULT | label | label in English.
Types: date, month, number:1-50, choice:a,b, dimension, code:NAME (of the dimension that parameter NAME chose).
What is given goes in as bound parameters only; no name of a table or column comes from outside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Timer

import duckdb

from warehouse import store
from warehouse.words import Words

FOLDER = store.SQL / "questions" / "asked"
SECONDS = 10.0  # the longest that a question may take
_LINE = re.compile(r"-- (\w+): (.*)")
_PARAMETER = re.compile(r"(\w+) (\w+)(?::(\S+))? =(.*?)\|(.*)\|(.*)")


class NotAsked(ValueError):
    """No such question, no such parameter, or a value that it cannot take; the text says what there is."""


class TooLong(RuntimeError):
    """A question that was broken off at its time limit."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question asks for. limits: what stands behind the type's colon; labels: language -> text."""

    name: str
    kind: str
    limits: str
    default: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One file. titles, tells: language -> text; chart: kind and columns, empty where none fits; sql: without the header."""

    name: str
    titles: Mapping[str, str]
    tells: Mapping[str, str]
    grain: str
    chart: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Answer:
    """columns, and rows in their order; of a column in two languages the one asked for stands, under its bare name."""

    columns: list[str]
    rows: list[tuple]


def every() -> dict[str, Question]:
    """All questions by name, in order of name."""
    return {file.stem: _read(file.stem, file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.sql"))}


def named(name: str, words: Words) -> Question:
    """One question; NotAsked lists those there are."""
    known = every()
    if name not in known:
        raise NotAsked(words("question.no_such", name=name, known=" ".join(known)))
    return known[name]


def _read(name: str, text: str) -> Question:
    lines = text.splitlines()
    header = [found.groups() for line in lines if (found := _LINE.fullmatch(line))]
    told = dict(header)
    chart = told["chart"].split()
    return Question(
        name,
        {language: told[language] for language in ("ja", "en")},
        {language: told[f"tells_{language}"] for language in ("ja", "en")},
        told["grain"],
        tuple(chart) if chart != ["none"] else (),
        tuple(_parameter(value) for key, value in header if key == "parameter"),
        "\n".join(lines[len(header) :]) + "\n",
    )


def _parameter(line: str) -> Parameter:
    name, kind, limits, default, ja, en = (part and part.strip() for part in _PARAMETER.fullmatch(line).groups())
    return Parameter(name, kind, limits or "", default, {"ja": ja, "en": en})


def checked(
    con: duckdb.DuckDBPyConnection, question: Question, given: Mapping[str, str], words: Words
) -> dict[str, object]:
    """A value for each declared parameter, typed, the default where nothing is given. NotAsked."""
    declared = [parameter.name for parameter in question.parameters]
    if unknown := [name for name in given if name not in declared]:
        raise NotAsked(words("question.no_parameter", name=unknown[0], known=" ".join(declared) or "–"))
    values: dict[str, object] = {}
    for parameter in question.parameters:
        text = given.get(parameter.name, parameter.default).strip()
        values[parameter.name] = _typed(con, parameter, text, values, words) if text or parameter.default else None
    return values


def _typed(con, parameter: Parameter, text: str, before: Mapping[str, object], words: Words) -> object:
    try:
        return _TYPES[parameter.kind](con, text, parameter.limits, before)
    except _Unfit as unfit:
        fill = {"name": parameter.name, "value": text, "known": unfit}
        raise NotAsked(words(f"question.bad_{parameter.kind}", **fill)) from None


class _Unfit(ValueError):
    """A value that does not fit; the text names those that would."""


def _date(con, text: str, limits: str, before: Mapping) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise _Unfit
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Unfit from None


def _month(con, text: str, limits: str, before: Mapping) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise _Unfit
    return text


def _number(con, text: str, limits: str, before: Mapping) -> int:
    least, most = map(int, limits.split("-"))
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise _Unfit(limits)
    return int(text)


def _one_of(text: str, known: list[str]) -> str:
    if text not in known:
        raise _Unfit(" ".join(known))
    return text


def _choice(con, text: str, limits: str, before: Mapping) -> str:
    return _one_of(text, limits.split(","))


def _dimension(con, text: str, limits: str, before: Mapping) -> str:
    return _one_of(text, _names(con, "SELECT dimension FROM dim_dimension ORDER BY dimension_order"))


def _code(con, text: str, limits: str, before: Mapping) -> str:
    sql = "SELECT code FROM dim_code WHERE dimension = $dimension ORDER BY code_order"
    return _one_of(text, _names(con, sql, dimension=before[limits]))


def _names(con, sql: str, **parameters: object) -> list[str]:
    return [name for (name,) in con.execute(sql, parameters).fetchall()]


_TYPES: Mapping[str, Callable] = {
    "date": _date,
    "month": _month,
    "number": _number,
    "choice": _choice,
    "dimension": _dimension,
    "code": _code,
}


def choices(con: duckdb.DuckDBPyConnection, parameter: Parameter, before: Mapping[str, object]) -> list[str]:
    """The values that a parameter can take, for a menu; empty where any of its kind will do. before: as for `checked`."""
    try:
        _TYPES[parameter.kind](con, "", parameter.limits, before)
    except _Unfit as unfit:
        return str(unfit).split() if parameter.kind in ("choice", "dimension", "code") else []
    return []


def ask(
    con: duckdb.DuckDBPyConnection,
    question: Question,
    given: Mapping[str, str],
    words: Words,
    seconds: float = SECONDS,
) -> Answer:
    """A question's answer. NotAsked for what it cannot take; TooLong after `seconds`."""
    values = checked(con, question, given, words)
    with time_limit(con, seconds):
        cursor = con.execute(question.sql, values)
        names, rows = [column[0] for column in cursor.description], cursor.fetchall()
    return _in_one_language(names, rows, words.language)


@contextmanager
def time_limit(con: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Whatever the connection is asked meanwhile ends after `seconds`, with TooLong."""
    timer = Timer(seconds, con.interrupt)
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise TooLong(f"{seconds:g}") from error
    finally:
        timer.cancel()


def _in_one_language(names: list[str], rows: list[tuple], language: str) -> Answer:
    other = {"ja": "_en", "en": "_ja"}[language]
    kept = [place for place, name in enumerate(names) if not name.endswith(other)]
    bare = [names[place].removesuffix(f"_{language}") for place in kept]
    return Answer(bare, [tuple(row[place] for place in kept) for row in rows])
