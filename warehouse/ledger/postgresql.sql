-- The ledger's tables in PostgreSQL; an empty line parts the statements. What: one row an entry, one a content, one a lease.
CREATE TABLE entry (
  id     BIGINT PRIMARY KEY,
  at     TEXT NOT NULL,
  who    TEXT NOT NULL,
  kind   TEXT NOT NULL,
  digest TEXT NOT NULL,
  hash   TEXT NOT NULL
)

CREATE TABLE content (
  id      BIGINT PRIMARY KEY REFERENCES entry,
  salt    TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (payload::json IS NOT NULL),
  why     TEXT
)

CREATE TABLE lease (
  subject TEXT PRIMARY KEY,
  who     TEXT NOT NULL,
  until   TEXT NOT NULL
)

CREATE INDEX entry_by_kind ON entry (kind)

CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$

CREATE FUNCTION ledger_goes_on() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NEW.id <= (SELECT coalesce(max(id), 0) FROM entry) THEN RAISE EXCEPTION 'the ledger is append-only'; END IF;
    RETURN NEW;
  END $$

CREATE TRIGGER entry_keeps_order BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION ledger_goes_on()

CREATE TRIGGER entry_keeps_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON entry EXECUTE FUNCTION ledger_refuses()

CREATE TRIGGER content_keeps_rows BEFORE DELETE ON content EXECUTE FUNCTION ledger_refuses()

CREATE TRIGGER content_keeps_words BEFORE UPDATE OR TRUNCATE ON content EXECUTE FUNCTION ledger_refuses()

CREATE VIEW ledger AS
  SELECT id, at, who, kind, subject, payload, why FROM entry LEFT JOIN content USING (id) ORDER BY id
