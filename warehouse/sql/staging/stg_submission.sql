-- what: accepted submissions with their local calendar day and month, and whether each speaks for its story
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
  strftime(posted_at, '%Y-%m') AS local_month,
  can_count OR NOT bool_or(can_count) OVER (PARTITION BY story_id) AS is_heard  -- one that may not be counted adds nothing
FROM in_submission;
