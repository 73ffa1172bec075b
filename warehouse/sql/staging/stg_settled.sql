-- what: the codes of each story, people first, then the teller's own, then the machine's; no code = none applies
-- ja: 話ごとの分類
-- grain: one view (stands; proposed: as if no person had decided, of stories of which a person did) × story × dimension × code
-- inputs: in_coding, in_dimension, stg_submission, stg_told
CREATE TEMP TABLE stg_settled AS
WITH claim AS (
  SELECT
    story_number, coding.dimension, coding.code, coding.probability,
    CASE
      WHEN starts_with(coding.coder, 'person:') THEN 'person'
      WHEN coding.coder = 'contributor' THEN 'contributor'
      ELSE 'machine'
    END AS decided_by
  FROM in_coding AS coding
  JOIN stg_submission AS submission USING (submission_ref)
  JOIN stg_told USING (story_id)
  WHERE submission.is_heard AND coding.coder <> 'llm'  -- a second opinion: it asks for a person, and counts nothing
),
seen AS (
  SELECT 'stands' AS view, * FROM claim
  UNION ALL
  SELECT 'proposed', * FROM claim
  WHERE decided_by <> 'person' AND story_number IN (SELECT story_number FROM claim WHERE decided_by = 'person')
),
heard AS (
  SELECT *, list_position(['person', 'contributor', 'machine'], decided_by) AS rank
  FROM seen
  QUALIFY rank = min(rank) OVER (PARTITION BY view, story_number, dimension)
),
merged AS (
  SELECT view, story_number, dimension, code, decided_by, max(probability) AS probability
  FROM heard
  GROUP BY ALL
)
SELECT merged.*
FROM merged
JOIN in_dimension USING (dimension)
QUALIFY in_dimension.is_multi
  OR row_number() OVER (PARTITION BY view, story_number, dimension ORDER BY probability DESC, code) = 1;
