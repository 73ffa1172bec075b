-- what: submissions that people coded, with their masked text and codes: what a coder can learn from
WITH answer AS (
  SELECT submission_ref, dimension, list(code ORDER BY code) AS codes, max(decided_at) AS decided_at
  FROM fct_coding WHERE starts_with(coder, 'person:') AND code IS NOT NULL
  GROUP BY ALL
)
SELECT
  submission_ref, story_id, channel, title_masked, body_masked,
  list({dimension: dimension, codes: codes, decided_at: decided_at} ORDER BY dimension) AS answers
FROM fct_submission JOIN answer USING (submission_ref)
GROUP BY ALL
ORDER BY submission_ref;
