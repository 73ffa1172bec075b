-- what: the masked texts of some submissions, or of all
-- parameters: refs (NULL for all)
SELECT submission_ref, channel, local_date, title_masked, body_masked
FROM fct_submission
WHERE $refs::VARCHAR[] IS NULL OR list_contains($refs::VARCHAR[], submission_ref)
ORDER BY submission_ref;
