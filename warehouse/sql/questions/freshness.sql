-- what: when each channel last brought something
SELECT channel, strftime(max(fetched_at), '%Y-%m-%d %H:%M') AS last_received
FROM fct_item
GROUP BY channel
ORDER BY channel;
