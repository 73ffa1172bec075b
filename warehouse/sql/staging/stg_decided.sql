-- what: what a person decided; who says that a story is not to be counted has said all that the counts need of it
-- ja: 人が決めた観点
-- grain: one story × dimension
-- inputs: stg_story_code, in_count_rule, in_dimension
CREATE TEMP TABLE stg_decided AS
WITH said AS (SELECT story_number, dimension, code FROM stg_story_code WHERE decided_by = 'person'),
uncounted AS (
  SELECT story_number
  FROM said JOIN (SELECT DISTINCT dimension, kind FROM in_count_rule) AS asked USING (dimension)
  LEFT JOIN in_count_rule AS rule USING (dimension, kind, code)
  WHERE (asked.kind = 'only') = (rule.code IS NULL)
)
SELECT story_number, dimension FROM said
UNION
SELECT story_number, dimension FROM uncounted CROSS JOIN in_dimension;
