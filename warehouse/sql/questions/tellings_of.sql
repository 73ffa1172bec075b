-- what: a submission and what the same teller sent of the same story, or everything of one teller; each with its first item
-- parameters: ref (of a submission or of a contributor)
WITH named AS (SELECT submission_ref, story_id, contributor_ref FROM fct_submission WHERE submission_ref = $ref)
SELECT submission.submission_ref, item.raw_id
FROM fct_submission AS submission
JOIN fct_item AS item ON item.submission_ref = submission.submission_ref AND item.sequence = 1
WHERE submission.contributor_ref = $ref
  OR EXISTS (
    FROM named
    WHERE named.submission_ref = submission.submission_ref
      OR named.story_id = submission.story_id AND named.contributor_ref = submission.contributor_ref
  )
ORDER BY submission.submission_ref;
