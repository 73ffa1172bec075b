-- ja: どの活動の場で、どの良かったことが多いか
-- en: Which benefits go with which platform
-- tells_ja: 2つの観点を掛け合わせた話の数。割合は、その活動の場の話のうち何%か。複数回答なので、たてに足しても100%になりません。
-- tells_en: Stories by two dimensions at once; percent is of the platform's stories. Multiple answers, so columns add up to more than 100.
-- grain: one platform × benefit that some story has
-- parameter: across dimension = platform | 横に並べる観点 | across
-- parameter: down dimension = benefit | たてに並べる観点 | down
-- parameter: level choice:group,code = group | まとめか細かい項目か | groups or codes
-- chart: heat down across story_count
WITH one AS (FROM stories_by($across, $level)),
other AS (FROM stories_by($down, $level)),
whole AS (SELECT code, count(*) AS whole_count FROM one GROUP BY code)
SELECT
  one.label_ja AS across_ja, one.label_en AS across_en,
  other.label_ja AS down_ja, other.label_en AS down_en,
  count(DISTINCT story_id) AS story_count,
  count(DISTINCT person_ref) AS person_count,
  round(100 * count(DISTINCT story_id) / any_value(whole_count), 1) AS percent
FROM one
JOIN other USING (story_id)
JOIN tellers USING (story_id)
JOIN whole ON whole.code = one.code
GROUP BY one.code, one.label_ja, one.label_en, other.code, other.label_ja, other.label_en
ORDER BY any_value(one.code_order), story_count DESC, down_ja;
