-- what: what an estimate is made of: each cell's stories by stratum, how many of them people have seen, how many belong
-- a stratum: is_drawn × is_unsure (the coder was) × is_proposed (the machine alone puts the story into the cell)
-- is_drawn: what the random sample speaks for, seen_count is of it; else what people decided beside it, all of it seen
WITH gate AS (SELECT DISTINCT dimension FROM in_count_rule),
facet AS (  -- 0: all stories
  SELECT facet_number, breakdown, level, code, CASE WHEN breakdown IN ('month', 'channel') THEN facet_number ELSE 0 END AS part
  FROM dim_facet
  WHERE breakdown NOT IN (SELECT dimension FROM in_count_rule WHERE kind = 'only')  -- what every counted story has tells nothing
  UNION ALL
  SELECT 0, 'total', 'code', 'all', 0
),
whole AS (SELECT DISTINCT breakdown, part FROM facet),
story AS (SELECT story_number, is_after_close, is_reviewed, is_story AND NOT is_apart AS is_in FROM fct_story WHERE can_count),
scope AS (SELECT unnest([FALSE, TRUE]) AS include_late),
known AS (  -- a story is known in a dimension that a person decided, and in the others when all of [count] is decided
  SELECT story_number, dimension AS breakdown FROM stg_decided
  UNION ALL
  SELECT story_number, breakdown
  FROM (
    SELECT story_number FROM stg_decided SEMI JOIN gate USING (dimension)
    GROUP BY story_number HAVING count(*) = (SELECT count(*) FROM gate)
  )
  CROSS JOIN (VALUES ('total'), ('month'), ('channel')) AS plain(breakdown)
),
unsure AS (
  SELECT DISTINCT story_number, breakdown
  FROM in_to_review AS asked
  JOIN fct_submission USING (submission_ref)
  JOIN whole ON asked.dimension = breakdown OR asked.dimension IN (FROM gate)
  WHERE asked.cause = 'unsure' AND is_heard
),
marked AS (  -- what is not as of most stories: these are drawn from, not seen, and the coder was sure
  SELECT
    story_number, breakdown,
    known.story_number IS NULL OR drawn.story_number IS NOT NULL AS is_drawn,  -- its stratum is one that the sample speaks for
    known.story_number IS NOT NULL AS is_seen,
    unsure.story_number IS NOT NULL AND is_drawn AS is_unsure
  FROM known
  FULL JOIN unsure USING (story_number, breakdown)
  LEFT JOIN (SELECT story_number FROM fct_sample JOIN fct_story USING (story_id)) AS drawn USING (story_number)
),
held AS (
  SELECT story_number, facet_number FROM bridge_story_facet
  UNION ALL
  SELECT story_number, 0 FROM story
),
place AS (  -- where a story may stand, whatever its codes: in a month, in channels, in each breakdown that is not parted
  SELECT story_number, breakdown, part FROM held JOIN facet USING (facet_number) WHERE part > 0
  UNION ALL
  SELECT story_number, breakdown, part FROM story CROSS JOIN whole WHERE part = 0
),
counted AS (
  SELECT
    include_late, breakdown, part, coalesce(is_drawn, TRUE) AS is_drawn, coalesce(is_unsure, FALSE) AS is_unsure,
    count(*) AS story_count,
    count(*) FILTER (is_seen) AS seen_count
  FROM place
  JOIN story USING (story_number)
  JOIN scope ON include_late OR NOT is_after_close
  LEFT JOIN marked USING (story_number, breakdown)
  GROUP BY ALL
),
machine AS (  -- the facets of reviewed stories if no person had decided
  SELECT DISTINCT story_number, facet_number
  FROM stg_settled AS settled
  JOIN dim_code USING (dimension, code)
  JOIN facet ON breakdown = dimension AND facet.code = CASE level WHEN 'code' THEN dim_code.code ELSE dim_code.group_code END
  WHERE view = 'proposed'
  UNION ALL
  SELECT story_number, facet_number FROM held JOIN facet USING (facet_number) WHERE part > 0 OR breakdown = 'total'
),
reviewed AS (
  SELECT story_number, facet_number, FALSE AS is_proposed, TRUE AS is_standing
  FROM held JOIN story USING (story_number) WHERE is_reviewed AND is_in
  UNION ALL
  SELECT story_number, facet_number, TRUE, FALSE
  FROM machine SEMI JOIN (FROM stg_judged WHERE view = 'proposed' AND is_story AND NOT is_apart) AS judged USING (story_number)
),
member AS (
  SELECT story_number, facet_number, TRUE AS is_proposed, TRUE AS is_standing
  FROM held JOIN story USING (story_number) WHERE NOT is_reviewed AND is_in
  UNION ALL
  SELECT story_number, facet_number, bool_or(is_proposed), bool_or(is_standing) FROM reviewed GROUP BY ALL
),
inside AS (
  SELECT
    include_late, facet_number, coalesce(is_drawn, TRUE) AS is_drawn, coalesce(is_unsure, FALSE) AS is_unsure,
    count(*) FILTER (is_proposed) AS proposed_count,
    count(*) FILTER (is_proposed AND is_seen) AS proposed_seen,
    count(*) FILTER (is_proposed AND is_seen AND is_standing) AS proposed_found,
    count(*) FILTER (NOT is_proposed AND is_seen AND is_standing) AS missed_found
  FROM member
  JOIN facet USING (facet_number)
  JOIN story USING (story_number)
  JOIN scope ON include_late OR NOT is_after_close
  LEFT JOIN marked USING (story_number, breakdown)
  GROUP BY ALL
),
apart AS (  -- of a code by which stories are counted apart no estimate is made, nor of a group of such codes alone
  SELECT dimension AS breakdown, unnest(['code', 'group']) AS level, unnest([code, group_code]) AS code
  FROM dim_code SEMI JOIN (FROM in_count_rule WHERE kind = 'apart') AS rule USING (dimension, code)
  EXCEPT
  SELECT dimension, 'group', group_code
  FROM dim_code ANTI JOIN (FROM in_count_rule WHERE kind = 'apart') AS rule USING (dimension, code)
),
halved AS (
  SELECT
    include_late, breakdown, level, code, is_drawn, is_unsure, story_count, seen_count,
    coalesce(proposed_count, 0) AS proposed_count, coalesce(proposed_seen, 0) AS proposed_seen,
    coalesce(proposed_found, 0) AS proposed_found, coalesce(missed_found, 0) AS missed_found
  FROM facet
  ANTI JOIN apart USING (breakdown, level, code)
  JOIN counted USING (breakdown, part)
  LEFT JOIN inside USING (include_late, facet_number, is_drawn, is_unsure)
)
SELECT
  include_late, breakdown, level, code, is_drawn, is_unsure, TRUE AS is_proposed,
  proposed_count AS story_count, proposed_seen AS seen_count, proposed_found AS found_count
FROM halved
UNION ALL
SELECT
  include_late, breakdown, level, code, is_drawn, is_unsure, FALSE,
  story_count - proposed_count, seen_count - proposed_seen, missed_found
FROM halved
ORDER BY ALL;
