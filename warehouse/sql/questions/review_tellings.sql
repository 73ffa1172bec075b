-- what: a submission and the other tellings of its story, with the machine's evidence in each and what a model that was asked says
-- parameters: ref
WITH telling AS (
  SELECT submission_ref, channel, local_date, posted_at, text_hash, title_masked, body_masked
  FROM fct_submission
  WHERE submission_ref = $ref
    OR is_heard AND story_id = (SELECT story_id FROM fct_submission WHERE submission_ref = $ref)
),
said AS (
  SELECT
    submission_ref,
    list({dimension: dimension, code: code, start_at: evidence_start, end_at: evidence_end} ORDER BY evidence_start, evidence_end)
      FILTER (coder <> 'llm' AND evidence_start IS NOT NULL) AS evidence,
    list({dimension: dimension, code: code, probability: probability} ORDER BY dimension, probability DESC)
      FILTER (coder = 'llm') AS llm_codes
  FROM fct_coding SEMI JOIN telling USING (submission_ref)
  GROUP BY submission_ref
)
SELECT telling.*, coalesce(evidence, []) AS evidence, coalesce(llm_codes, []) AS llm_codes
FROM telling LEFT JOIN said USING (submission_ref)
ORDER BY submission_ref <> $ref, posted_at, submission_ref;
