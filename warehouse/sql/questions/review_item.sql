-- what: a submission's first raw item
-- parameters: ref
SELECT raw_id FROM fct_item WHERE submission_ref = $ref ORDER BY sequence LIMIT 1;
