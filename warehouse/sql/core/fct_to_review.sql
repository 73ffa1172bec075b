-- what: what a person should look at: the coder was unsure and nobody decided, the text or the codebook changed after a decision, people disagree, the teller corrected what a person had decided, a model that was asked says otherwise than the machine, or the story was drawn at random
-- ja: 確認してほしい分類
-- grain: one submission × dimension × cause
-- inputs: in_to_review, in_coding, in_dimension, in_count_rule, fct_submission, fct_story, stg_story_code, stg_decided, fct_sample
CREATE TABLE fct_to_review AS
WITH voice AS (  -- what people and tellers decided of each story, and when; a form's ticks have no time: whoever reviewed saw them
  SELECT
    story_id, dimension, coder = 'contributor' AS is_teller,
    list_sort(list(DISTINCT coalesce(code, ''))) AS codes,
    max(decided_at) AS decided_at,
    arg_max(submission_ref, (decided_at, submission_ref)) AS submission_ref
  FROM in_coding JOIN fct_submission USING (submission_ref)
  WHERE decided_at IS NOT NULL AND (coder = 'contributor' OR starts_with(coder, 'person:'))
  GROUP BY ALL
),
answer AS (  -- of the machine and of the llm, submission by submission; a dimension without a code has none
  SELECT
    submission_ref, dimension, coder = 'llm' AS is_llm,
    list_sort(list(DISTINCT coalesce(code, '')) FILTER (coalesce(code, '') <> '')) AS codes
  FROM in_coding
  WHERE coder IN ('rule', 'model', 'llm') AND submission_ref IN (SELECT submission_ref FROM in_coding WHERE coder = 'llm')
  GROUP BY ALL
),
differing AS (
  SELECT llm.submission_ref, llm.dimension, gate.dimension IS NOT NULL AS is_gate
  FROM answer AS llm
  LEFT JOIN answer AS machine
    ON machine.submission_ref = llm.submission_ref AND machine.dimension = llm.dimension AND NOT machine.is_llm
  LEFT JOIN (SELECT DISTINCT dimension FROM in_count_rule WHERE kind = 'only') AS gate ON gate.dimension = llm.dimension
  WHERE llm.is_llm AND coalesce(llm.codes, []) <> coalesce(machine.codes, [])
)
SELECT submission_ref, dimension, cause
FROM in_to_review AS asked
JOIN fct_submission AS submission USING (submission_ref)
WHERE cause IN ('changed', 'codebook', 'disagreement') OR (
  is_representative AND NOT EXISTS (
    FROM stg_decided AS decided
    WHERE decided.story_number = submission.story_number AND decided.dimension = asked.dimension
  )
)
UNION ALL
SELECT arg_min(submission_ref, (NOT is_representative, submission_ref)), dimension, 'llm_differs'  -- once a story
FROM differing
JOIN fct_submission AS submission USING (submission_ref)
WHERE is_heard
  AND (is_gate OR NOT EXISTS (  -- whether it is a story comes first: where that is open, the rest differs of itself
    FROM differing AS first WHERE first.is_gate AND first.submission_ref = submission.submission_ref
  ))
  AND NOT EXISTS (
    FROM stg_story_code AS decided
    WHERE decided_by <> 'machine' AND decided.story_number = submission.story_number AND decided.dimension = differing.dimension
  )
GROUP BY story_id, dimension
UNION ALL
SELECT teller.submission_ref, dimension, 'conflict'
FROM voice AS teller
JOIN voice AS person USING (story_id, dimension)
WHERE teller.is_teller AND NOT person.is_teller
  AND teller.codes <> person.codes AND teller.decided_at > person.decided_at  -- a later word of a person has settled it
UNION ALL
SELECT fct_sample.submission_ref, needed.dimension, 'drawn'
FROM fct_sample JOIN fct_story AS drawn USING (story_id)
CROSS JOIN (SELECT dimension FROM in_dimension WHERE is_charted UNION SELECT dimension FROM in_count_rule) AS needed
WHERE NOT EXISTS (
  FROM stg_decided AS decided WHERE decided.story_number = drawn.story_number AND decided.dimension = needed.dimension
)
ORDER BY ALL;
