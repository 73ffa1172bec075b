-- what: whether a story passes [count]: it holds a code of every dimension of `only`, and one of `apart`
-- ja: 数に入る話か
-- grain: one view (as in stg_settled) × story
-- inputs: stg_settled, stg_told, in_count_rule
CREATE TEMP TABLE stg_judged AS
WITH ruled AS (
  SELECT view, story_number, count(DISTINCT dimension) FILTER (kind = 'only') AS passed, bool_or(kind = 'apart') AS is_apart
  FROM stg_settled JOIN in_count_rule USING (dimension, code)
  GROUP BY ALL
),
asked AS (SELECT count(DISTINCT dimension) AS gates FROM in_count_rule WHERE kind = 'only'),
seen AS (
  SELECT 'stands' AS view, story_number FROM stg_told
  UNION ALL
  SELECT DISTINCT 'proposed', story_number FROM stg_settled WHERE decided_by = 'person'
)
SELECT view, story_number, coalesce(passed, 0) = gates AS is_story, coalesce(is_apart, FALSE) AS is_apart
FROM seen CROSS JOIN asked LEFT JOIN ruled USING (view, story_number);
