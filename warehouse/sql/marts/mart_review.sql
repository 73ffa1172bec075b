-- what: submissions with open questions, in the order in which they are to be decided: those drawn at random first, in random order, then by how much a decision would narrow
-- ja: 確認待ちの応募(出す順番つき)
-- grain: one submission
-- inputs: fct_to_review, fct_submission, fct_sample, mart_story_code, mart_estimate
-- what a decision narrows: of each open question p(1 − p), summed over the codes that stand, × the width of the cell's printed range
CREATE TABLE mart_review AS
WITH open AS (
  SELECT submission_ref, dimension, bool_or(cause <> 'unsure') AS is_disputed FROM fct_to_review GROUP BY ALL
),
width AS (  -- 1 for all while nothing is measured: then only doubt counts; a decision on the gate moves the total
  SELECT breakdown, code, coalesce(high - low, 1) AS width
  FROM mart_estimate
  WHERE NOT include_late AND level = 'code'
),
total AS (SELECT width FROM width WHERE breakdown = 'total'),
doubt AS (
  SELECT
    submission_ref, dimension,
    sum(CASE WHEN is_disputed THEN 0.25 ELSE probability * (1 - probability) END * coalesce(width.width, total.width)) AS gain
  FROM open
  JOIN fct_submission USING (submission_ref)
  JOIN mart_story_code AS standing USING (story_id, dimension)
  CROSS JOIN total
  LEFT JOIN width ON width.breakdown = dimension AND width.code = standing.code
  GROUP BY ALL
),
asked AS (
  SELECT submission_ref, list(dimension ORDER BY dimension) AS dimensions, coalesce(sum(gain), 0) AS gain
  FROM open LEFT JOIN doubt USING (submission_ref, dimension)
  GROUP BY submission_ref
)
SELECT
  row_number() OVER (
    ORDER BY draw_order NULLS LAST, round(gain, 3) DESC, len(dimensions) DESC, posted_at, submission_ref
  ) AS review_order,
  submission_ref, text_hash, dimensions, drawn.submission_ref IS NOT NULL AS is_drawn, round(gain, 3) AS gain
FROM asked
JOIN fct_submission USING (submission_ref)
LEFT JOIN fct_sample AS drawn USING (submission_ref)
ORDER BY review_order;
