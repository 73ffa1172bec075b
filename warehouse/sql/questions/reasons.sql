-- what: items set aside, by stage and reason, in the order of the path
WITH counted AS (
  SELECT stage, reason, label_ja, label_en, count(*) AS item_count
  FROM fct_item
  JOIN dim_reason USING (reason)
  GROUP BY ALL
)
SELECT * FROM counted ORDER BY list_position(['conform', 'accept', 'link'], stage), item_count DESC, reason;
