-- what: what a person should look at: the coder was unsure and nobody decided, or the text changed after a decision
-- ja: 確認してほしい分類
-- grain: one submission × dimension × cause
-- inputs: in_to_review, stg_submission, stg_story_code
CREATE TABLE fct_to_review AS
SELECT submission_ref, dimension, cause
FROM in_to_review AS asked
JOIN stg_submission AS submission USING (submission_ref)
WHERE cause = 'changed' OR (
  is_representative AND NOT EXISTS (
    FROM stg_story_code AS decided
    WHERE decided_by = 'person' AND decided.story_id = submission.story_id AND decided.dimension = asked.dimension
  )
)
ORDER BY ALL;
