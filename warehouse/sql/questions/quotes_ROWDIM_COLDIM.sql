-- what: stories to quote from, of those that meet the filters: shown, nothing left to clear, the shortest of each cell first
-- a cell is a pair of groups; taken in turn, so that the first lines are from as many cells as there are
-- parameters: those of explain_story.sql, scope (what has to be allowed), longest (characters), limit
WITH story AS (SELECT story_id, local_date, is_reviewed, submission_ref FROM fct_story /* chosen */ WHERE NOT is_flagged),
told AS (
  SELECT
    story.*, submission.channel, title_masked, body_masked, length(body_masked) AS characters,
    coalesce((
      SELECT min(coalesce(group_code, ROWDIM_code)) FROM bridge_story_ROWDIM JOIN dim_ROWDIM USING (ROWDIM_code)
      WHERE bridge_story_ROWDIM.story_id = story.story_id
    ), '') AS row_code,
    coalesce((
      SELECT min(coalesce(group_code, COLDIM_code)) FROM bridge_story_COLDIM JOIN dim_COLDIM USING (COLDIM_code)
      WHERE bridge_story_COLDIM.story_id = story.story_id
    ), '') AS column_code
  FROM story JOIN fct_submission AS submission USING (submission_ref)
  WHERE CASE $scope WHEN 'quote' THEN can_quote ELSE can_paraphrase OR can_quote END
),
placed AS (
  SELECT *, row_number() OVER (PARTITION BY row_code, column_code ORDER BY characters, story_id) AS place
  FROM told WHERE characters <= $longest
),
coded AS (
  SELECT story_id, list({dimension: dimension, code: code} ORDER BY dimension_order, code) AS codes
  FROM mart_story_code JOIN dim_dimension USING (dimension) SEMI JOIN placed USING (story_id)
  GROUP BY story_id
),
used AS (SELECT story_id, list(DISTINCT used_where ORDER BY used_where) AS used_where FROM fct_used GROUP BY story_id)
SELECT placed.*, coalesce(codes, []) AS codes, coalesce(used_where, []) AS used_where, count(*) OVER () AS found_count
FROM placed LEFT JOIN coded USING (story_id) LEFT JOIN used USING (story_id)
ORDER BY place, characters, story_id
LIMIT $limit;
