-- what: what became of these raw items, in the order in which they were told
-- parameters: raw_ids
SELECT
  item.raw_id, item.outcome, item.reason, item.submission_ref, submission.story_id, submission.is_heard
FROM fct_item AS item
LEFT JOIN fct_submission AS submission USING (submission_ref)
WHERE list_contains($raw_ids, item.raw_id)
ORDER BY submission.posted_at, item.submission_ref, item.sequence, item.raw_id;
