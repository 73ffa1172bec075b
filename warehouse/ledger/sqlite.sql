-- The ledger's tables in SQLite; an empty line parts the statements. What: one row an entry, one a content, one a lease.
CREATE TABLE entry (
  id     INTEGER PRIMARY KEY,
  at     TEXT NOT NULL,
  who    TEXT NOT NULL,
  kind   TEXT NOT NULL,
  digest TEXT NOT NULL,
  hash   TEXT NOT NULL
)

CREATE TABLE content (
  id      INTEGER PRIMARY KEY REFERENCES entry,
  salt    TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  why     TEXT
)

CREATE TABLE lease (
  subject TEXT PRIMARY KEY,
  who     TEXT NOT NULL,
  until   TEXT NOT NULL
) WITHOUT ROWID

CREATE INDEX entry_by_kind ON entry (kind)

-- INSERT OR REPLACE fires no DELETE trigger, so an insert must be watched too.
CREATE TRIGGER entry_keeps_order BEFORE INSERT ON entry
  WHEN NEW.id IS NULL OR NEW.id <= (SELECT coalesce(max(id), 0) FROM entry)
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END

CREATE TRIGGER entry_keeps_words BEFORE UPDATE ON entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END

CREATE TRIGGER entry_keeps_rows BEFORE DELETE ON entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END

CREATE TRIGGER content_keeps_ids BEFORE INSERT ON content
  WHEN EXISTS (SELECT 1 FROM content WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END

CREATE TRIGGER content_keeps_rows BEFORE DELETE ON content
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END

CREATE TRIGGER content_keeps_words BEFORE UPDATE ON content
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END

-- For reading; and the release before the chain, which kept a table of this name, fails here instead of writing beside it.
CREATE VIEW ledger AS
  SELECT id, at, who, kind, subject, payload, why FROM entry LEFT JOIN content USING (id) ORDER BY id
