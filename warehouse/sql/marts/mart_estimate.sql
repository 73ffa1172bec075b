-- what: each count with its range: coding (measured by the random sample) and open questions of linking in one
-- ja: 件数と幅
-- grain: one cell: include_late × breakdown × level × code
-- inputs: in_estimate, stg_member, stg_told
CREATE TABLE mart_estimate AS
WITH standing AS (
  SELECT
    include_late, breakdown, level, code,
    count(DISTINCT story_id) AS story_count,
    count(DISTINCT merged_story_id) AS link_low
  FROM stg_member
  JOIN stg_told USING (story_id, is_after_close)
  JOIN (SELECT unnest([FALSE, TRUE]) AS include_late) AS scope ON include_late OR NOT is_after_close
  WHERE view = 'stands'
  GROUP BY ALL
)
SELECT
  include_late, breakdown, level, code,
  coalesce(story_count, 0) AS story_count,
  estimate,
  CASE WHEN coding_low IS NOT NULL  -- greatest() takes NULL for less than 0
    THEN greatest(coding_low - (coalesce(story_count, 0) - coalesce(link_low, 0)), 0) END AS low,
  coding_high AS high,
  coding_low, coding_high,
  coalesce(link_low, 0) AS link_low,
  frame_count, sample_count, decided_count
FROM in_estimate
LEFT JOIN standing USING (include_late, breakdown, level, code)
ORDER BY ALL;
