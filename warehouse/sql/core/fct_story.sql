-- what: tellings, however many submissions carry them, and whether they are counted
-- ja: 話
-- grain: one story
-- inputs: stg_submission, stg_story_code, in_count_rule
CREATE TABLE fct_story AS
WITH told AS (
  SELECT
    story_id,
    min(merged_story_id) AS merged_story_id,  -- one for all of its members
    min(posted_at) AS first_told_at,
    min(local_date) AS local_date,
    min(local_month) AS local_month,
    count(*) AS member_count,
    arg_min(submission_ref, (NOT is_representative, posted_at, submission_ref)) AS submission_ref,
    bool_and(is_after_close) AS is_after_close,
    bool_or(can_count) AS can_count
  FROM stg_submission
  WHERE is_heard
  GROUP BY story_id
),
gate AS (  -- a story passes when every dimension of [count] only holds one of the codes named there
  SELECT story_id, count(DISTINCT dimension) AS passed
  FROM stg_story_code JOIN in_count_rule USING (dimension, code)
  WHERE kind = 'only'
  GROUP BY story_id
),
apart AS (SELECT DISTINCT story_id FROM stg_story_code JOIN in_count_rule USING (dimension, code) WHERE kind = 'apart'),
reviewed AS (SELECT DISTINCT story_id FROM stg_story_code WHERE decided_by = 'person'),
asked AS (SELECT count(DISTINCT dimension) AS gates FROM in_count_rule WHERE kind = 'only'),
judged AS (
  SELECT
    told.*,
    coalesce(gate.passed, 0) = asked.gates AS is_story,
    apart.story_id IS NOT NULL AS is_apart,
    reviewed.story_id IS NOT NULL AS is_reviewed
  FROM told
  CROSS JOIN asked
  LEFT JOIN gate USING (story_id)
  LEFT JOIN apart USING (story_id)
  LEFT JOIN reviewed USING (story_id)
)
SELECT
  story_id, merged_story_id, submission_ref, member_count, first_told_at, local_date, local_month,
  is_story, is_apart, is_after_close, is_reviewed, can_count,
  can_count AND is_story AND NOT is_apart AND NOT is_after_close AS is_counted
FROM judged
ORDER BY story_id;
