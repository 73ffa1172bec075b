-- what: one telling of each counted story whose text may be passed on, masked, with the codes that stand and their evidence in it
-- a text may be passed on where it may be paraphrased or quoted: to be counted alone is no leave to be read
-- parameters: with_flagged (whether stories with a code of the dimension `flag` are in it too)
WITH telling AS (
  SELECT *
  FROM fct_submission SEMI JOIN stories_counted USING (story_id)
  WHERE is_heard AND (can_paraphrase OR can_quote)
  QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY NOT is_representative, posted_at, submission_ref) = 1
),
evidence AS (  -- the first place in the text that speaks for the code, whoever found it
  SELECT submission_ref, dimension, code, min([evidence_start, evidence_end]) AS place
  FROM fct_coding
  WHERE evidence_start IS NOT NULL AND coder <> 'llm'
  GROUP BY ALL
),
coded AS (
  SELECT
    story_id,
    list({
      dimension: dimension, code: code, decided_by: decided_by,
      evidence_start: place[1], evidence_end: place[2]
    } ORDER BY dimension_order, code_order, code) AS codes,
    bool_or(dimension = 'flag') AS is_flagged
  FROM mentions
  JOIN dim_dimension USING (dimension)
  JOIN telling USING (story_id)
  LEFT JOIN evidence USING (submission_ref, dimension, code)
  GROUP BY story_id
)
SELECT
  telling.story_id, telling.submission_ref, contributor_ref, telling.local_date, telling.local_month, is_reviewed,
  channel, dim_channel.label_ja AS channel_ja, dim_channel.label_en AS channel_en,
  title_masked, body_masked, coalesce(codes, []) AS codes
FROM telling
JOIN stories_counted USING (story_id)
JOIN dim_channel USING (channel)
LEFT JOIN coded USING (story_id)
WHERE $with_flagged OR NOT coalesce(is_flagged, FALSE)
ORDER BY telling.local_date, telling.story_id;
