"""What tellers say of their own codes: on a form, and by a correction that takes its place."""

from __future__ import annotations

import json

import pandas as pd

from tasks import assign_codes
from warehouse import codebook
from warehouse.ledger import Entry

BOOK = codebook.load(codebook.BUILT_IN)


def test_a_correction_takes_the_place_of_what_was_ticked_in_that_dimension_alone():
    ticked = json.dumps({"platform": ["note"], "industry": ["A"]})
    ids = {"submission_id": ["form:1", "form:2"], "submission_ref": ["s1", "s2"], "text_hash": ["t", "t"]}
    submissions = pd.DataFrame({**ids, "self_codes": [ticked, ticked]})
    payload = {"dimension": "platform", "codes": ["x"], "text_hash": "t"}
    decisions = [
        Entry(1, "2026-04-01T00:00:00+00:00", "e", "code", "form:1", {**payload, "as": "contributor"}, None),
        Entry(2, "2026-04-01T00:00:00+00:00", "e", "code", "form:2", payload, None),
    ]
    said, asked = assign_codes.person_rows(BOOK, submissions, decisions)
    rows = assign_codes.contributor_rows(BOOK, submissions, said)[0].to_pylist()
    assert asked == [] and [(r["coder"], r["code"]) for r in said.to_pylist()] == [
        ("contributor", "x"),
        ("person:e", "x"),
    ]
    told = sorted((r["submission_ref"], r["dimension"], r["code"]) for r in rows)
    assert told == [("s1", "industry", "A"), ("s2", "industry", "A"), ("s2", "platform", "note")]
