-- what: which of these submissions there are
-- parameters: refs
FROM (SELECT submission_ref FROM fct_submission) SEMI JOIN (SELECT unnest($refs::VARCHAR[]) AS submission_ref) USING (submission_ref);
