-- what: runs of ingest and build
-- ja: 実行の記録
-- grain: one run
-- inputs: in_run
CREATE TABLE fct_run AS
SELECT run_id, kind, channel, started_at, ended_at, status, item_count, new_count, known_count, quarantined_count
FROM in_run
ORDER BY started_at, run_id, channel;
