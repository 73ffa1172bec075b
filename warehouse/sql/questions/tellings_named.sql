-- what: the tellings that are named, and all tellings of the stories that are; each with its first item
-- is_meant: named itself, or stands for a story that is
-- parameters: refs (of submissions and of stories)
SELECT
  submission.submission_ref, submission.story_id, item.raw_id,
  list_contains($refs, submission.submission_ref)
    OR list_contains($refs, submission.story_id) AND submission.submission_ref = story.submission_ref AS is_meant
FROM fct_submission AS submission
JOIN fct_story AS story USING (story_id)
JOIN fct_item AS item ON item.submission_ref = submission.submission_ref AND item.sequence = 1
WHERE list_contains($refs, submission.submission_ref) OR list_contains($refs, submission.story_id)
ORDER BY submission.submission_ref;
