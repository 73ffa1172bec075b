-- what: submissions with open questions: those with most first, then the oldest
WITH open AS (
  SELECT submission_ref, list(DISTINCT dimension ORDER BY dimension) AS dimensions FROM fct_to_review GROUP BY submission_ref
),
said AS (
  SELECT
    submission_ref,
    list({dimension: dimension, code: code, probability: probability} ORDER BY dimension, probability DESC)
      FILTER (coder <> 'llm') AS codes,
    list({dimension: dimension, code: code, probability: probability} ORDER BY dimension, probability DESC)
      FILTER (coder = 'llm') AS llm_codes
  FROM fct_coding
  GROUP BY submission_ref
)
SELECT
  submission_ref, channel, local_date, text_hash, title_masked, body_masked, dimensions,
  coalesce(codes, []) AS codes, coalesce(llm_codes, []) AS llm_codes
FROM open
JOIN fct_submission USING (submission_ref)
LEFT JOIN said USING (submission_ref)
ORDER BY len(dimensions) DESC, posted_at, submission_ref;
