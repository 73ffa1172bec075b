-- what: every facet that a story has; numbers only, so that counting a hundred thousand stories takes no time
-- ja: 話と、数えるときの項目の対応
-- grain: one facet × story
-- inputs: dim_facet, fct_story, fct_submission, stg_story_code, dim_code
CREATE TABLE bridge_story_facet AS
WITH coded AS (
  SELECT story_number, dimension, code FROM stg_story_code WHERE code IS NOT NULL
),
held AS (
  SELECT story_number, dimension AS breakdown, 'code' AS level, code FROM coded
  UNION
  SELECT story_number, dimension, 'group', group_code FROM coded JOIN dim_code USING (dimension, code) WHERE group_code IS NOT NULL
  UNION
  SELECT story_number, 'channel', 'code', channel FROM fct_submission WHERE is_heard
  UNION ALL
  SELECT story_number, 'month', 'code', local_month FROM fct_story
)
SELECT facet_number, story_number
FROM held JOIN dim_facet USING (breakdown, level, code)
ORDER BY ALL;
