-- ja: 1人が寄せた話の数
-- en: Stories per person
-- tells_ja: 1話だけの人、2話の人……が何人いるか。少ない人が多くを語っていないかを見ます。2人が語った1つの話は、どちらの人にも数えます。
-- tells_en: How many people told one story, two, and so on. A story with two tellers counts for each of them.
-- grain: one number of stories
-- chart: columns stories_each person_count
WITH person AS (SELECT person_ref, count(*) AS stories_each FROM tellers GROUP BY person_ref)
SELECT stories_each, count(*) AS person_count, sum(stories_each)::INTEGER AS told_count
FROM person
GROUP BY stories_each
ORDER BY stories_each;
