-- what: raw items that left the path and are not held back
SELECT raw_id FROM fct_item WHERE outcome NOT IN ('held', 'counted', 'joined');
