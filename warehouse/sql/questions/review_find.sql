-- what: one submission and its first raw item
-- parameters: ref
SELECT submission.text_hash, item.raw_id
FROM fct_submission AS submission
JOIN fct_item AS item USING (submission_ref)
WHERE submission_ref = $ref
ORDER BY item.sequence
LIMIT 1;
