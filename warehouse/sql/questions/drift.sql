-- what: fields that the channels' code does not know: a format that changed is news
SELECT channel, flag[15:] AS field, count(*) AS item_count, strftime(min(fetched_at), '%Y-%m-%d') AS first_seen
FROM (SELECT channel, fetched_at, unnest(flags) AS flag FROM fct_item)
WHERE starts_with(flag, 'unknown_field:')
GROUP BY ALL
ORDER BY ALL;
