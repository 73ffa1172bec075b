-- what: of the stories that meet the filters, how many have two codes at once, by how many people; groups and codes of both
-- parameters: those of explain_story.sql
WITH story AS (SELECT story_id FROM fct_story /* chosen */),
teller AS (SELECT story_id, person_ref FROM fct_submission WHERE is_heard),
one AS (
  SELECT story_id, 'code' AS level, ROWDIM_code AS code FROM bridge_story_ROWDIM
  UNION
  SELECT story_id, 'group', group_code FROM bridge_story_ROWDIM JOIN dim_ROWDIM USING (ROWDIM_code) WHERE group_code IS NOT NULL
),
other AS (
  SELECT story_id, 'code' AS level, COLDIM_code AS code FROM bridge_story_COLDIM
  UNION
  SELECT story_id, 'group', group_code FROM bridge_story_COLDIM JOIN dim_COLDIM USING (COLDIM_code) WHERE group_code IS NOT NULL
)
SELECT
  one.level AS row_level, one.code AS row_code, other.level AS column_level, other.code AS column_code,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count
FROM story JOIN one USING (story_id) JOIN other USING (story_id) LEFT JOIN teller USING (story_id)
GROUP BY ALL
ORDER BY ALL;
