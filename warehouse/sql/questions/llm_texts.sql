-- what: one telling of each story that its teller allows to be counted and to be sent to a model, where people have not decided every dimension: those with most open questions first
WITH decided AS (
  SELECT story_id, count(DISTINCT dimension) AS dimensions
  FROM fct_coding JOIN fct_submission USING (submission_ref)
  WHERE starts_with(coder, 'person:')
  GROUP BY story_id
),
open AS (SELECT submission_ref, count(DISTINCT dimension) AS questions FROM fct_to_review GROUP BY submission_ref),
telling AS (
  SELECT *
  FROM fct_submission
  WHERE can_llm AND can_count
  QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY NOT is_representative, posted_at, submission_ref) = 1
)
SELECT
  submission_ref, title_masked, body_masked, text_hash,
  (SELECT arg_min(raw_id, sequence) FROM fct_item AS item WHERE item.submission_ref = telling.submission_ref) AS raw_id
FROM telling
LEFT JOIN decided USING (story_id)
LEFT JOIN open USING (submission_ref)
WHERE coalesce(decided.dimensions, 0) < (SELECT count(*) FROM dim_dimension)
ORDER BY coalesce(open.questions, 0) DESC, posted_at, submission_ref;
