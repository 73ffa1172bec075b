-- ja: 一緒に語られる良かったこと
-- en: Benefits that are told together
-- tells_ja: 1つの話の中に2つとも出てくる組。「予想の何倍」は、たまたま重なるとした数の何倍か。話の少ない組では当てになりません。
-- tells_en: Pairs that occur in one story. Times expected: against chance alone; of small pairs it tells little.
-- grain: one pair of codes that some story has both of
-- parameter: by dimension = benefit | 観点 | dimension
-- parameter: level choice:group,code = code | まとめか細かい項目か | groups or codes
-- parameter: at_least number:1-1000 = 2 | 何話以上の組を出すか | least stories
-- chart: heat one other story_count
WITH told AS (FROM stories_by($by, $level)),
whole AS (SELECT code, count(*) AS whole_count FROM told GROUP BY code),
n AS (SELECT count(*) AS story_count FROM stories_counted)
SELECT
  one.label_ja AS one_ja, one.label_en AS one_en,
  other.label_ja AS other_ja, other.label_en AS other_en,
  count(*) AS story_count,
  any_value(one_whole.whole_count) AS one_count,
  any_value(other_whole.whole_count) AS other_count,
  round(count(*) * any_value(n.story_count) / (any_value(one_whole.whole_count) * any_value(other_whole.whole_count)), 1)
    AS times_expected
FROM told AS one
JOIN told AS other ON other.story_id = one.story_id AND (other.code_order, other.code) > (one.code_order, one.code)
JOIN whole AS one_whole ON one_whole.code = one.code
JOIN whole AS other_whole ON other_whole.code = other.code
CROSS JOIN n
GROUP BY one.code, one.label_ja, one.label_en, other.code, other.label_ja, other.label_en
HAVING count(*) >= $at_least
ORDER BY story_count DESC, one_ja, other_ja;
