-- what: submissions as they went into the warehouse, to be coded again on trial
SELECT * EXCLUDE (is_truncated), is_truncated AS truncated, CAST([] AS VARCHAR[]) AS raw_ids
FROM fct_submission
ORDER BY submission_ref;
