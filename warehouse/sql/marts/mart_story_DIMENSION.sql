-- what: counted stories by DIMENSION, groups and codes; a story with several codes counts once in each
-- ja: 「DIMENSION」ごとの話の数(複数回答あり)
-- grain: one level (group, code) × code × month
-- inputs: fct_story, bridge_story_DIMENSION, dim_DIMENSION
CREATE TABLE mart_story_DIMENSION AS
WITH coded AS (
  SELECT story.story_id, story.local_month, story.is_reviewed, code.DIMENSION_code, code.group_code
  FROM fct_story AS story
  JOIN bridge_story_DIMENSION AS bridge USING (story_id)
  JOIN dim_DIMENSION AS code USING (DIMENSION_code)
  WHERE story.is_counted
),
levels AS (
  SELECT 'code' AS level, DIMENSION_code AS code, story_id, local_month, is_reviewed FROM coded
  UNION
  SELECT 'group', group_code, story_id, local_month, is_reviewed FROM coded WHERE group_code IS NOT NULL
)
SELECT
  level, code, local_month,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT story_id) FILTER (is_reviewed) AS reviewed_count
FROM levels
GROUP BY ALL
ORDER BY ALL;
