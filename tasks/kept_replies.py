"""What a model answered, out of the ledger: which texts need not be asked again, and rows of CODING at every build."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd
import pyarrow as pa

from tasks import consent
from tasks.coding.llm import CODER, Question
from warehouse import schema
from warehouse.codebook import Codebook
from warehouse.ledger import Entry


def asked(entries: Iterable[Entry], digest: str, model: str) -> frozenset[str]:
    """Hashes of texts that this model was asked about by this codebook, whatever came of it. entries: of kind `llm`."""
    told = (entry.payload for entry in entries)
    return frozenset(p["text_hash"] for p in told if (p["codebook"], p["model"]) == (digest, model))


def rows(book: Codebook, submissions: pd.DataFrame, decisions: Iterable[Entry]) -> pa.Table:
    """CODING rows of coder `llm`: for texts as they are now, by the codebook as it is now, with leave as it is now.

    Of several models' replies the latest stands. That none of several codes applies is a row without a code.
    """
    digest = Question(book).digest
    usable = (e for e in decisions if e.kind == CODER and e.payload["codebook"] == digest and "answers" in e.payload)
    latest = {entry.payload["text_hash"]: entry for entry in usable}
    allowed = consent.only(submissions, CODER)
    pairs = zip(allowed["submission_ref"], allowed["text_hash"], strict=True)
    made = [row for ref, text_hash in pairs if text_hash in latest for row in _of_reply(ref, latest[text_hash], book)]
    return pa.Table.from_pylist(made, schema=schema.CODING)


def _of_reply(ref: str, entry: Entry, book: Codebook) -> Iterable[dict]:
    said = {"submission_ref": ref, "coder": CODER, "codebook_version": book.version}
    said |= {"coder_version": entry.payload["model"], "decided_at": datetime.fromisoformat(entry.at)}
    for dimension, claims in entry.payload["answers"].items():
        for claim in claims or [{"code": None, "probability": 1.0, "start": None, "end": None}]:
            places = {"evidence_start": claim["start"], "evidence_end": claim["end"]}
            yield {
                **said,
                **places,
                "dimension": dimension,
                "code": claim["code"],
                "probability": claim["probability"],
            }
