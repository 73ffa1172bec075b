-- what: tellings, however many submissions carry them, and whether they are counted
-- ja: 話
-- grain: one story
-- inputs: stg_submission, stg_story_code, stg_judged
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
reviewed AS (SELECT DISTINCT story_id FROM stg_story_code WHERE decided_by = 'person')
SELECT
  story_id, merged_story_id, submission_ref, member_count, first_told_at, local_date, local_month,
  is_story, is_apart, is_after_close, reviewed.story_id IS NOT NULL AS is_reviewed, can_count,
  can_count AND is_story AND NOT is_apart AND NOT is_after_close AS is_counted
FROM told
JOIN stg_judged USING (story_id)
LEFT JOIN reviewed USING (story_id)
WHERE stg_judged.view = 'stands'
ORDER BY story_id;
