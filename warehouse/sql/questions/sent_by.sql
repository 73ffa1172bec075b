-- what: what some contributors sent, the earliest first, masked; a copy without a sender counts as its story's teller's
-- parameters: refs
SELECT
  contributor_ref,
  list({
    submission_ref: submission_ref, channel: channel, local_date: local_date::VARCHAR,
    title_masked: title_masked, body_masked: body_masked
  } ORDER BY posted_at, submission_ref) AS submissions
FROM fct_submission
WHERE list_contains($refs, contributor_ref)
GROUP BY contributor_ref;
