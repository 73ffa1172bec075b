-- what: the stories that meet the filters, the earliest first, with codes, tellings and raw items
-- parameters: those of explain_story.sql, limit (NULL for all), offset
WITH place AS (SELECT story_number FROM fct_story /* chosen */ ORDER BY story_number LIMIT $limit OFFSET $offset),
story AS MATERIALIZED (SELECT * FROM fct_story SEMI JOIN place USING (story_number)),
heard AS MATERIALIZED (SELECT * FROM fct_submission SEMI JOIN story USING (story_number) WHERE is_heard),
raw AS (
  SELECT submission_ref, list(raw_id ORDER BY raw_id) AS raw_ids
  FROM fct_item SEMI JOIN heard USING (submission_ref)
  GROUP BY submission_ref
),
telling AS (
  SELECT
    story_number,
    list({
      submission_ref: submission_ref, channel: channel, posted_at: posted_at,
      title_masked: CASE WHEN can_paraphrase OR can_quote THEN title_masked END,
      body_masked: CASE WHEN can_paraphrase OR can_quote THEN body_masked END,  -- the rest is for review only
      raw_ids: raw_ids
    } ORDER BY posted_at, submission_ref) AS submissions
  FROM heard JOIN raw USING (submission_ref)
  GROUP BY story_number
),
coded AS (
  SELECT story_number, list({dimension: dimension, code: code, decided_by: decided_by} ORDER BY dimension_order, code) AS codes
  FROM mart_story_code SEMI JOIN story USING (story_number) JOIN dim_dimension USING (dimension)
  GROUP BY story_number
)
SELECT
  story.story_id, story.local_date, story.is_story, story.is_apart, story.is_after_close, story.is_reviewed, story.can_count,
  story.story_id IN (SELECT story_id FROM fct_used) AS is_used,
  coalesce(coded.codes, []) AS codes, telling.submissions
FROM story
JOIN telling USING (story_number)
LEFT JOIN coded USING (story_number)
ORDER BY story_number;
