-- ja: 会社員と自営の人では、語ることがどう違うか
-- en: What employees tell and what the self-employed tell
-- tells_ja: 働き方の2つを選んで、それぞれの話のうち何%にその良かったことが出てくるかを比べます。
-- tells_en: Two kinds of work side by side: in what percent of each one's stories a benefit occurs.
-- grain: one benefit that one of the two has
-- parameter: split dimension = work_status | 比べる観点 | what is compared
-- parameter: one code:split = employee | 一方 | the one
-- parameter: other code:split = owner | もう一方 | the other
-- parameter: by dimension = benefit | 並べる観点 | what is told
-- parameter: level choice:group,code = group | まとめか細かい項目か | groups or codes
-- chart: bars told difference
WITH side AS (FROM stories_by($split, 'code') WHERE code IN ($one, $other)),
whole AS (SELECT count(*) FILTER (code = $one) AS one_whole, count(*) FILTER (code = $other) AS other_whole FROM side),
cell AS (
  SELECT
    told.code, told.label_ja AS told_ja, told.label_en AS told_en, told.code_order,
    count(DISTINCT story_id) FILTER (side.code = $one) AS one_count,
    count(DISTINCT story_id) FILTER (side.code = $other) AS other_count
  FROM side JOIN stories_by($by, $level) AS told USING (story_id)
  GROUP BY ALL
)
SELECT
  told_ja, told_en, one_count, other_count,
  round(100 * one_count / nullif(one_whole, 0), 1) AS one_percent,
  round(100 * other_count / nullif(other_whole, 0), 1) AS other_percent,
  round(100 * one_count / nullif(one_whole, 0) - 100 * other_count / nullif(other_whole, 0), 1) AS difference
FROM cell CROSS JOIN whole
ORDER BY difference DESC, code_order, told_ja;
