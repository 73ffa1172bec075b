-- what: of each channel what came, what became of it, and whether its source could be asked in full
-- an ingest that could not ask its source in full is partial; such a gap is closed by the next whole one
WITH run AS (
  SELECT
    channel, count(*) AS run_count, count(*) FILTER (status <> 'done') AS partial_count,
    arg_max(status, started_at) AS last_status, max(started_at) AS last_run_at
  FROM fct_run WHERE kind = 'ingest' AND channel IS NOT NULL
  GROUP BY channel
),
item AS (
  SELECT
    channel,
    count(*) AS item_count,
    count(*) FILTER (outcome IN ('counted', 'joined')) AS read_count,
    count(*) FILTER (outcome = 'held') AS held_count,
    max(fetched_at) AS last_received_at
  FROM fct_item
  GROUP BY channel
)
SELECT
  channel,
  coalesce(item_count, 0) AS item_count,
  coalesce(read_count, 0) AS read_count,
  coalesce(held_count, 0) AS held_count,
  coalesce(item_count - read_count - held_count, 0) AS aside_count,
  last_received_at,
  coalesce(run_count, 0) AS run_count,
  coalesce(partial_count, 0) AS partial_count,
  coalesce(last_status, '') AS last_status,
  last_run_at
FROM item FULL JOIN run USING (channel)
ORDER BY channel;
