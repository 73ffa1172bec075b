"""The ledger: what people decided, append-only and hash-chained, in SQLite or PostgreSQL.

A ledger is named by the path of its SQLite file or by a database URL (`Lake.ledger` is the one or the other). Two tables:
`entry` says who wrote what kind of entry when, with a salted digest of its content and a hash over all before it, and is
never changed; `content` holds what was written, and can be erased openly (erasure.py). No story text is written here:
what a person saw is named by its hash. Kinds, each with a payload of its own:

`code` (subject = submission_id; {dimension, codes, text_hash, as}); `as` is `contributor` where the teller corrected it,
  `adjudicator` where people had disagreed (tasks/adjudication.py).
`sample` (subject = seed; {seed, n, frame_size, probability, last_place, drawn}): stories to code, see tasks/sampling.py.
`double` (subject = seed; as `sample`): stories for two people to code, each alone, see flows/waiting.py.
`second` (subject = submission_id; {submission_ref, text_hash}): who coded it asks for a second coder.
`again` (subject = who; {drawn}): stories of their own that they code once more, without their first answer.
`undo` (subject as of what it undoes; {entries, submission_ref}): entries that no longer hold, see tasks/taken_back.py.
`same`, `apart` (subject and {other} = submission_ids; also their refs and text hashes): one story or two, see tasks/link.py.
`same_person`, `other_person` (subject and {other} = contributor refs): whose accounts these are, see tasks/people.py.
`coder` (subject and {name} = a coder's name): it codes from now on, see tasks/coding/in_force.py.
`llm` (subject = submission_id; {text_hash, codebook, model, answers or problem}): a model's reply, see tasks/kept_replies.py.
`consent` (subject = submission_id; {grant, withdraw, evidence, name_as}): scopes, see tasks/consent.py.
`mended` (subject = raw_id; {is_mended, problem, items}): a better source stands for a held item, see tasks/mended.py.
`withdrawal` (subject = keyed mark of author or submission; {scope, submissions, items, channels, verified_by}).
`erased` (subject = the kind of what was erased, or `withdrawn`; {entries: id -> digest of what remains of it}).
`used` (subject = submission_id; {where}): it stands in the book, see tasks/used.py.
`candidate`, `gift_copy` (subject = submission_id): it may be quoted, a copy of the book was promised for it.
`address` (subject = submission_id; {address}), `shipped` (the same subject): where the copy goes, and that it went.
`note` (subject = submission_id; {note, submission_ref}): what a reviewer wants remembered.
`mended` (subject = raw_id; {is_mended, problem, items}): a better source stands for a held item, see tasks/mended.py.
`about` (subject: the ref asked for; {refs}): somebody was shown what is held of them.
`handed_out` (subject: the file's name; {file, refs}): a file that holds something of these leaves the home.
`backup` (subject: the file's name; {file}), written before the file is, so that no copy goes unlisted.
`restore` (subject: the file's name; {file, made_at, items}): items withdrawn since it was made went again.
"""

from warehouse.ledger.chain import Fault
from warehouse.ledger.database import Ledger, LedgerError, exists, named
from warehouse.ledger.entries import RECORDS, Entry, New, append, append_many, digest, head, read, verify
from warehouse.ledger.erasure import FREE_WORDS, erase, redact
from warehouse.ledger.moving import NotTaken, copied, lines, take_in

__all__ = [
    "FREE_WORDS", "RECORDS", "Entry", "Fault", "Ledger", "LedgerError", "New", "NotTaken",
    "append", "append_many", "copied", "digest", "erase", "exists", "head", "lines", "named", "read",
    "redact", "take_in", "verify",
]  # fmt: skip
