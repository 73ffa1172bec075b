-- ja: 観点ごとの確認済みの割合
-- en: Reviewed share by dimension
-- tells_ja: 集計に入る話のうち、その観点を人が決めたもの、応募者本人が選んだもの、自動判定のままのもの。
-- tells_en: Of the counted stories: decided by a person, ticked by the teller, or as the machine coded them.
-- grain: one dimension
-- chart: bars dimension percent
WITH said AS (  -- one voice stands for a story in a dimension, however many codes it gave
  SELECT dimension, story_id, any_value(decided_by) AS decided_by FROM mentions GROUP BY ALL
),
none_applies AS (  -- said by a person or by the teller: this leaves no mention
  SELECT
    dimension, story_id,
    CASE WHEN bool_or(starts_with(coder, 'person:')) THEN 'person' ELSE 'contributor' END AS decided_by
  FROM fct_coding JOIN fct_submission USING (submission_ref) SEMI JOIN stories_counted USING (story_id)
  ANTI JOIN said USING (dimension, story_id)
  WHERE code IS NULL AND (starts_with(coder, 'person:') OR coder = 'contributor') AND is_heard
  GROUP BY ALL
),
voice AS (FROM said UNION ALL BY NAME FROM none_applies)
SELECT
  label_ja AS dimension_ja, label_en AS dimension_en,
  n.story_count,
  count(*) FILTER (decided_by = 'person') AS by_person,
  count(*) FILTER (decided_by = 'contributor') AS by_teller,
  count(*) FILTER (decided_by = 'machine') AS by_machine,
  n.story_count - count(decided_by) AS without_code,
  round(100 * count(*) FILTER (decided_by = 'person') / nullif(n.story_count, 0), 1) AS percent
FROM dim_dimension
CROSS JOIN (SELECT count(*) AS story_count FROM stories_counted) AS n
LEFT JOIN voice USING (dimension)
GROUP BY dimension, dimension_order, label_ja, label_en, n.story_count
ORDER BY dimension_order;
