"""Consent for the pages: the ledger's words by refs, and new words by the function of `neta consent`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import duckdb

from dashboards.rights.doing import Said, Word
from flows.settings import Settings
from flows.web import refusing
from tasks.refs import ref
from warehouse import ledger, store
from warehouse.ledger import Entry


class HomeConsents:
    """Of one home."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def said(self, con: duckdb.DuckDBPyConnection) -> list[Said]:
        from tasks.consent import said_of

        entries = ledger.read(self._settings.lake.ledger, "consent")
        entries = [entry for entry in entries if not entry.subject.startswith("withdrawn:")]
        by_scope = said_of(self._of_today(con, entries))
        return [_told(of, scope, entry) for of, scopes in by_scope.items() for scope, entry in scopes.items()]

    def record(self, who: str, ref: str, word: Word) -> int:
        from flows.consenting import record

        told = {"evidence": word.evidence, "name_as": word.name_as, "how": word.how, "message": word.message}
        with refusing.told():
            return record(self._settings, ref, word.grant, word.withdraw, told, who)

    def _of_today(self, con: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> Iterator[Entry]:
        """Entries by refs. One on a message that is part of a larger turn by now holds as tasks/consent.py says."""
        from tasks.consent import taken_back

        key = self._settings.key() if entries else b""
        named = [replace(entry, subject=ref(key, "submission", entry.subject)) for entry in entries]
        known = store.ask(con, store.question("submissions_of"), {"refs": sorted({e.subject for e in named})})
        known = {row["submission_ref"] for row in known}
        parts = {was.subject for was, now in zip(entries, named, strict=True) if now.subject not in known}
        turns = self._turns(con, parts) if parts else {}
        for was, now in zip(entries, named, strict=True):
            if now.subject in known:
                yield now
            elif turn := turns.get(was.subject):
                yield replace(taken_back(now), subject=turn)

    def _turns(self, con: duckdb.DuckDBPyConnection, ids: set[str]) -> dict[str, str]:
        """submission_id of a message → ref of the submission that it is part of today."""
        from tasks import conform

        messages = conform.messages(self._settings.lake).select(["raw_id", "submission_id"]).to_pylist()
        raw_ids = {row["raw_id"]: row["submission_id"] for row in messages if row["submission_id"] in ids}
        rows = store.ask(con, store.question("about"), {"raw_ids": sorted(raw_ids)})
        return {raw_ids[row["raw_id"]]: row["submission_ref"] for row in rows if row["submission_ref"]}


def _told(submission_ref: str, scope: str, entry: Entry) -> Said:
    told = {part: entry.payload.get(part) for part in ("name_as", "how", "message")}
    is_granted = scope in entry.payload["grant"]
    at, evidence = datetime.fromisoformat(entry.at), entry.payload.get("evidence", "")
    return Said(submission_ref, scope, is_granted, at, entry.who, evidence, **told)
