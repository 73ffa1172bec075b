-- what: what an estimate is made of: each cell's stories by stratum, how many of them people have seen, how many belong
-- a stratum: is_drawn × is_unsure (the coder was) × is_proposed (the machine alone puts the story into the cell)
-- is_drawn: what the random sample speaks for, seen_count is of it; else what people decided beside it, all of it seen
WITH gate AS (SELECT DISTINCT dimension FROM in_count_rule),
known AS (  -- a story is known in a dimension that a person decided, and in the others when all of [count] is decided
  SELECT story_id, dimension AS breakdown FROM stg_decided
  UNION ALL
  SELECT story_id, breakdown
  FROM (
    SELECT story_id FROM stg_decided SEMI JOIN gate USING (dimension)
    GROUP BY story_id HAVING count(*) = (SELECT count(*) FROM gate)
  )
  CROSS JOIN (VALUES ('total'), ('month'), ('channel')) AS plain(breakdown)
),
unsure AS (
  SELECT DISTINCT submission.story_id, breakdown
  FROM in_to_review AS asked
  JOIN stg_submission AS submission USING (submission_ref)
  JOIN stg_place AS place ON place.story_id = submission.story_id
    AND (asked.dimension = place.breakdown OR asked.dimension IN (FROM gate))
  WHERE asked.cause = 'unsure' AND submission.is_heard
),
scope AS (SELECT unnest([FALSE, TRUE]) AS include_late),
place AS (
  SELECT
    include_late, story_id, breakdown, part,
    known.story_id IS NULL OR drawn.story_id IS NOT NULL AS is_drawn,  -- its stratum is one that the sample speaks for
    known.story_id IS NOT NULL AS is_seen,
    unsure.story_id IS NOT NULL AND is_drawn AS is_unsure
  FROM stg_place
  JOIN scope ON include_late OR NOT is_after_close
  LEFT JOIN known USING (story_id, breakdown)
  LEFT JOIN unsure USING (story_id, breakdown)
  LEFT JOIN fct_sample AS drawn USING (story_id)
),
whole AS (
  SELECT
    include_late, breakdown, part, is_drawn, is_unsure,
    count(*) AS story_count,
    count(*) FILTER (is_seen) AS seen_count
  FROM place
  GROUP BY ALL
),
cell AS (
  SELECT DISTINCT breakdown, part, 'code' AS level, part AS code FROM whole WHERE breakdown IN ('total', 'month', 'channel')
  UNION
  SELECT dimension, 'all', unnest(['code', 'group']), unnest([code, group_code])
  FROM in_code ANTI JOIN (FROM in_count_rule WHERE kind = 'apart') AS apart USING (dimension, code)
),
membership AS (
  SELECT story_id, breakdown, level, code, bool_or(view = 'proposed') AS is_proposed, bool_or(view = 'stands') AS is_standing
  FROM stg_member
  GROUP BY ALL
),
inside AS (
  SELECT
    include_late, breakdown, level, code, is_drawn, is_unsure,
    count(*) FILTER (is_proposed) AS proposed_count,
    count(*) FILTER (is_proposed AND is_seen) AS proposed_seen,
    count(*) FILTER (is_proposed AND is_seen AND is_standing) AS proposed_found,
    count(*) FILTER (NOT is_proposed AND is_seen AND is_standing) AS missed_found
  FROM membership
  JOIN place USING (story_id, breakdown)
  WHERE part IN ('all', code)
  GROUP BY ALL
),
halved AS (
  SELECT
    include_late, breakdown, level, code, is_drawn, is_unsure, story_count, seen_count,
    coalesce(proposed_count, 0) AS proposed_count, coalesce(proposed_seen, 0) AS proposed_seen,
    coalesce(proposed_found, 0) AS proposed_found, coalesce(missed_found, 0) AS missed_found
  FROM cell
  JOIN whole USING (breakdown, part)
  LEFT JOIN inside USING (include_late, breakdown, level, code, is_drawn, is_unsure)
  WHERE code IS NOT NULL
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
