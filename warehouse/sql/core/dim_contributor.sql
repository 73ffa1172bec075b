-- what: people who sent something, by keyed ref only
-- ja: 応募者(仮名)
-- grain: one contributor
-- inputs: stg_submission
CREATE TABLE dim_contributor AS
SELECT contributor_ref, any_value(person_ref) AS person_ref, min(local_date) AS first_date, count(*) AS submission_count
FROM stg_submission
WHERE contributor_ref IS NOT NULL
GROUP BY contributor_ref
ORDER BY contributor_ref;
