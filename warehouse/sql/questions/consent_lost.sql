-- what: counted stories that are counted no more, or lose a telling, if these submissions may not be counted
-- parameters: refs (of submissions)
SELECT
  story_id, story.local_date, bool_and(list_contains($refs, submission.submission_ref)) AS is_lost
FROM fct_story AS story
JOIN fct_submission AS submission USING (story_id)
WHERE story.is_counted AND submission.can_count
GROUP BY ALL
HAVING bool_or(list_contains($refs, submission.submission_ref))
ORDER BY story.local_date, story_id;
