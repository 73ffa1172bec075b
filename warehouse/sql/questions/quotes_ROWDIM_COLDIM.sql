-- what: stories to quote from, of those that meet the filters: shown, nothing left to clear, the shortest of each cell first
-- a cell is a pair of groups; taken in turn, so that the first lines are from as many cells as there are
-- parameters: those of explain_story.sql, scope (what has to be allowed), longest (characters), limit
WITH story AS (SELECT story_number, story_id, local_date, is_reviewed, submission_ref FROM fct_story /* chosen */ WHERE NOT is_flagged),
told AS (
  SELECT
    story.*, length(body_masked) AS characters,
    coalesce((
      SELECT min(coalesce(group_code, ROWDIM_code)) FROM bridge_story_ROWDIM JOIN dim_ROWDIM USING (ROWDIM_code)
      WHERE bridge_story_ROWDIM.story_id = story.story_id
    ), '') AS row_code,
    coalesce((
      SELECT min(coalesce(group_code, COLDIM_code)) FROM bridge_story_COLDIM JOIN dim_COLDIM USING (COLDIM_code)
      WHERE bridge_story_COLDIM.story_id = story.story_id
    ), '') AS column_code
  FROM story JOIN fct_submission USING (submission_ref)
  WHERE CASE $scope WHEN 'quote' THEN can_quote ELSE can_paraphrase OR can_quote END AND length(body_masked) <= $longest
),
placed AS (
  SELECT
    *, row_number() OVER (PARTITION BY row_code, column_code ORDER BY characters, story_id) AS place, count(*) OVER () AS found_count
  FROM told
),
shown AS MATERIALIZED (SELECT * FROM placed ORDER BY place, characters, story_id LIMIT $limit),
coded AS (
  SELECT story_number, list({dimension: dimension, code: code} ORDER BY dimension_order, code) AS codes
  FROM mart_story_code JOIN dim_dimension USING (dimension) SEMI JOIN shown USING (story_number)
  GROUP BY story_number
),
used AS (SELECT story_id, list(DISTINCT used_where ORDER BY used_where) AS used_where FROM fct_used GROUP BY story_id)
SELECT
  shown.* EXCLUDE (story_number), submission.channel, submission.title_masked, submission.body_masked,
  coalesce(codes, []) AS codes, coalesce(used_where, []) AS used_where
FROM shown
JOIN fct_submission AS submission USING (submission_ref)
LEFT JOIN coded ON coded.story_number = shown.story_number
LEFT JOIN used ON used.story_id = shown.story_id
ORDER BY place, characters, shown.story_id;
