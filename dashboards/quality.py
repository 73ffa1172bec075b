"""The page of quality: how complete each channel is, how much a person has seen, and the reports of checks and coder."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.edition import Edition
from dashboards.links import number
from warehouse import counts, questions
from warehouse.lake import Lake
from warehouse.store import ask, question

REPORTS = (("report", "/report", "validation"), ("coder", "/coder", "coder"))  # word, address, file in reports/


def page(edition: Edition, lake: Lake) -> dict:
    """Everything that quality.html needs."""
    con, words = edition.asking(), edition.words
    reviewed = questions.ask(con, questions.named("reviewed_by_dimension", words), {}, words)
    places = {name: place for place, name in enumerate(reviewed.columns)}
    told = ("dimension", "story_count", "by_person", "by_teller", "by_machine", "without_code", "percent")
    return {
        "build": counts.build_info(con),
        "channels": [_channel(row, edition) for row in ask(con, question("completeness"))],
        "reviewed_heads": [words(f"column.{name}") for name in told],
        "reviewed": [[row[places[name]] for name in told] for row in reviewed.rows],
        "reports": [(name, link, (lake.reports / f"{file}.html").exists()) for name, link, file in REPORTS],
    }


def _channel(row: Mapping, edition: Edition) -> dict:
    """A line of the table: numbers that lead to the raw items they count, and how the source was asked."""
    words, channel = edition.words, row["channel"]
    asked = {"channel": channel}
    key = f"today.status_{row['last_status']}"
    return {
        "label": words(f"channel.{channel}") if words.has(f"channel.{channel}") else channel,
        "seen": number(row["item_count"], "item_count", "/items", asked),
        "read": row["read_count"],
        "aside": row["aside_count"],
        "held": number(row["held_count"], "item_count", "/items", {**asked, "outcome": "held"}),
        "runs": row["run_count"],
        "partial": row["partial_count"],
        "last_run_at": row["last_run_at"],
        "status": words(key) if words.has(key) else row["last_status"],
        "is_whole": row["last_status"] in ("done", ""),
    }
