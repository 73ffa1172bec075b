-- what: tellings asked for as quotes, with all that decides whether they may be one
-- parameters: refs (submissions or stories)
SELECT
  submission.submission_ref, submission.story_id, submission.contributor_ref, submission.title_masked, submission.body_masked,
  submission.can_quote AND submission.can_count AS can_quote, submission.can_name,
  story.is_counted AND submission.is_heard AS is_counted,
  EXISTS (FROM mart_story_code AS code WHERE code.story_id = submission.story_id AND code.dimension = 'flag') AS is_flagged,
  (SELECT arg_min(raw_id, sequence) FROM fct_item AS item WHERE item.submission_ref = submission.submission_ref) AS raw_id
FROM fct_submission AS submission
JOIN fct_story AS story USING (story_id)
WHERE list_contains($refs, submission.submission_ref)
  OR (list_contains($refs, submission.story_id) AND submission.is_representative)
ORDER BY submission.submission_ref;
