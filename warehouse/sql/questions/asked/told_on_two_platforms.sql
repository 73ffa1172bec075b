-- ja: 2つ以上の活動の場にまたがる話
-- en: Stories that happened on two platforms or more
-- tells_ja: 活動の場の組み合わせごとの話の数。1つの話は1つの組み合わせにだけ入るので、足すと話の数になります。
-- tells_en: Stories by the exact combination of platforms. A story is in one combination only, so these do add up.
-- grain: one combination
-- parameter: by dimension = platform | 観点 | dimension
-- parameter: level choice:group,code = code | まとめか細かい項目か | groups or codes
-- parameter: at_least number:1-20 = 2 | いくつ以上にまたがる話か | at least how many
-- chart: bars together story_count
WITH story AS (
  SELECT
    story_id,
    string_agg(label_ja, '・' ORDER BY code_order, code) AS together_ja,
    string_agg(label_en, ' + ' ORDER BY code_order, code) AS together_en,
    count(*) AS code_count
  FROM stories_by($by, $level)
  GROUP BY story_id
  HAVING count(*) >= $at_least
)
SELECT
  together_ja, together_en, code_count,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count
FROM story JOIN tellers USING (story_id)
GROUP BY ALL
ORDER BY story_count DESC, code_count, together_ja;
