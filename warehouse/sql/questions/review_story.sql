-- what: what stands for the story that a submission tells, in every dimension of the codebook, and whether a person decided it
-- parameters: ref
WITH telling AS (
  SELECT submission_ref, story_id
  FROM fct_submission
  WHERE is_heard AND story_id = (SELECT story_id FROM fct_submission WHERE submission_ref = $ref)
),
decided AS (SELECT DISTINCT dimension FROM fct_coding SEMI JOIN telling USING (submission_ref) WHERE starts_with(coder, 'person:')),
standing AS (
  SELECT DISTINCT dimension, code, decided_by, probability FROM mart_story_code SEMI JOIN telling USING (story_id)
)
SELECT
  dimension, is_multi,
  dimension IN (FROM decided) AS is_decided,
  coalesce(list(code ORDER BY code) FILTER (code IS NOT NULL), []) AS codes,
  list({code: code, decided_by: decided_by, probability: probability} ORDER BY probability DESC, code)
    FILTER (code IS NOT NULL) AS standing
FROM dim_dimension LEFT JOIN standing USING (dimension)
GROUP BY dimension, is_multi, is_decided, dimension_order
ORDER BY dimension_order;
