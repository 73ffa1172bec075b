-- what: each count with its range: coding (measured by the random sample) and open questions of linking in one
-- ja: 件数と幅
-- grain: one cell: include_late × breakdown × level × code
-- inputs: in_estimate, bridge_story_facet, dim_facet, fct_story
CREATE TABLE mart_estimate AS
WITH facet AS (
  SELECT facet_number, breakdown, level, code FROM dim_facet
  UNION ALL
  SELECT 0, 'total', 'code', 'all'
),
held AS (
  SELECT facet_number, story_number FROM bridge_story_facet
  UNION ALL
  SELECT 0, story_number FROM fct_story
),
counted AS (
  SELECT include_late, facet_number, count(*) AS story_count, count(DISTINCT merged_story_number) AS link_low
  FROM held
  JOIN fct_story USING (story_number)
  JOIN (SELECT unnest([FALSE, TRUE]) AS include_late) AS scope ON include_late OR NOT is_after_close
  WHERE can_count AND is_story AND NOT is_apart
  GROUP BY ALL
),
standing AS (SELECT * FROM counted JOIN facet USING (facet_number))
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
