-- what: the counted stories that meet the filters, with codes, tellings and raw items
-- parameters: include_late, value_0 … (one a filter)
WITH story AS (
  SELECT *
  FROM fct_story
  WHERE is_story AND NOT is_apart AND ($include_late OR NOT is_after_close) AND TRUE /* filters */
),
raw AS (
  SELECT submission_ref, list(raw_id ORDER BY raw_id) AS raw_ids FROM fct_item GROUP BY submission_ref
),
telling AS (
  SELECT
    submission.story_id,
    list({
      submission_ref: submission.submission_ref, channel: submission.channel, posted_at: submission.posted_at,
      title_masked: submission.title_masked, body_masked: submission.body_masked, raw_ids: raw.raw_ids
    } ORDER BY submission.posted_at, submission.submission_ref) AS submissions
  FROM fct_submission AS submission
  JOIN raw USING (submission_ref)
  GROUP BY submission.story_id
),
coded AS (
  SELECT story_id, list({dimension: dimension, code: code, decided_by: decided_by} ORDER BY dimension_order, code) AS codes
  FROM mart_story_code JOIN dim_dimension USING (dimension)
  GROUP BY story_id
)
SELECT story.story_id, story.local_date, story.is_reviewed, coalesce(coded.codes, []) AS codes, telling.submissions
FROM story
JOIN telling USING (story_id)
LEFT JOIN coded USING (story_id)
ORDER BY story.local_date, story.story_id;
