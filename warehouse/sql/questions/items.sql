-- what: raw items and what became of each, newest first
-- parameters: limit, offset, value_0 … (one a filter)
SELECT item.raw_id, item.channel, item.fetched_at, item.outcome, item.stage, item.reason, submission.story_id
FROM fct_item AS item
LEFT JOIN fct_submission AS submission USING (submission_ref)
WHERE TRUE /* filters */
ORDER BY item.fetched_at DESC, item.raw_id
LIMIT $limit OFFSET $offset;
