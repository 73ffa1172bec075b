-- what: counted stories as the public edition counts them: month, who told them (refs), codes, when they first landed
-- parameters: until (month, exclusive; NULL for no bound)
WITH teller AS (
  SELECT story_id, list(DISTINCT person_ref ORDER BY person_ref) FILTER (person_ref IS NOT NULL) AS persons
  FROM fct_submission WHERE is_heard GROUP BY story_id
),
landed AS (
  SELECT submission.story_id, min(item.fetched_at) AS landed_at
  FROM fct_item AS item JOIN fct_submission AS submission USING (submission_ref)
  GROUP BY submission.story_id
),
coded AS (
  SELECT story_id, list({dimension: dimension, code: code} ORDER BY dimension, code) AS codes
  FROM mart_story_code GROUP BY story_id
)
SELECT
  story.story_id, story.local_month, coalesce(teller.persons, []) AS persons, coalesce(coded.codes, []) AS codes,
  epoch_us(landed.landed_at) AS landed_us
FROM fct_story AS story
JOIN teller USING (story_id)
LEFT JOIN landed USING (story_id)
LEFT JOIN coded USING (story_id)
WHERE story.is_counted AND ($until IS NULL OR story.local_month < $until)
ORDER BY story.story_id;
