-- what: what a teller sent, or one submission, the earliest first, and what may be done with it as of the build
-- parameters: ref (of a contributor or of a submission)
SELECT
  submission.submission_ref, submission.contributor_ref, submission.story_id, story.is_story, story.is_counted,
  submission.channel, submission.posted_at, submission.local_date, attribution_wish,
  CASE WHEN can_paraphrase OR can_quote THEN title_masked END AS title_masked,
  CASE WHEN can_paraphrase OR can_quote THEN body_masked END AS body_masked,
  submission.can_count, can_paraphrase, can_quote, can_name, can_contact, can_ship, can_llm
FROM fct_submission AS submission
JOIN fct_story AS story USING (story_id)
WHERE submission.contributor_ref = $ref OR submission.submission_ref = $ref
ORDER BY submission.posted_at, submission.submission_ref;
