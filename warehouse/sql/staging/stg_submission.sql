-- what: accepted submissions with their local calendar day and month
-- ja: 受け付けた応募(現地の日付つき)
-- grain: one submission
-- inputs: in_submission
CREATE TEMP TABLE stg_submission AS
SELECT
  * REPLACE (
    coalesce(person_ref, submission_ref) AS person_ref,  -- whoever sends without a name is a person of their own
    coalesce(merged_person_ref, submission_ref) AS merged_person_ref
  ),
  CAST(posted_at AS DATE) AS local_date,  -- the connection's TimeZone is the call's
  strftime(posted_at, '%Y-%m') AS local_month
FROM in_submission;
