-- what: every raw item and what became of it: the proof that nothing is lost
-- ja: 元データ1件ごとの行き先
-- grain: one raw item
-- inputs: in_item, in_set_aside, in_reason
CREATE TABLE fct_item AS
SELECT
  in_item.raw_id,
  in_item.channel,
  in_item.fetched_at,
  in_item.submission_ref,
  in_item.sequence,
  in_item.flags,
  in_set_aside.stage,
  in_set_aside.reason,
  CASE
    WHEN in_reason.outcome IS NOT NULL THEN in_reason.outcome
    WHEN in_item.sequence = 1 THEN 'counted'
    ELSE 'joined'
  END AS outcome
FROM in_item
LEFT JOIN in_set_aside USING (raw_id)
LEFT JOIN in_reason USING (reason)
ORDER BY in_item.raw_id;
