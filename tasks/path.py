"""The path of a submission, stage by stage: raw → messages → turns → accepted → stories → codes → tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import pandas as pd
import pyarrow as pa

from expectations import suites
from expectations.report import StageResult, render
from expectations.validate import Validation, validate
from tasks import assign_codes, channels, conform, consent, kept_replies, load, people, sampling, tombstones
from tasks.accept import accept
from tasks.aside import must_conserve, set_aside, together
from tasks.coding.coder import Coder
from tasks.coding.in_force import coder_in_force
from tasks.link import link
from tasks.memory import few_searches
from tasks.mended import mended
from tasks.protect import protect
from tasks.refs import ref
from tasks.turns import settle
from tasks.used import used
from warehouse.codebook import Codebook
from warehouse.lake import Lake
from warehouse.ledger import Entry

Report = Callable[[str, datetime], str]


class CheckFailed(RuntimeError):
    """A critical rule failed after acceptance: our own fault, so nothing is published."""


@few_searches()
def travel(
    lake: Lake,
    key: bytes,
    call,
    me: Mapping[str, Sequence[str]],
    gap_minutes: int,
    consents: Mapping[str, Sequence[str]],
    book: Codebook,
    decisions: Sequence[Entry],
    runs: Sequence[Mapping],
    build_row: Mapping,
    tell: Callable[[str], None],
) -> tuple[dict[str, pa.Table], Report]:
    """Everything that raw holds, as the tables that the warehouse is built from, and the validation report.

    call: title, hashtags, opens, closes (UTC or None). consents: channel -> scopes that it grants.
    tell: gets the name of each step. NotConserved, CheckFailed.
    """
    tell("conform")
    messages = _frame(conform.messages(lake))
    conform.prune_cache(lake)
    is_withdrawn = tombstones.read(lake).cover_messages(messages)  # raw holds such rows only after a restore
    withdrawn = set_aside(messages[is_withdrawn], "conform", "withdrawn")
    is_mended = messages["raw_id"].isin(mended(decisions)) & ~is_withdrawn
    replaced = set_aside(messages[is_mended], "conform", "superseded", "mended")
    turns, aside = settle(messages[~is_withdrawn & ~is_mended], me, call.hashtags, call.opens, gap_minutes)
    tell("accept")
    accepted, held, submission_check = accept(turns, sorted(channels.known()))
    tell("link")
    protected = people.known(protect(accepted, key, call.closes), key, decisions)
    said = assign_codes.by_todays_turns(_of(decisions, "same", "apart"), messages, protected)
    submissions, copies, links = link(protected, key, said, [call.title], lake.cache / "linking")
    submissions, pairs = people.found(protected, submissions, links, key, decisions)
    allowed = consent.of_todays_turns(_of(decisions, "consent"), messages, submissions)
    submissions = consent.with_scopes(submissions, consents, allowed)
    tell("code")
    coder = coder_in_force(book, lake.coders, decisions)
    coding, to_review = _coded(coder, book, lake, messages, submissions, decisions)
    tell("load")
    refs = dict(zip(submissions["submission_id"], submissions["submission_ref"], strict=True))
    uses = used(assign_codes.by_todays_turns(_of(decisions, "used"), messages, submissions), refs)
    everything_aside = together([withdrawn, replaced, aside, held, copies])
    checks = [
        StageResult("submission", submission_check, lambda i: ref(key, "submission", i)),
        _check_coding(coding, submissions, book),
        _check_stories(submissions),
    ]
    tables = {
        "in_submission": load.submission_table(submissions),
        "in_item": load.item_table(messages, submissions),
        "in_link": load.link_table(links, refs),
        "in_same_person": load.same_person_table(pairs),
        "in_used": load.used_table(uses),
        "in_set_aside": load.aside_table(everything_aside, _refs(key, everything_aside)),
        "in_coding": coding,
        "in_to_review": to_review,
        "in_sample": sampling.sample_table(decisions, submissions["submission_ref"]),
        "in_run": load.run_table(runs),
        "in_build": load.build_table({**build_row, "codebook_version": book.version, "coder_version": coder.version}),
        **load.codebook_tables(book),
        **load.label_tables(messages["channel"]),
    }
    _must_account(tables["in_item"], everything_aside)
    return tables, lambda language, at: render(checks, language, _meta(build_row, at))


def _of(decisions: Sequence[Entry], *kinds: str) -> list[Entry]:
    return [entry for entry in decisions if entry.kind in kinds]


def _coded(
    coder: Coder,
    book: Codebook,
    lake: Lake,
    messages: pd.DataFrame,
    submissions: pd.DataFrame,
    decisions: Sequence[Entry],
) -> tuple[pa.Table, pa.Table]:
    """(in_coding: what machines, tellers, people and a model that was asked said; in_to_review)."""
    answers = assign_codes.code_texts(coder, lake, submissions)
    said = assign_codes.by_todays_turns(_of(decisions, "code"), messages, submissions)
    by_people, asked = assign_codes.person_rows(book, submissions, said)
    by_tellers, ticked = assign_codes.contributor_rows(book, submissions, by_people)
    machine = assign_codes.machine_rows(coder, book, submissions, answers)
    replies = kept_replies.rows(book, submissions, decisions)
    to_review = load.to_review_table(submissions["submission_ref"], answers, [*asked, *ticked])
    return pa.concat_tables([machine, by_tellers, by_people, replies]), to_review


def _frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas()


def _refs(key: bytes, aside: pd.DataFrame) -> dict[str, str]:
    return {i: ref(key, "submission", i) for i in aside["submission_id"].dropna().unique()}


def _check_coding(coding: pa.Table, submissions: pd.DataFrame, book: Codebook) -> StageResult:
    lengths = dict(zip(submissions["submission_ref"], submissions["body_masked"].str.len(), strict=True))
    frame = coding.to_pandas()
    frame["masked_length"] = frame["submission_ref"].map(lengths).astype("Int64")
    known = {d.name: {*d.by_code, *([""] if d.multi else [])} for d in book.dimensions}  # "": a person said none
    return _checked("coding", validate(frame, suites.coding(known), id_column="submission_ref"))


def _check_stories(submissions: pd.DataFrame) -> StageResult:
    told = submissions.groupby("story_id", as_index=False).agg(
        first_told_at=("posted_at", "min"), member_count=("submission_id", "size")
    )
    return _checked("story", validate(told, suites.story(), id_column="story_id"))


def _checked(stage: str, check: Validation) -> StageResult:
    if check.set_aside_rows:
        raise CheckFailed(f"{stage}: {sorted(set(check.set_aside_rows.values()))}")
    return StageResult(stage, check, lambda i: i)


def _must_account(items: pa.Table, aside: pd.DataFrame) -> None:
    """Every raw item is in a submission or set aside; copies of a story are both, and told as set aside."""
    inside = [
        i for i, held in zip(*items.select(["raw_id", "submission_ref"]).to_pydict().values(), strict=True) if held
    ]
    told = list(aside["raw_id"])
    must_conserve("load", items["raw_id"].to_pylist(), sorted(set(inside) - set(told)), told)


def _meta(build_row: Mapping, at: datetime) -> dict:
    return {
        "title": build_row["call_title"],
        "version": build_row["version"],
        "at": at,
        "is_sample": build_row["is_sample"],
    }
