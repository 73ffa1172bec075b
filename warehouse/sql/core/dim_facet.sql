-- what: all that stories are counted by, in the order of print: months, channels, groups and codes of every dimension; value: what a link asks for
-- ja: 話を数えるときの項目(月・経路・全観点のまとめと項目)
-- grain: one breakdown × level × code
-- inputs: dim_code, dim_channel, fct_story, fct_submission
CREATE TABLE dim_facet AS
WITH brought AS (  -- channels by how much they brought
  SELECT channel, count(DISTINCT story_id) FILTER (is_counted AND is_heard) AS story_count
  FROM fct_submission LEFT JOIN fct_story USING (story_id)
  GROUP BY channel
),
facet AS (
  SELECT dimension AS breakdown, 'code' AS level, code, group_code, label_ja, label_en, group_order, code_order FROM dim_code
  UNION ALL
  SELECT dimension, 'group', group_code, group_code, any_value(group_ja), any_value(group_en), min(group_order), 0
  FROM dim_code WHERE group_code IS NOT NULL GROUP BY dimension, group_code
  UNION ALL
  SELECT 'channel', 'code', channel, NULL, label_ja, label_en, 0, -story_count FROM dim_channel JOIN brought USING (channel)
  UNION ALL
  SELECT DISTINCT 'month', 'code', local_month, NULL, local_month, local_month, 0, 0 FROM fct_story
)
SELECT
  CAST(row_number() OVER (ORDER BY breakdown, level DESC, group_order, code_order, code) AS INTEGER) AS facet_number,
  breakdown, level, code,
  CASE WHEN level = 'code' AND bool_or(level = 'group') OVER (PARTITION BY breakdown, code) THEN 'code:' || code ELSE code END AS value,
  group_code, label_ja, label_en
FROM facet
ORDER BY facet_number;
