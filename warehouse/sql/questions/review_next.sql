-- what: submissions with open questions: those drawn at random first, in random order, then by how much there is to learn
WITH open AS (
  SELECT submission_ref, list(DISTINCT dimension ORDER BY dimension) AS dimensions FROM fct_to_review GROUP BY submission_ref
),
standing AS (
  SELECT
    story_id,
    list({dimension: dimension, code: code, probability: probability} ORDER BY dimension, probability DESC, code) AS codes
  FROM mart_story_code
  GROUP BY story_id
)
SELECT
  submission_ref, channel, local_date, text_hash, title_masked, body_masked, dimensions, coalesce(codes, []) AS codes,
  drawn.submission_ref IS NOT NULL AS is_drawn
FROM open
JOIN fct_submission USING (submission_ref)
LEFT JOIN standing USING (story_id)
LEFT JOIN fct_sample AS drawn USING (submission_ref)
ORDER BY draw_order NULLS LAST, len(dimensions) DESC, posted_at, submission_ref;
