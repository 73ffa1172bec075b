-- what: whether a story passes [count]: it holds a code of every dimension of `only`, and one of `apart`
-- ja: 数に入る話か
-- grain: one view × story
-- inputs: stg_settled, stg_submission, in_count_rule
CREATE TEMP TABLE stg_judged AS
WITH ruled AS (
  SELECT view, story_id, count(DISTINCT dimension) FILTER (kind = 'only') AS passed, bool_or(kind = 'apart') AS is_apart
  FROM stg_settled JOIN in_count_rule USING (dimension, code)
  GROUP BY ALL
),
asked AS (SELECT count(DISTINCT dimension) AS gates FROM in_count_rule WHERE kind = 'only')
SELECT view, story_id, coalesce(passed, 0) = gates AS is_story, coalesce(is_apart, FALSE) AS is_apart
FROM (SELECT DISTINCT story_id FROM stg_submission)
CROSS JOIN (VALUES ('stands'), ('proposed')) AS views(view)
CROSS JOIN asked
LEFT JOIN ruled USING (view, story_id);
