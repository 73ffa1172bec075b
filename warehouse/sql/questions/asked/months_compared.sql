-- ja: 2つの月を比べる
-- en: Two months compared
-- tells_ja: 届いた月の2つで、その月の話のうち何%にその良かったことが出てくるか。空なら、話のあるいちばん新しい2つの月です。
-- tells_en: Two arrival months: in what percent of each one's stories a benefit occurs. Empty: the latest two that have stories.
-- grain: one benefit that one of the two has
-- parameter: earlier month = | 前の月 | earlier month
-- parameter: later month = | 後の月 | later month
-- parameter: by dimension = benefit | 観点 | dimension
-- parameter: level choice:group,code = group | まとめか細かい項目か | groups or codes
-- chart: bars told difference
WITH ranked AS (
  SELECT local_month, row_number() OVER (ORDER BY local_month DESC) AS place FROM (SELECT DISTINCT local_month FROM stories_counted)
),
chosen AS (
  SELECT
    coalesce($earlier, max(local_month) FILTER (place = 2)) AS earlier_month,
    coalesce($later, max(local_month) FILTER (place = 1)) AS later_month
  FROM ranked
),
whole AS (
  SELECT
    count(*) FILTER (local_month = earlier_month) AS earlier_whole,
    count(*) FILTER (local_month = later_month) AS later_whole
  FROM stories_counted CROSS JOIN chosen
),
cell AS (
  SELECT
    label_ja AS told_ja, label_en AS told_en, code, code_order,
    count(*) FILTER (local_month = earlier_month) AS earlier_count,
    count(*) FILTER (local_month = later_month) AS later_count
  FROM stories_by($by, $level) CROSS JOIN chosen
  WHERE local_month IN (earlier_month, later_month)
  GROUP BY ALL
)
SELECT
  told_ja, told_en, earlier_month, earlier_count, later_month, later_count,
  round(100 * earlier_count / nullif(earlier_whole, 0), 1) AS earlier_percent,
  round(100 * later_count / nullif(later_whole, 0), 1) AS later_percent,
  round(100 * later_count / nullif(later_whole, 0) - 100 * earlier_count / nullif(earlier_whole, 0), 1) AS difference
FROM cell CROSS JOIN chosen CROSS JOIN whole
ORDER BY difference DESC, code_order, told_ja;
