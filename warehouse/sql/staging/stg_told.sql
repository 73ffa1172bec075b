-- what: each story with its first telling, its month and the submission that stands for it
-- ja: 話
-- grain: one story
-- inputs: stg_submission
CREATE TEMP TABLE stg_told AS
SELECT
  story_id,
  CAST(row_number() OVER (ORDER BY min(local_date), story_id) AS INTEGER) AS story_number,  -- as lists are read: by day
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
GROUP BY story_id;
